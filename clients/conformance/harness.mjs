// SPDX-License-Identifier: Apache-2.0
// What scenarios are made of: clients on a leash, a peer that says what it is told, a proxy that breaks connections, homes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const { WebSocketServer } = createRequire(new URL("../javascript/package.json", import.meta.url))("ws");
// The JDK misses the end of a connection now and then; its client notices when it pings, which is after 25 s here.
const PATIENCE_MS = 60_000;

/** Things that happened, in order, and a way to wait for them. */
class Happenings {
  #all = [];
  #waiting = new Set();
  #over;

  #wake() {
    this.#waiting.forEach((wake) => wake());
  }

  add(one) {
    this.#all.push(one);
    this.#wake();
  }

  /** Nothing more comes. */
  end(why) {
    this.#over = why;
    this.#wake();
  }

  /** Those that are there and nobody took. */
  get rest() {
    return this.#all;
  }

  /** Takes the first that fits, waiting for it; those before it stay. */
  async take(what, fits) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = this.#all.findIndex(fits);
      if (at >= 0) return this.#all.splice(at, 1)[0];
      const left = deadline - Date.now();
      assert.ok(left > 0 && !this.#over, `no ${what}${this.#over ? ` (${this.#over})` : ""}; there is ${JSON.stringify(this.#all)}`);
      await new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, left);
        this.#waiting.add(wake);
      });
    }
  }
}

/** A process with a kind of client in it. */
export class Kind {
  #clients = new Map();
  #count = 0;

  constructor(name, command, args) {
    this.name = name;
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      const { client, ...event } = JSON.parse(line);
      this.#clients.get(client)?.events.add(event);
    });
    this.child.on("exit", () => this.#clients.forEach(({ events }) => events.end("its process is gone")));
  }

  /** A client that is not connected yet. Waits are short unless said otherwise. */
  make(url, options = {}) {
    const client = new Leash(this, ++this.#count);
    this.#clients.set(client.number, client);
    this.send({ client: client.number, make: { url, backoff: { minMillis: 1, maxMillis: 20 }, ...options } });
    return client;
  }

  send(command) {
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  async end() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = once(this.child, "exit");
      this.child.stdin.end();
      await gone;
    }
  }
}

/** One client. */
class Leash {
  events = new Happenings();
  #tags = 0;

  constructor(kind, number) {
    this.kind = kind;
    this.number = number;
  }

  /** Has it do something. */
  tell(what, more = {}) {
    this.kind.send({ client: this.number, do: what, ...more });
  }

  /** Has it do something, and waits for what comes of it. */
  ask(what, more = {}) {
    const tag = ++this.#tags;
    this.tell(what, { ...more, tag });
    return this.events.take(`answer to ${what}`, (event) => event.tag === tag);
  }

  /** Has it do something, which is to succeed. */
  async does(what, more = {}) {
    const answer = await this.ask(what, more);
    assert.equal(answer.event, "done", JSON.stringify(answer));
    return answer;
  }

  /** The next event of a kind, with these fields. */
  async hears(event, fields = {}) {
    const heard = await this.events.take(event, (each) => each.event === event);
    for (const [name, value] of Object.entries(fields)) assert.deepEqual(heard[name], value, `${event}: ${JSON.stringify(heard)}`);
    return heard;
  }

  /** Connects, and waits until it is. */
  async connects() {
    this.tell("connect");
    await this.hears("state", { state: "connecting" });
    await this.hears("state", { state: "connected" });
  }

  heard(event) {
    return this.events.rest.filter((each) => each.event === event);
  }
}

/** A connection as a peer sees it. */
class Link {
  frames = new Happenings();

  constructor(socket) {
    this.socket = socket;
    socket.on("message", (data) => [JSON.parse(data)].flat().forEach((frame) => this.frames.add(frame)));
    socket.on("close", () => this.frames.end("the connection is gone"));
    socket.on("error", () => {});
    this.ended = new Promise((resolve) => socket.on("close", resolve));
  }

  async gets(type) {
    const frame = await this.frames.take(type, () => true);
    assert.equal(frame.type, type, JSON.stringify(frame));
    return frame;
  }

  says(...frames) {
    this.socket.send(JSON.stringify(frames.length === 1 ? frames[0] : frames));
  }

  async welcomes(more = {}) {
    const connect = await this.gets("connect");
    this.says({ type: "connected", id: connect.id, session: "s-1", client: "c-1", resumed: false, turn: connect.resume?.turn ?? 1, user: null, ping: 25_000, window: 120_000, expires: null, dedupe: 300_000, ...more });
    return connect;
  }

  /** Says where a channel stands, to a subscribe or to what a list asked. */
  async subscribes(connect, channel, offset, more = {}) {
    const listed = connect.resume?.channels?.[channel];
    const asked = listed ? {} : { id: (await this.gets("subscribe")).id };
    this.says({ type: "subscribed", ...asked, channel, epoch: "e1", offset, recovered: false, replay: 0, ...more });
    return listed;
  }

  brings(channel, ...offsets) {
    for (const offset of offsets) this.says({ type: "message", channel, offset, time: 1, from: null, client: "c-9", data: offset });
  }

  published({ id, channel }, offset) {
    this.says({ type: "published", id, channel, epoch: "e1", offset, stored: "memory", dedupe: 300_000 });
  }

  close(code) {
    this.socket.close(code);
  }

  cut() {
    this.socket.terminate();
  }
}

/** Stands in for a server, never for a client. */
export class Peer {
  #links = new Happenings();
  /** HTTP statuses with which the next upgrades are refused. */
  refuse = [];
  /** When upgrades came, in ms. */
  attempts = [];

  static async start() {
    const peer = new Peer();
    peer.http = createServer((request, response) => {
      peer.polls++;
      request.resume().on("end", () => response.writeHead(peer.pollStatus, { "Content-Length": 0 }).end());
    });
    peer.sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "longwire.v1.json" });
    peer.http.on("upgrade", (request, socket, head) => {
      peer.attempts.push(Date.now());
      const status = peer.refuse.shift();
      if (status) socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      else peer.sockets.handleUpgrade(request, socket, head, (open) => peer.#links.add(new Link(open)));
    });
    peer.http.listen(0, "127.0.0.1");
    await once(peer.http, "listening");
    return peer;
  }

  polls = 0;
  pollStatus = 503;

  get url() {
    return `http://127.0.0.1:${this.http.address().port}`;
  }

  get links() {
    return this.#links.rest.length;
  }

  link() {
    return this.#links.take("connection", () => true);
  }

  stop() {
    this.sockets.clients.forEach((socket) => socket.terminate());
    this.http.closeAllConnections();
    this.http.close();
  }
}

/** The proxy that breaks connections at chosen frames, in front of a home. */
export class Proxy {
  static async to(port, java) {
    const proxy = new Proxy();
    proxy.child = spawn(java, ["-jar", `${root}faults/target/longwire-faults.jar`, "--target", `127.0.0.1:${port}`], { stdio: ["pipe", "pipe", "inherit"] });
    for await (const line of createInterface({ input: proxy.child.stdout })) {
      proxy.ports = JSON.parse(line);
      break;
    }
    return proxy;
  }

  get url() {
    return `http://127.0.0.1:${this.ports.proxy}`;
  }

  async #do(method, path, body) {
    const answer = await fetch(`http://127.0.0.1:${this.ports.control}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    assert.equal(answer.status, 200);
    return answer.json();
  }

  rules(...rules) {
    return this.#do("PUT", "/rules", rules);
  }

  schedule(plan) {
    return this.#do("PUT", "/schedule", plan);
  }

  calm() {
    return this.#do("DELETE", "/rules");
  }

  cut() {
    return this.#do("POST", "/cut", {});
  }

  log() {
    return this.#do("GET", "/log");
  }

  async stop() {
    const gone = once(this.child, "exit");
    this.child.stdin.end();
    await gone;
  }
}

/** The server on the JVM. */
export class JvmHome {
  static async start(...flags) {
    const home = new JvmHome();
    home.child = spawn(`${root}longwire`, ["serve", "--port", "0", ...flags], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: home.child.stdout })) {
      home.port = /is ready: http:\/\/[^:]+:(\d+)/.exec(line)?.[1];
      if (home.port) return home;
    }
    throw new Error("the server did not start");
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = once(this.child, "exit");
      this.child.kill("SIGTERM");
      await gone;
    }
  }
}

/** The Worker, on workerd. */
export class WorkerHome {
  static async start() {
    const { Home } = await import("../../edge/worker/test/home.mjs");
    const home = new WorkerHome();
    home.inner = await new Home().start();
    home.port = home.inner.port;
    return home;
  }

  stop() {
    return this.inner.end();
  }
}
