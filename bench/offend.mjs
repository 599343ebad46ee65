// SPDX-License-Identifier: Apache-2.0
// Whoever brings too much, without end: publishes, pings, subscriptions to new names, connections, compressed bombs. What is refused or cut is counted.
import { connect } from "node:net";
import { createHash, randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";

const [kind, port] = process.argv.slice(2);
const OFFENDERS = 4;
const AT_ONCE = 200;

/** A masked frame of RFC 6455; the mask is nothing, so that it costs us nothing. */
function frame(first, payload) {
  const length = payload.length;
  const head = length < 126 ? [first, 0x80 | length] : [first, 0xfe, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}
const text = (value) => frame(0x81, Buffer.from(JSON.stringify(value)));

let id = 10;
const bomb = deflateRawSync(Buffer.alloc(8 << 20), { level: 9 }).subarray(0, 8000);
const floods = {
  frames: () => text({ type: "publish", id: ++id, channel: "flooded", data: 1 }),
  pings: () => frame(0x89, Buffer.from("x")),
  subscribes: () => text({ type: "subscribe", id: ++id, channel: `name:${id}:${randomBytes(4).toString("hex")}` }),
  bombs: () => frame(0xc1, bomb),
  connections: null,
};

const counts = { connections: 0, cut: 0, sent: 0 };
process.on("SIGTERM", () => {
  console.log(JSON.stringify(counts));
  process.exit(0);
});

function offend() {
  const socket = connect(Number(port), "127.0.0.1");
  counts.connections++;
  socket.on("error", () => {});
  socket.on("close", () => {
    counts.cut++;
    setTimeout(offend, kind === "connections" ? 0 : 20);
  });
  socket.on("connect", () => {
    const key = createHash("md5").update(String(counts.connections)).digest("base64");
    socket.write(`GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\nSec-WebSocket-Key: ${key}\r\n\r\n`);
    if (kind === "connections") return socket.once("data", () => socket.destroy());
    socket.write(text({ type: "connect", id: 1 }));
    const more = () => {
      if (socket.destroyed) return;
      counts.sent += AT_ONCE;
      const all = Buffer.concat(Array.from({ length: AT_ONCE }, floods[kind]));
      socket.write(all, () => setImmediate(more));
    };
    socket.once("data", more);
    socket.on("data", () => {});
  });
}
for (let i = 0; i < OFFENDERS; i++) offend();
