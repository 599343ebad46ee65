// SPDX-License-Identifier: Apache-2.0
// The runtime as npm brought it, and what it has to be told to run this Worker.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** The binary itself: the script beside it needs what npm may not have been allowed to do. */
export function workerd() {
  const packages = join(here, "node_modules/@cloudflare");
  for (const name of existsSync(packages) ? readdirSync(packages) : []) {
    const binary = join(packages, name, "bin/workerd");
    if (name.startsWith("workerd-") && existsSync(binary)) return binary;
  }
  throw new Error("workerd is not installed: npm ci");
}

const list = (all) => all.map((each) => `    ${each}`).join(",\n");

/**
 * A configuration for a folder with the modules and a folder `store`, which has the objects' storage.
 *
 * @param modules names of files, the one with the Worker first
 */
export const configuration = ({ port, bindings, modules, flags = [] }) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .w), (name = "store", disk = (path = "store", writable = true)),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))) ],
  sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "main") ]);
const w :Workerd.Worker = (
  modules = [
${list(modules.map((name) => `(name = "${name}", esModule = embed "${name}")`))} ],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = [${["enable_request_signal", "request_signal_passthrough", ...flags].map((flag) => `"${flag}"`).join(", ")}],
  durableObjectNamespaces = [
    (className = "HubDO", uniqueKey = "hub-v1", enableSql = true),
    (className = "PollDO", uniqueKey = "poll-v1", enableSql = true),
    (className = "ChannelDO", uniqueKey = "channel-v1", enableSql = true) ],
  durableObjectStorage = (localDisk = "store"),
  bindings = [
${list([
  ...["HUB:HubDO", "POLL:PollDO", "CHANNEL:ChannelDO"].map((each) => each.split(":")).map(([name, kind]) => `(name = "${name}", durableObjectNamespace = "${kind}")`),
  ...Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`),
])} ]);
`;
