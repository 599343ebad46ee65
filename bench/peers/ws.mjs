// SPDX-License-Identifier: Apache-2.0
// What people write with the ws package: a set of sockets per channel, one send per subscriber.
import { WebSocketServer } from "ws";

const channels = new Map();
const server = new WebSocketServer({ port: Number(process.argv[2]), host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.on("message", (bytes) => {
    const frame = JSON.parse(bytes);
    if (frame.type === "subscribe") {
      if (!channels.has(frame.channel)) channels.set(frame.channel, new Set());
      channels.get(frame.channel).add(socket);
    } else if (frame.type === "publish") {
      const message = JSON.stringify({ type: "message", channel: frame.channel, data: frame.data });
      for (const each of channels.get(frame.channel) ?? []) each.send(message);
      if (frame.ack) socket.send(`{"type":"published","id":${frame.id}}`);
    }
  });
});
server.on("listening", () => console.log("ready"));
