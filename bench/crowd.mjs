// SPDX-License-Identifier: Apache-2.0
// A presence channel with a crowd in it: what the list costs who asks for it, and what one more costs who looks on.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

const require = createRequire(new URL("./peers/package.json", import.meta.url));
/** Loaded when it has been installed. */
let WebSocket;
const CHANNEL = "crowd";
const REAL = 1_000;
const SIMULATED = 9_000;
const MORE = 200;
const enter = (id) => ({ type: "presence", id, channel: CHANNEL, action: "enter", data: { status: "here" } });

/** A session on a WebSocket; resolves when what it said has been answered. */
const onSocket = (port, ...more) =>
  new Promise((done, failed) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws`, "longwire.v1.json");
    let left = more.length + 1;
    socket.on("error", failed);
    socket.on("open", () => [{ type: "connect", id: 1 }, ...more].forEach((frame) => socket.send(JSON.stringify(frame))));
    socket.on("message", function answered(data) {
      left -= [JSON.parse(data)].flat().filter(({ id }) => id).length;
      if (left <= 0) {
        socket.off("message", answered);
        done(socket);
      }
    });
  });

/** A session that enters by its first poll and holds none afterwards; its member stays for the grace. */
const onPoll = (agent, port) =>
  new Promise((done, failed) => {
    const body = JSON.stringify({ seq: 1, wait: 0, frames: [{ type: "connect", id: 1 }, enter(2)] });
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const asked = request({ agent, port, host: "127.0.0.1", path: "/v1/poll", method: "POST", headers }, (answer) => {
      answer.resume();
      answer.on("end", () => (answer.statusCode === 200 ? done() : failed(new Error(`a poll was answered ${answer.statusCode}`))));
    });
    asked.on("error", failed);
    asked.end(body);
  });

const cpuMillis = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

/** What an observer was brought since it was asked last. */
class Lens {
  frames = [];

  constructor(socket) {
    socket.on("message", (data) => {
      for (const frame of [JSON.parse(data)].flat()) this.frames.push({ frame, bytes: data.length, at: Date.now() });
    });
  }

  async until(what, fits) {
    for (const deadline = Date.now() + 60_000; !this.frames.some(fits); await sleep(5)) {
      if (Date.now() > deadline) throw new Error(`did not come: ${what}`);
    }
    return this.frames.splice(0);
  }
}

export const crowd = async (start, stop) => {
  ({ WebSocket } = require("ws"));
  const server = await start("--set", "presence.grace=1h");
  const { port } = server;
  const real = [];
  for (let i = 0; i < REAL; i += 50) real.push(...(await Promise.all(Array.from({ length: 50 }, () => onSocket(port, enter(2))))));
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  for (let i = 0; i < SIMULATED; i += 500) await Promise.all(Array.from({ length: 500 }, () => onPoll(agent, port)));
  // Changes are told together once a second: let the last of these be over.
  await sleep(2_000);

  const socket = await onSocket(port);
  const lens = new Lens(socket);
  const asked = Date.now();
  socket.send(JSON.stringify({ type: "presence", id: 2, channel: CHANNEL, action: "observe" }));
  const pages = (await lens.until("everybody", ({ frame }) => frame.sync === "end")).filter(({ frame }) => frame.sync);
  const members = pages.reduce((sum, { frame }) => sum + frame.members.length, 0);
  if (members !== REAL + SIMULATED) throw new Error(`${members} members were listed`);
  const sizes = pages.map(({ bytes }) => bytes);
  console.log(
    `${members} members (${REAL} on WebSockets): the whole list in ${pages.length} pages, the longest ${Math.max(...sizes)} B, ` +
      `${sizes.reduce((a, b) => a + b)} B in all, after ${pages.at(-1).at - asked} ms`,
  );

  const joins = async (label, count, pauseMillis) => {
    const [cpu, begun] = [cpuMillis(server.pid), Date.now()];
    for (let i = 0; i < count; i++) {
      await onPoll(agent, port);
      await sleep(pauseMillis);
    }
    const last = members + total + count;
    total += count;
    const told = await lens.until("the last", ({ frame }) => frame.count === last);
    const elapsed = Date.now() - begun;
    const joined = told.reduce((sum, { frame }) => sum + (frame.joined?.length ?? 0), 0);
    const bytes = told.reduce((sum, { bytes: each }) => sum + each, 0);
    if (joined !== count) throw new Error(`${joined} of ${count} were told`);
    console.log(
      `${label}: ${told.length} frames in ${(elapsed / 1000).toFixed(1)} s, ${Math.round(bytes / joined)} B per join, ` +
        `${((cpuMillis(server.pid) - cpu) / count).toFixed(1)} ms of the server's CPU per join`,
    );
  };
  let total = 0;
  await joins("one joins, one looks on", 1, 0);
  await joins(`${MORE} join within some ten seconds, one looks on`, MORE, 50);
  const observe = JSON.stringify({ type: "presence", id: 9, channel: CHANNEL, action: "observe" });
  for (const each of real) each.send(observe);
  await sleep(10_000);
  await joins(`${MORE} join within some ten seconds, ${REAL + 1} look on`, MORE, 50);
  real.forEach((each) => each.terminate());
  socket.terminate();
  agent.destroy();
  stop([server]);
};
