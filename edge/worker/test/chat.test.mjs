// SPDX-License-Identifier: Apache-2.0
// Two clients chat through a real workerd, which is killed in between.
import assert from "node:assert/strict";
import { once } from "node:events";
import WebSocket from "ws";
import { Checks, Client, Home } from "./home.mjs";

const checks = new Checks();
const home = await new Home().start();
let epoch, ticket;
try {
  await checks.check("a plain GET is told to upgrade", async () => {
    const answer = await fetch(home.url("/v1/ws"));
    assert.equal(answer.status, 426);
    assert.equal((await answer.json()).name, "upgrade_required");
  });
  await checks.check("a foreign page is refused", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${home.port}/v1/ws`, { origin: "https://evil.example" });
    socket.on("error", () => {});
    const [, response] = await once(socket, "unexpected-response");
    assert.equal(response.statusCode, 403);
    socket.terminate();
  });
  await checks.check("unknown paths and health", async () => {
    assert.equal((await fetch(home.url("/nothing"))).status, 404);
    assert.equal((await fetch(home.url("/health/live"))).status, 200);
  });
  await checks.check("two clients chat", async () => {
    const a = new Client(home), b = new Client(home);
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
    await home.kill();
    assert.equal(await a.ended, 1006);
  });
  await checks.check("killed and started again, the session and the log are there", async () => {
    await home.start();
    const a = new Client(home);
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
  await home.end();
}
checks.end(home);
