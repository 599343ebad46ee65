// SPDX-License-Identifier: Apache-2.0
// A Worker home of our own on a real workerd, and clients for it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import WebSocket from "ws";
import { configuration, workerd } from "../workerd.mjs";

const worker = join(dirname(fileURLToPath(import.meta.url)), "..");
const PATIENCE_MS = 30_000;

/** What `.verify/90-e2e-secrets` reads when everything has run. */
const SERVER_LOGS = join(worker, "../../.build/state/servers");

export class Home {
  constructor(bindings = {}) {
    this.folder = mkdtempSync(join(tmpdir(), "longwire-edge-"));
    mkdirSync(join(this.folder, "store"));
    cpSync(join(worker, "../target/worker/worker.mjs"), join(this.folder, "worker.mjs"));
    cpSync(join(worker, "test/entry.mjs"), join(this.folder, "entry.mjs"));
    this.bindings = { TICKET_KEY: "canary-of-the-key-that-seals-tickets", LONGWIRE: '{"insecure":true}', ...bindings };
    this.port = 0;
    this.output = "";
  }

  /** Where it was, if it was there before. */
  async start() {
    writeFileSync(join(this.folder, "workerd.capnp"), configuration({ port: this.port, bindings: this.bindings, modules: ["entry.mjs", "worker.mjs"], flags: ["unsafe_module", "experimental"] }));
    const child = spawn(workerd(), ["serve", "workerd.capnp", "--experimental", "--control-fd=3"], { cwd: this.folder, stdio: ["ignore", "pipe", "pipe", "pipe"] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        this.output += chunk;
        if (existsSync(SERVER_LOGS)) appendFileSync(join(SERVER_LOGS, "workers.log"), chunk);
      });
    }
    let told = "";
    for await (const chunk of child.stdio[3]) {
      told += chunk;
      const port = /"port":(\d+)/.exec(told)?.[1];
      if (port) {
        this.port = port;
        return this;
      }
    }
    throw new Error(`workerd did not start: ${this.output}`);
  }

  url(path) {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** Asks the part of the Worker that only tests have: lets objects be evicted, or aborted. */
  async unsafe(what) {
    const answer = await fetch(this.url(`/test/${what}`), { method: "POST" });
    assert.equal(answer.status, 200);
    return answer.json();
  }

  /** Waits until it has logged this, so often: its lines come by another way than its answers. */
  async logged(text, times = 1) {
    for (const deadline = Date.now() + PATIENCE_MS; this.output.split(text).length <= times; ) {
      assert.ok(Date.now() < deadline, `${text} was not logged ${times} times: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** How many lives of objects have begun. */
  boots() {
    return this.output.split('"event":"boot"').length - 1;
  }

  /** As the power going off. */
  async kill() {
    this.child.kill("SIGKILL");
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "exit");
  }

  async end() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Client {
  constructor(home, { protocol = "longwire.v1.json", ...options } = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${home.port}/v1/ws`, protocol, options);
    this.frames = [];
    this.wake = () => {};
    this.socket.on("message", (data) => {
      this.frames.push(JSON.parse(data));
      this.wake();
    });
    this.socket.on("error", () => {});
    this.ended = new Promise((resolve) => this.socket.on("close", (code) => resolve(code)));
  }

  async opened() {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, "open");
  }

  /**
   * The code of the server's close. Asked of the close frame, since the runtime keeps the connection for long after it.
   */
  async code() {
    const receiver = this.socket._receiver;
    return new Promise((resolve) => {
      void this.ended.then(resolve);
      receiver?.once("conclude", resolve);
    });
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  async take(type) {
    return this.taking((frame) => frame.type === type, type);
  }

  async taking(wanted, name) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = this.frames.findIndex(wanted);
      if (at >= 0) return this.frames.splice(at, 1)[0];
      const left = deadline - Date.now();
      assert.ok(left > 0, `no ${name}; got ${JSON.stringify(this.frames)}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async answer(id) {
    return this.taking((frame) => frame.id === id, `answer to ${id}`);
  }

  async connect(resume, more = {}) {
    await this.opened();
    this.send({ type: "connect", id: 1, ...(resume && { resume }), ...more });
    return this.take("connected");
  }
}

/** A client that only polls, in JSON. */
export class Poller {
  seq = 0;

  constructor(home) {
    this.home = home;
  }

  async post(body, options = {}) {
    return fetch(this.home.url("/v1/poll"), { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" }, ...options });
  }

  async connect(frames = []) {
    const { frames: told } = await this.poll([{ type: "connect", id: 1 }, ...frames], 0);
    const connected = told.find((frame) => frame.type === "connected");
    this.session = connected.session;
    return connected;
  }

  /** One poll; with `again` the one before once more. */
  async poll(frames = [], wait = 0, again = false) {
    if (!again) this.seq++;
    const answer = await this.post({ ...(this.session && { session: this.session }), seq: this.seq, wait, frames });
    assert.equal(answer.status, 200, `poll answered ${answer.status}`);
    const body = await answer.json();
    assert.equal(body.seq, this.seq);
    return body;
  }

  /** Polls until so many frames of a type have come. */
  async until(type, count) {
    const found = [];
    const deadline = Date.now() + PATIENCE_MS;
    while (found.length < count) {
      assert.ok(Date.now() < deadline, `${found.length} of ${count} ${type}`);
      found.push(...(await this.poll([], 2_000)).frames.filter((frame) => frame.type === type));
    }
    return found;
  }
}

/** Counts what holds; {@code end} says how it went. */
export class Checks {
  passed = 0;
  failed = 0;

  async check(name, body) {
    try {
      await body();
      this.passed++;
    } catch (e) {
      this.failed++;
      console.log(`FAILED ${name}: ${e.stack}`);
    }
  }

  end(home) {
    if (this.failed > 0) console.log(home.output);
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed > 0 ? 1 : 0);
  }
}
