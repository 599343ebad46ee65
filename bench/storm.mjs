// SPDX-License-Identifier: Apache-2.0
// The clients of the reconnect storm: thousands of WebSocket sessions that leave, miss messages, and all come back.
// Messages are judged as they arrive: after a resume exactly the missed offsets, in order.
import { createRequire } from "node:module";

const WebSocket = createRequire(new URL("peers/package.json", import.meta.url))("ws");

const channelOf = (index, channels) => `storm:${index % channels}`;

/** One session: what it was told, and what it still waits for. */
class Session {
  constructor(url, channel) {
    this.url = url;
    this.channel = channel;
    this.turn = 1;
    this.received = 0;
    this.wrong = 0;
  }

  /** Resolves when `missed` messages have followed the answers to connect and subscribe. */
  attach(missed) {
    const resume = this.ticket && {
      session: this.ticket,
      turn: ++this.turn,
      channels: { [this.channel]: { epoch: this.epoch, offset: this.offset } },
    };
    this.received = 0;
    this.missed = missed;
    this.subscribed = this.resumed = this.recovered = false;
    return new Promise((done, failed) => {
      this.done = done;
      this.socket = new WebSocket(this.url, { perMessageDeflate: false, skipUTF8Validation: true });
      this.socket.on("error", failed);
      this.socket.on("open", () => {
        this.socket.send(JSON.stringify({ type: "connect", id: 1, ...(resume && { resume }) }));
        if (!resume) this.socket.send(`{"type":"subscribe","id":2,"channel":"${this.channel}"}`);
      });
      this.socket.on("message", (bytes) => this.take(JSON.parse(bytes)));
    });
  }

  take(frame) {
    if (frame.type === "connected") {
      this.ticket = frame.session;
      this.resumed = frame.resumed;
      this.turn = frame.turn;
    } else if (frame.type === "subscribed") {
      this.subscribed = true;
      this.recovered = frame.recovered;
      if (!this.epoch || !frame.recovered) this.offset = frame.offset;
      this.epoch = frame.epoch;
    } else if (frame.type === "message") {
      this.received++;
      if (frame.offset !== ++this.offset) this.wrong++;
    } else if (frame.type === "error") {
      this.wrong++;
    }
    if (this.subscribed && this.received >= this.missed) this.done();
  }
}

async function within(millis, work, what) {
  let timer;
  const late = new Promise((_, failed) => (timer = setTimeout(() => failed(new Error(`${what} took too long`)), millis)));
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function publish(url, channels, each) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  let acks = 0;
  const acknowledged = new Promise((done) => {
    socket.on("message", (bytes) => {
      if (JSON.parse(bytes).type === "published" && ++acks % channels === 0) acks === channels * each ? done() : next();
    });
  });
  const next = () => {
    for (let channel = 0; channel < channels; channel++) {
      const data = `storm ${"x".repeat(80)}`;
      socket.send(JSON.stringify({ type: "publish", id: acks + channel + 10, channel: channelOf(channel, channels), data }));
    }
  };
  socket.on("open", () => {
    socket.send('{"type":"connect","id":1}');
    next();
  });
  await acknowledged;
  socket.close();
}

const pause = (millis) => new Promise((done) => setTimeout(done, millis));

/** One round; `cpu` reads the server's CPU seconds. Answers what was measured, and what went wrong. */
export async function storm(url, { sessions, channels, missed }, cpu) {
  const all = Array.from({ length: sessions }, (_, index) => new Session(url, channelOf(index, channels)));
  let begun = cpu();
  await within(60_000, Promise.all(all.map((each) => each.attach(0))), "connecting");
  const plain = cpu() - begun;
  for (const each of all) each.socket.terminate();
  await pause(1000);
  await publish(url, channels, missed);
  await pause(500);
  begun = cpu();
  const start = performance.now();
  await within(60_000, Promise.all(all.map((each) => each.attach(missed))), "resuming");
  const seconds = (performance.now() - start) / 1000;
  const resuming = cpu() - begun;
  await pause(300);
  const result = {
    plain: (plain / sessions) * 1e6,
    resuming: (resuming / sessions) * 1e6,
    seconds,
    resumed: all.filter((each) => each.resumed && each.recovered).length,
    lost: all.reduce((sum, each) => sum + (missed - each.received), 0),
    wrong: all.reduce((sum, each) => sum + each.wrong, 0),
  };
  for (const each of all) each.socket.close();
  await pause(1000);
  return result;
}
