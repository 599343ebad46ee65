// SPDX-License-Identifier: Apache-2.0
// Runs the compiled portable part and compares it with the JVM's reports, character by character.
// Arguments: the compiled module, the folder of transcripts, the folder of the JVM's reports, and what else to run:
// codec-SEED-ROUNDS, worlds-SEED-COUNT or stories-SEED-COUNT.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [module, transcripts, reports, ...trials] = process.argv.slice(2);
const { replay, tryCodec, simulate } = await import(pathToFileURL(resolve(module)).href);

let passed = 0;
let failed = 0;

function result(name, faults) {
  if (faults.length === 0) {
    passed++;
  } else {
    failed++;
    console.log(`FAIL ${name}`);
    for (const fault of faults) console.log(`     ${fault}`);
  }
}

function difference(here, jvm) {
  const [ours, theirs] = [here.split('\n'), jvm.split('\n')];
  const at = ours.findIndex((line, index) => line !== theirs[index]);
  if (at < 0 && ours.length === theirs.length) return [];
  const line = at < 0 ? ours.length : at;
  return [`differs from the JVM in line ${line + 1} of the report`, `  JVM:  ${theirs[line]}`, `  here: ${ours[line]}`];
}

for (const file of readdirSync(transcripts).filter((name) => name.endsWith('.txt')).sort()) {
  const here = replay(file, readFileSync(join(transcripts, file), 'utf8'));
  const lines = here.split('\n');
  const outcomes = lines.filter((line) => line.startsWith('PASS ') || line.startsWith('FAIL '));
  for (const outcome of outcomes) {
    result(outcome.slice(5), outcome.startsWith('PASS ') ? [] : lines.filter((line) => line.startsWith('! ')));
  }
  result(`${file}: the same as on a JVM`, difference(here, readFileSync(join(reports, file), 'utf8')));
}

for (const trial of trials) {
  const [kind, seed, count] = trial.split('-');
  const here = kind === 'codec' ? tryCodec(Number(seed), Number(count)) : simulate(Number(seed), Number(count), kind === 'stories');
  result(`${trial}: the same as on a JVM`, difference(here, readFileSync(join(reports, trial), 'utf8')));
}

console.log(`SUITE edge: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
