// SPDX-License-Identifier: Apache-2.0
// What becomes of requests, against a peer that says what it is told. The names cite rules of docs/client-spec.md.
import assert from "node:assert/strict";
import { attached, scenario, SOCKET } from "./peer.scenarios.mjs";

const publish = (client, data) => client.ask("publish", { channel: "a", data });

scenario("what has no answer is said again, in order, before anything new [CS46] [CS48]", {}, async (t) => {
  const { client, link } = await attached(t, SOCKET);
  const answers = [publish(client, 1), publish(client, 2)];
  const before = [await link.gets("publish"), await link.gets("publish")];
  assert.ok(before[0].key && before[1].key && before[0].key !== before[1].key);
  link.cut();
  const second = await t.peer.link();
  const connect = await second.gets("connect");
  answers.push(publish(client, 3));
  await client.does("ask");
  second.says({ type: "connected", id: connect.id, session: "s-1", client: "c-1", resumed: true, turn: connect.resume.turn, user: null, ping: 25_000, window: 1, expires: null, dedupe: 300_000 });
  for (const one of before) {
    const again = await second.gets("publish");
    assert.deepEqual(again, { ...one, retry: true });
    second.published(again, one.data);
  }
  const third = await second.gets("publish");
  assert.deepEqual([third.data, third.retry], [3, undefined]);
  second.published(third, 3);
  assert.deepEqual((await Promise.all(answers)).map(({ offset }) => offset), [1, 2, 3]);
});

for (const [user, known] of [[null, false], ["ann", true]]) {
  scenario(`a lost session of ${user ?? "nobody known"}: what was sent, and what was not [CS47]`, {}, async (t) => {
    const { client, link } = await attached(t, SOCKET, { user });
    const sent = publish(client, 1);
    const { key } = await link.gets("publish");
    link.cut();
    const second = await t.peer.link();
    const connect = await second.gets("connect");
    const waited = publish(client, 2);
    await client.does("ask");
    second.says({ type: "connected", id: connect.id, session: "s-2", client: "c-2", resumed: false, turn: 1, user, ping: 25_000, window: 1, expires: null, dedupe: 300_000 });
    if (known) {
      const again = await second.gets("publish");
      assert.deepEqual([again.key, again.retry], [key, true]);
      second.published(again, 5);
      assert.equal((await sent).offset, 5);
    } else {
      assert.equal((await sent).name, "outcome_unknown");
    }
    const first = await second.gets("publish");
    assert.deepEqual([first.data, first.retry], [2, undefined]);
    second.published(first, 6);
    assert.equal((await waited).offset, 6);
  });
}

const limited = (link, { id }) => link.says({ type: "error", id, code: 300, name: "rate_limited", reason: "", retry_after: 20 });

scenario("what is too much now goes out again in its old order [CS49]", {}, async (t) => {
  const { client, link } = await attached(t, SOCKET);
  const answers = [1, 2, 3].map((data) => publish(client, data));
  const [first, second, third] = [await link.gets("publish"), await link.gets("publish"), await link.gets("publish")];
  link.published(first, 1);
  limited(link, second);
  await answers[0];
  limited(link, third);
  const data = [];
  while (data.length < 2) {
    const again = await link.gets("publish");
    assert.equal(again.retry, undefined);
    data.push(again.data);
    link.published(again, data.length + 1);
  }
  assert.deepEqual(data, [2, 3]);
  assert.deepEqual((await Promise.all(answers)).map(({ offset }) => offset), [1, 2, 3]);
});

scenario("who is impatient hears of it [CS49]", {}, async (t) => {
  const { client, link } = await attached(t, { ...SOCKET, impatient: true });
  const answer = publish(client, 1);
  limited(link, await link.gets("publish"));
  assert.deepEqual((({ name, code }) => [name, code])(await answer), ["rate_limited", 300]);
});

scenario("an error fails what it answers and nothing else [CS50]", {}, async (t) => {
  const { client, link } = await attached(t, SOCKET);
  const answers = [publish(client, 1), publish(client, 2)];
  const [first, second] = [await link.gets("publish"), await link.gets("publish")];
  link.says({ type: "error", id: first.id, code: 201, name: "forbidden", reason: "" });
  link.published(second, 9);
  assert.equal((await answers[0]).name, "forbidden");
  assert.equal((await answers[1]).offset, 9);
  assert.equal((await client.does("ask")).state, "connected");
});

scenario("the outbox is bounded, and so is a request [CS42] [CS44]", {}, async ({ peer, make }) => {
  const client = make({ ...SOCKET, outbox: { requests: 2 } });
  const waiting = [publish(client, 1), publish(client, 2)];
  assert.equal((await publish(client, 3)).name, "outbox_full");
  assert.equal((await publish(client, "x".repeat(70_000))).name, "too_large");
  client.tell("connect");
  const link = await peer.link();
  await link.welcomes();
  for (let i = 1; i <= 2; i++) link.published(await link.gets("publish"), i);
  assert.deepEqual((await Promise.all(waiting)).map(({ offset }) => offset), [1, 2]);
});

scenario("a request has its time, with a connection or without [CS45]", {}, async (t) => {
  const alone = t.make({ ...SOCKET, timeoutMillis: 50 });
  assert.equal((await publish(alone, 1)).name, "timeout");
  const { client, link } = await attached(t, { ...SOCKET, timeoutMillis: 200 });
  const answer = publish(client, 1);
  link.published({ id: (await link.gets("publish")).id + 1_000, channel: "a" }, 1);
  assert.equal((await answer).name, "timeout");
  assert.equal((await client.does("ask")).state, "connected");
});

scenario("a hundred are on their way, in messages of at most as many [CS43] [CS51]", {}, async (t) => {
  const { client, link } = await attached(t, SOCKET);
  let most = 0;
  link.socket.on("message", (data) => (most = Math.max(most, [JSON.parse(data)].flat().length)));
  const answers = Array.from({ length: 105 }, (_, i) => publish(client, i));
  await client.does("ask");
  const first = [];
  for (let i = 0; i < 100; i++) first.push(await link.gets("publish"));
  await client.does("ask");
  assert.deepEqual(link.frames.rest, []);
  assert.ok(most <= 100, `${most} frames in a message`);
  first.forEach((each) => link.published(each, each.data + 1));
  for (let i = 100; i < 105; i++) link.published(await link.gets("publish"), i + 1);
  assert.deepEqual((await Promise.all(answers)).map(({ offset }) => offset), Array.from({ length: 105 }, (_, i) => i + 1));
});

scenario("another token when the server asks, and not before [CS52] [CS53]", {}, async (t) => {
  const { client, link, connect } = await attached(t, { ...SOCKET, tokens: ["t1", "t2", null] }, { expires: Date.now() + 1 });
  assert.equal(connect.token, "t1");
  const answer = publish(client, 1);
  link.published(await link.gets("publish"), 1);
  await answer;
  link.says({ type: "refresh" });
  const refresh = await link.gets("refresh");
  assert.equal(refresh.token, "t2");
  link.says({ type: "refresh", id: refresh.id, expires: Date.now() + 1 });
  link.says({ type: "refresh" });
  const later = publish(client, 2);
  link.published(await link.gets("publish"), 2);
  assert.equal((await later).offset, 2);
  assert.equal((await client.does("ask")).state, "connected");
});

scenario("goodbye is said, and is the end [CS5] [CS58] [CS59]", {}, async (t) => {
  const { client, link } = await attached(t, SOCKET);
  const answer = publish(client, 1);
  await link.gets("publish");
  client.tell("close");
  await link.gets("disconnect");
  link.close(1000);
  assert.equal((await answer).name, "closed");
  await client.hears("state", { state: "closed" });
  await link.ended;
  assert.equal((await publish(client, 2)).name, "closed");
  assert.equal(t.peer.attempts.length, 1);
});

scenario("what the server explained is not held against the way [CS36]", {}, async (t) => {
  const client = t.make();
  client.tell("connect");
  for (let i = 0; i < 5; i++) {
    const link = await t.peer.link();
    await link.welcomes();
    link.says({ type: "disconnect", code: 4000, reason: "shutdown" });
    link.close(4000);
  }
  await (await t.peer.link()).welcomes();
  assert.equal(t.peer.polls, 0);
});

export { all } from "./peer.scenarios.mjs";
