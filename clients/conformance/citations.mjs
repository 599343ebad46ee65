// SPDX-License-Identifier: Apache-2.0
// Holds docs/client-spec.md against tests: a rule is cited by a scenario here, or by a test of each client.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { root } from "./harness.mjs";

const files = (folder, ending) =>
  readdirSync(root + folder, { recursive: true }).filter((name) => ending.test(name) && !/node_modules|target/.test(name)).map((name) => `${root}${folder}/${name}`);
const cited = (folder, ending) => new Set(files(folder, ending).flatMap((file) => [...readFileSync(file, "utf8").matchAll(/\[(CS\d+)\]/g)].map(([, name]) => name)));

export const checkCitations = () => {
  const page = readFileSync(`${root}docs/client-spec.md`, "utf8");
  const rules = new Map([...page.matchAll(/\*\*\[(CS\d+)\]\*\* ([^]*?)(?=\n- \*\*\[|\n\n|$)/g)].map(([, name, text]) => [name, text]));
  assert.ok(rules.size > 40);
  assert.equal(rules.size, page.match(/\*\*\[CS\d+\]\*\*/g).length, "a rule has its name alone");
  const scenarios = cited("clients/conformance", /scenarios\.mjs$/);
  const javascript = cited("clients/javascript/test", /\.ts$/);
  const java = cited("clients/java/src/test", /\.java$/);
  const excused = readFileSync(`${root}clients/conformance/uncited.txt`, "utf8").split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split(":")[0]);
  for (const name of [...scenarios, ...javascript, ...java]) assert.ok(rules.has(name), `${name} is cited, but is no rule`);
  // What is said of one client alone is shown by that one alone.
  const of = (name, client) => new RegExp(`\\(${client}\\b`).test(rules.get(name));
  const shown = (name) => scenarios.has(name) || (java.has(name) && (javascript.has(name) || of(name, "Java"))) || (javascript.has(name) && of(name, "JavaScript"));
  assert.deepEqual([...rules.keys()].filter((name) => !shown(name)).sort(), excused.sort(), "uncited.txt lists the rules that no test shows");
};
