// SPDX-License-Identifier: Apache-2.0
// The Worker on this machine, as it would run on Cloudflare: npm run dev [-- --port N]. What its objects store stays in .state.
// LONGWIRE and the secrets it names are taken from the environment; without it everybody on this machine may do everything.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { configuration, workerd } from "./workerd.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, ".state");
const worker = join(here, "../target/worker/worker.mjs");
const at = process.argv.indexOf("--port");
const port = at < 0 ? 8787 : Number(process.argv[at + 1]);

if (!existsSync(worker)) throw new Error("there is no bundle: npm run dev makes it first, and that needs what Maven builds (../README.md)");
mkdirSync(join(folder, "store"), { recursive: true });
const keyFile = join(folder, "ticket-key");
if (!existsSync(keyFile)) writeFileSync(keyFile, randomBytes(32).toString("base64url"), { mode: 0o600 });

/** The variables that the configuration names. */
function named(value) {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => ((name === "secret" || name === "file") && typeof each === "string" ? [each] : named(each)));
}
const LONGWIRE = process.env.LONGWIRE ?? '{"insecure":true}';
let wanted = [];
try {
  wanted = named(JSON.parse(LONGWIRE));
} catch {
  // The Worker itself says what is wrong with it.
}
const secrets = Object.fromEntries(wanted.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]]));
const bindings = { TICKET_KEY: process.env.TICKET_KEY ?? readFileSync(keyFile, "utf8"), LONGWIRE, ...secrets };

cpSync(worker, join(folder, "worker.mjs"));
writeFileSync(join(folder, "workerd.capnp"), configuration({ port, bindings, modules: ["worker.mjs"] }), { mode: 0o600 });
const child = spawn(workerd(), ["serve", "workerd.capnp", "--experimental", "--control-fd=3"], { cwd: folder, stdio: ["ignore", "inherit", "inherit", "pipe"] });
child.stdio[3].once("data", (told) => console.log(`Longwire's Worker is ready: http://127.0.0.1:${/"port":(\d+)/.exec(String(told))?.[1] ?? port}`));
// It waits for its sockets when it is asked to end: on one's own machine nobody wants that.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill("SIGKILL"));
child.on("exit", (code) => process.exit(code ?? 0));
