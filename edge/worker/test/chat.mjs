// SPDX-License-Identifier: Apache-2.0
// Two clients chat through a real workerd, which is killed in between: node chat.mjs WORKERD BUNDLE
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import WebSocket from "ws";

const [workerd, bundle] = process.argv.slice(2).map((each) => resolve(each));
const folder = mkdtempSync(join(tmpdir(), "longwire-edge-"));
mkdirSync(join(folder, "store"));
cpSync(bundle, join(folder, "worker.mjs"));
writeFileSync(join(folder, "workerd.capnp"), `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .w), (name = "store", disk = (path = "store", writable = true)) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ]);
const w :Workerd.Worker = (
  modules = [ (name = "worker.mjs", esModule = embed "worker.mjs") ],
  compatibilityDate = "2026-11-01",
  durableObjectNamespaces = [
    (className = "HubDO", uniqueKey = "hub-v1", enableSql = true),
    (className = "ChannelDO", uniqueKey = "channel-v1", enableSql = true) ],
  durableObjectStorage = (localDisk = "store"),
  bindings = [ (name = "HUB", durableObjectNamespace = "HubDO"), (name = "CHANNEL", durableObjectNamespace = "ChannelDO"),
    (name = "TICKET_KEY", text = "only for tests, only for tests") ]);
`);

async function start() {
  const child = spawn(workerd, ["serve", "workerd.capnp", "--control-fd=3"], { cwd: folder, stdio: ["ignore", "inherit", "inherit", "pipe"] });
  let told = "";
  for await (const chunk of child.stdio[3]) {
    told += chunk;
    const port = /"port":(\d+)/.exec(told)?.[1];
    if (port) return { child, port };
  }
  throw new Error("workerd did not start");
}

class Client {
  constructor(port, protocol = "longwire.v1.json") {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws`, protocol);
    this.frames = [];
    this.wake = () => {};
    this.socket.on("message", (data) => { this.frames.push(JSON.parse(data)); this.wake(); });
    this.socket.on("error", () => {});
    this.ended = new Promise((resolve) => this.socket.on("close", (code) => resolve(code)));
  }
  send(frame) { this.socket.send(JSON.stringify(frame)); }
  async take(type) {
    const deadline = Date.now() + 5_000;
    for (;;) {
      const at = this.frames.findIndex((frame) => frame.type === type);
      if (at >= 0) return this.frames.splice(at, 1)[0];
      assert.ok(Date.now() < deadline, `no ${type}; got ${JSON.stringify(this.frames)}`);
      await new Promise((resolve) => { const t = setTimeout(resolve, 1000); this.wake = () => { clearTimeout(t); resolve(); }; });
    }
  }
  async connect(resume) {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, "open");
    this.send({ type: "connect", id: 1, ...(resume && { resume }) });
    return this.take("connected");
  }
}

let passed = 0;
let failed = 0;
async function check(name, body) {
  try { await body(); passed++; } catch (e) { failed++; console.log(`FAILED ${name}: ${e.stack}`); }
}

let { child, port } = await start();
let epoch, ticket;
try {
  await check("a plain GET is told to upgrade", async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/ws`);
    assert.equal(answer.status, 426);
    assert.equal((await answer.json()).name, "upgrade_required");
  });
  await check("a foreign page is refused", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws`, { origin: "https://evil.example" });
    socket.on("error", () => {});
    const [, response] = await once(socket, "unexpected-response");
    assert.equal(response.statusCode, 403);
    socket.terminate();
  });
  await check("unknown paths and health", async () => {
    assert.equal((await fetch(`http://127.0.0.1:${port}/nothing`)).status, 404);
    assert.equal((await fetch(`http://127.0.0.1:${port}/health/live`)).status, 200);
  });
  await check("two clients chat", async () => {
    const a = new Client(port), b = new Client(port);
    ticket = (await a.connect()).session;
    await b.connect();
    a.send({ type: "subscribe", id: 2, channel: "room:1" });
    b.send({ type: "subscribe", id: 2, channel: "room:1" });
    await a.take("subscribed"); await b.take("subscribed");
    for (let i = 1; i <= 20; i++) (i % 2 ? a : b).send({ type: "publish", id: 2 + i, channel: "room:1", data: { n: i } });
    for (const client of [a, b]) {
      for (let i = 1; i <= 20; i++) assert.equal((await client.take("message")).offset, i);
      for (let i = 0; i < 10; i++) epoch = (await client.take("published")).epoch;
    }
    b.send({ type: "ping" });
    await b.take("pong");
    b.socket.close(1000);
    assert.equal(await b.ended, 1000);
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(await a.ended, 1006);
  });
  await check("killed and started again, the session and the log are there", async () => {
    ({ child, port } = await start());
    const a = new Client(port);
    const connected = await a.connect({ session: ticket, turn: 2, channels: { "room:1": { epoch, offset: 20 } } });
    assert.equal(connected.resumed, true);
    a.send({ type: "publish", id: 50, channel: "room:1", data: "after" });
    const published = await a.take("published");
    assert.equal(published.offset, 21);
    assert.equal(published.epoch, epoch);
    assert.equal((await a.take("message")).offset, 21);
    a.socket.terminate();
  });
} finally {
  child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
