// SPDX-License-Identifier: Apache-2.0
// Bun's own publish and subscribe: uWebSockets in C++.
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.argv[2]),
  fetch(request, self) {
    return self.upgrade(request) ? undefined : new Response("not here", { status: 404 });
  },
  websocket: {
    perMessageDeflate: false,
    message(socket, text) {
      const frame = JSON.parse(text);
      if (frame.type === "subscribe") socket.subscribe(frame.channel);
      else if (frame.type === "publish") {
        server.publish(frame.channel, JSON.stringify({ type: "message", channel: frame.channel, data: frame.data }));
        if (frame.ack) socket.send(`{"type":"published","id":${frame.id}}`);
      }
    },
  },
});
console.log("ready");
