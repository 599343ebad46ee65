// SPDX-License-Identifier: Apache-2.0
// What is configured is in force: limits of sessions, namespaces, what everybody may do without a token.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Checks, Client, Home, Poller } from "./home.mjs";

const checks = new Checks();
const KEY = "canary-of-the-workers-limits-which-is-long-enough";
const base64 = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
function token(cap) {
  const content = `${base64({ alg: "HS256" })}.${base64({ sub: "ann", aud: "longwire", exp: Math.floor(Date.now() / 1000) + 600, cap })}`;
  return `${content}.${createHmac("sha256", KEY).update(content).digest("base64url")}`;
}
const LONGWIRE = JSON.stringify({
  tokens: { app: { audiences: ["longwire"], keys: { k1: { algorithm: "HS256", secret: "KEY" } } } },
  timeouts: { ping: "7s", window: "30s" },
  limits: { subscriptions: 2, frame_rate: 1, burst: "60s", message: "1KiB" },
  retention: { count: 1000, age: "0" , idle: "1h" },
  namespaces: { few: { retention: { count: 3, age: "0s" } }, news: { anonymous: ["subscribe", "history"] }, slow: { publish_rate: 2 } },
});
const home = await new Home({ KEY, LONGWIRE }).start();

async function connected(more) {
  const client = new Client(home);
  const answer = await client.connect(undefined, more);
  return { client, answer };
}

try {
  const everything = { token: token({ "*": ["*"] }) };
  await checks.check("times and limits of a session", async () => {
    const { client, answer } = await connected(everything);
    assert.deepEqual([answer.ping, answer.window], [7_000, 30_000]);
    for (const [id, channel] of [[2, "a"], [3, "b"], [4, "c"]]) client.send({ type: "subscribe", id, channel });
    assert.equal((await client.answer(4)).name, "too_many_subscriptions");
    client.send({ type: "publish", id: 5, channel: "a", data: "x".repeat(2_000) });
    assert.equal(await client.code(), 1009);
  });

  await checks.check("who brings too much is refused, told when to come again, and cut in the end", async () => {
    const { client } = await connected(everything);
    for (let id = 10; id < 90; id++) client.send({ type: "subscriptions", id });
    const error = await client.take("error");
    assert.equal(error.name, "rate_limited");
    assert.ok(error.retry_after > 0);
    for (let id = 100; id < 400; id++) client.send({ type: "subscriptions", id });
    assert.equal((await client.take("disconnect")).code, 1008);
    assert.equal(await client.code(), 1008);
    await home.logged('"event":"limit","limit":"flood"');
  });

  await checks.check("a namespace keeps what it says, and takes as much as it says", async () => {
    const { client } = await connected(everything);
    for (let id = 2; id < 12; id++) client.send({ type: "publish", id, channel: "few:1", data: id });
    await client.answer(11);
    client.send({ type: "history", id: 12, channel: "few:1" });
    assert.deepEqual((await client.answer(12)).messages.map(({ data }) => data), [9, 10, 11]);
    for (let id = 20; id < 26; id++) client.send({ type: "publish", id, channel: "slow:1", data: id });
    const last = await client.answer(25);
    assert.equal(last.name, "rate_limited");
    assert.ok(last.retry_after > 0);
    client.socket.terminate();
  });

  await checks.check("without a token there is what everybody may, by socket and by poll", async () => {
    const { client, answer } = await connected({});
    assert.equal(answer.user, null);
    client.send({ type: "subscribe", id: 2, channel: "news:1" });
    assert.equal((await client.answer(2)).type, "subscribed");
    client.send({ type: "publish", id: 3, channel: "news:1", data: 1 });
    assert.equal((await client.answer(3)).name, "forbidden");
    client.send({ type: "subscribe", id: 4, channel: "chat:1" });
    assert.equal((await client.answer(4)).name, "forbidden");
    client.socket.terminate();
    const poller = new Poller(home);
    await poller.connect();
    const { frames } = await poller.poll([{ type: "history", id: 2, channel: "news:1" }, { type: "history", id: 3, channel: "chat:1" }]);
    assert.deepEqual(frames.map(({ id, type, name }) => [id, name ?? type]).sort(), [[2, "history"], [3, "forbidden"]]);
  });
} finally {
  await home.end();
}
checks.end(home);
