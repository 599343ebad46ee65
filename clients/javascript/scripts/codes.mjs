// SPDX-License-Identifier: Apache-2.0
// Makes src/codes.ts of protocol/codes.json; with --check it only says whether the file is current.
import {readFileSync, writeFileSync} from 'node:fs';

const target = new URL('../src/codes.ts', import.meta.url);
const {errors, closes, reasons} = JSON.parse(readFileSync(new URL('../../../protocol/codes.json', import.meta.url), 'utf8'));

const constant = (name, list) =>
  `export const ${name} = {\n${list.map((each) => `  /** ${each.text} */\n  ${each.name}: ${each.code},`).join('\n')}\n} as const;\n`;
const union = (list) => list.map((name) => `'${name}'`).join(' | ');

const text = `// SPDX-License-Identifier: Apache-2.0
// Generated from protocol/codes.json by scripts/codes.mjs; change it there.

/** Codes of \`error\` frames. */
${constant('ErrorCodes', errors)}
/** Close codes. 4000-4199: same session, 4200-4399: a fresh one, 4400-4599: the application has to act. */
${constant('CloseCodes', closes)}
// One by one, so that a bundle has only those that it uses.
${closes.map(({name, code}) => `export const CLOSE_${name.toUpperCase()} = ${code};`).join('\n')}

/** Close codes of RFC 6455 after which the client does not come back by itself. */
export const finalCloses: readonly number[] = [${closes.filter((each) => each.code < 4000 && each.code !== 1000 && each.reconnect === 'no').map((each) => each.code).join(', ')}];

/** Names of the server's errors. */
export type ErrorName = keyof typeof ErrorCodes;
/** Names of the server's close codes. */
export type CloseName = keyof typeof CloseCodes;
/** Why a channel was not recovered. */
export type RecoveredReason = ${union(reasons.recovered)};
/** Why messages of a channel will not come. */
export type ResetReason = ${union(reasons.reset)};
/** Why a subscription ended. */
export type UnsubscribedReason = ${union(reasons.unsubscribed)};
`;

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('src/codes.ts is not what protocol/codes.json says: run `npm run codes`');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
