// SPDX-License-Identifier: Apache-2.0
// What an application's backend does by plain HTTP, on the Worker: docs/api.md, as on the server.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Checks, Client, Home } from "./home.mjs";

const ALL = "canary-of-the-workers-backend-51aa";
const READER = "canary-of-a-workers-reader-07be";
const hash = (key) => `sha256:${createHash("sha256").update(key).digest("hex")}`;
const keys = { all: { hash: hash(ALL), scopes: ["publish", "history", "presence"] }, reader: { hash: hash(READER), scopes: ["history"] } };
const home = await new Home({ LONGWIRE: JSON.stringify({ insecure: true, admin: { keys } }) }).start();
const checks = new Checks();

async function ask(path, { key = ALL, body, headers = {}, method = body === undefined ? "GET" : "POST" } = {}) {
  const more = { ...(key && { authorization: `Bearer ${key}` }), ...(body !== undefined && { "content-type": "application/json" }), ...headers };
  const answer = await fetch(home.url(path), { method, headers: more, ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }) });
  const text = await answer.text();
  assert.ok(!text.includes("canary"), text);
  return { status: answer.status, headers: answer.headers, body: text === "" ? null : JSON.parse(text) };
}
const publish = (body, options) => ask("/v1/publish", { body, ...options });

try {
  await checks.check("what is published is delivered, and stored before it is answered", async () => {
    const client = new Client(home);
    await client.connect();
    client.send({ type: "subscribe", id: 2, channel: "news" });
    await client.answer(2);
    const { status, body } = await publish({ channel: "news", data: { text: "hello" }, key: "article-7" });
    assert.equal(status, 200);
    assert.deepEqual([body.type, body.channel, body.offset, body.stored], ["published", "news", 1, "storage"]);
    const message = await client.take("message");
    assert.deepEqual([message.data, message.client, message.offset], [{ text: "hello" }, "$api", 1]);
    await home.unsafe("abort");
    const again = await publish({ channel: "news", data: { text: "hello" }, key: "article-7" });
    assert.deepEqual([again.body.offset, again.body.duplicate], [1, true]);
    const conflict = await publish({ channel: "news", data: { text: "other" }, key: "article-7" });
    assert.deepEqual([conflict.status, conflict.body.name], [409, "idempotency_conflict"]);
    client.socket.terminate();
  });

  await checks.check("several channels, and lists, each in its place and in its order", async () => {
    const { body } = await publish({ channels: ["a", "b"], data: 1 });
    assert.deepEqual(body.results.map(({ channel, offset }) => [channel, offset]), [["a", 1], ["b", 1]]);
    const messages = [...Array.from({ length: 20 }, (_, i) => ({ channel: "list", data: i })), { channel: "bad name", data: 1 }, { channel: "list", data: 20 }];
    const list = await publish({ messages });
    assert.deepEqual(list.body.results.map((each) => each.offset ?? each.name), [...Array.from({ length: 20 }, (_, i) => i + 1), "bad_channel", 21]);
    const log = await ask("/v1/history?channel=list&limit=100");
    assert.deepEqual(log.body.messages.map(({ data }) => data), Array.from({ length: 21 }, (_, i) => i));
  });

  await checks.check("pages of history both ways, and what became of a key", async () => {
    const first = await ask("/v1/history?channel=list&limit=5&reverse=true");
    assert.deepEqual(first.body.messages.map(({ offset }) => offset), [21, 20, 19, 18, 17]);
    const { epoch, offset } = first.body.next;
    const second = await ask(`/v1/history?channel=list&limit=5&before=${epoch}:${offset}`);
    assert.deepEqual(second.body.messages.map((each) => each.offset), [16, 15, 14, 13, 12]);
    const onwards = await ask(`/v1/history?channel=list&after=${epoch}:19`);
    assert.deepEqual(onwards.body.messages.map((each) => each.offset), [20, 21]);
    assert.equal((await ask("/v1/history?channel=news&key=article-7")).body.outcome.offset, 1);
    assert.equal((await ask("/v1/history?channel=news&key=never")).body.outcome, "none");
  });

  await checks.check("who is in a channel", async () => {
    const client = new Client(home);
    await client.connect();
    client.send({ type: "presence", id: 2, channel: "room", action: "enter", data: { mood: "here" } });
    await client.answer(2);
    const { body } = await ask("/v1/presence?channel=room");
    assert.deepEqual([body.type, body.channel, body.count, body.members.length, body.members[0].data], ["presence", "room", 1, 1, { mood: "here" }]);
    assert.equal((await ask("/v1/presence?channel=nobody&count=true")).body.count, 0);
    client.socket.terminate();
  });

  for (const [name, path, options, status, code, field] of [
    ["no key", "/v1/history?channel=a", { key: "" }, 401, "unauthorized"],
    ["another key", "/v1/history?channel=a", { key: `${ALL}x` }, 401, "unauthorized"],
    ["a key as it is stored", "/v1/history?channel=a", { key: hash(ALL) }, 401, "unauthorized"],
    ["a key without the scope", "/v1/publish", { key: READER, body: { channel: "a", data: 1 } }, 403, "forbidden"],
    ["another method", "/v1/publish", {}, 405, "method_not_allowed"],
    ["no JSON", "/v1/publish", { body: "{" }, 400, "malformed"],
    ["another type", "/v1/publish", { body: "{}", headers: { "content-type": "text/plain" } }, 415, "unsupported_media_type"],
    ["no channel", "/v1/publish", { body: { data: 1 } }, 400, "missing_field", "channel"],
    ["a bad channel", "/v1/publish", { body: { channel: "a b", data: 1 } }, 400, "bad_channel", "channel"],
    ["a long payload", "/v1/publish", { body: { channel: "a", data: "x".repeat(70_000) } }, 400, "too_large", "data"],
    ["a long body", "/v1/publish", { body: { channel: "a", data: "x".repeat(1_100_000) } }, 413, "body_too_large"],
    ["no channel in a query", "/v1/history", {}, 400, "missing_field", "channel"],
    ["a limit that is none", "/v1/history?channel=a&limit=101", {}, 400, "invalid_field", "limit"],
    ["a position that is none", "/v1/history?channel=a&after=1", {}, 400, "invalid_field", "after"],
    ["a name twice", "/v1/history?channel=a&channel=b", {}, 400, "invalid_field", "channel"],
    ["a name that isn't described", "/v1/history?channel=a&x=1", {}, 400, "invalid_field", "query"],
    ["a flag that is none", "/v1/presence?channel=a&count=1", {}, 400, "invalid_field", "count"],
    ["a page of another origin", "/v1/history?channel=a", { headers: { origin: "https://evil.example" } }, 403, "origin_not_allowed"],
  ]) {
    await checks.check(`refused: ${name}`, async () => {
      const answer = await ask(path, options);
      assert.deepEqual([answer.status, answer.body.name, answer.body.field], [status, code, field]);
      assert.equal(answer.headers.get("content-type"), "application/problem+json");
      assert.equal(answer.body.status, status);
    });
  }
} finally {
  await home.end();
}
checks.end(home);
