// SPDX-License-Identifier: Apache-2.0
// engine.io by long-polling: who says "subscribe" gets every message, which is what its users write for one channel.
import { createServer } from "node:http";
import { Server } from "engine.io";

const http = createServer();
const server = new Server({ transports: ["polling"], pingInterval: 600_000, pingTimeout: 600_000, maxHttpBufferSize: 1e6 });
server.attach(http, { path: "/engine.io" });
const subscribers = new Set();
server.on("connection", (socket) => {
  socket.on("message", (text) => {
    if (text === "subscribe") subscribers.add(socket);
    else for (const each of subscribers) each.send(text);
  });
  socket.on("close", () => subscribers.delete(socket));
});
http.keepAliveTimeout = 120_000;
http.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("ready"));
