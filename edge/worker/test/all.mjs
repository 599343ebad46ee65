// SPDX-License-Identifier: Apache-2.0
// Types, bundle, size, then every suite of this folder; the last line is for ./verify.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const MAX_BUNDLE_BYTES = 400 * 1024;

const folder = dirname(fileURLToPath(import.meta.url));
const worker = join(folder, "..");
const bin = join(worker, "node_modules/.bin");
let passed = 0;
let failed = 0;

function count(name, good, detail = "") {
  if (good) passed++;
  else failed++;
  console.log(`${good ? "ok    " : "FAILED"} ${name}${detail}`);
}

function run(command, ...words) {
  const { status } = spawnSync(command, words, { cwd: worker, stdio: "inherit" });
  return status === 0;
}

count("types", run(join(bin, "tsc"), "-p", "."));
if (run("npm", "run", "-s", "bundle")) {
  const size = gzipSync(readFileSync(join(worker, "../target/worker/worker.mjs")), { level: 9 }).length;
  count("size of the bundle", size <= MAX_BUNDLE_BYTES, `: ${size} bytes compressed, of ${MAX_BUNDLE_BYTES}`);
  const suites = readdirSync(folder).filter((name) => name.endsWith(".test.mjs")).sort();
  for (const suite of suites) {
    const { stdout, status } = spawnSync("node", [join(folder, suite)], { cwd: worker, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    console.log(stdout);
    const [, good, bad] = /(\d+) passed, (\d+) failed\s*$/.exec(stdout) ?? [];
    passed += Number(good ?? 0);
    failed += Number(bad ?? 0);
    if (status !== 0 && !(Number(bad) > 0)) count(suite, false, `: exit ${status}`);
  }
} else {
  count("bundle", false);
}
console.log(`SUITE edge-worker: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
