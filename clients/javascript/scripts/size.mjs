// SPDX-License-Identifier: Apache-2.0
// How large this client is in a page: `import {Client}`, bundled, minified, gzip -9. Fails above the budget.
import {build} from 'esbuild';
import {gzipSync} from 'node:zlib';
import {fileURLToPath} from 'node:url';

const BUDGET_BYTES = 9 * 1024;

const {outputFiles, metafile} = await build({
  stdin: {contents: "import {Client} from './src/index.ts'; globalThis.Client = Client;", resolveDir: fileURLToPath(new URL('..', import.meta.url))},
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  write: false,
  metafile: true,
});
const [file] = outputFiles;
const bytes = gzipSync(file.contents, {level: 9}).length;
if (process.argv.includes('--verbose')) {
  for (const [name, {bytesInOutput}] of Object.entries(Object.values(metafile.outputs)[0].inputs)) {
    console.log(`${String(bytesInOutput).padStart(7)}  ${name}`);
  }
}
console.log(`${file.contents.length} bytes minified, ${bytes} compressed, budget ${BUDGET_BYTES}`);
process.exitCode = bytes > BUDGET_BYTES ? 1 : 0;
