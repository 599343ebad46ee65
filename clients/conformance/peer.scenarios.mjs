// SPDX-License-Identifier: Apache-2.0
// Both clients against a peer that says what it is told. The names cite rules of docs/client-spec.md.
import assert from "node:assert/strict";

const SOCKET = { transports: ["websocket"] };
const all = [];
const scenario = (name, options, run) => all.push({ name, options, run });

/** A client that is attached to the peer's first connection. */
const attached = async ({ peer, make }, options, more) => {
  const client = make(options);
  client.tell("connect");
  const link = await peer.link();
  const connect = await link.welcomes(more);
  await client.hears("state", { state: "connecting" });
  await client.hears("state", { state: "connected" });
  return { client, link, connect };
};

/** The same, with a subscription of chat:1 that stands at an offset. */
const subscribed = async (t, offset, more) => {
  const { client, link, connect } = await attached(t, SOCKET, more);
  client.tell("subscribe", { channel: "chat:1" });
  await link.subscribes(connect, "chat:1", offset);
  await client.hears("subscribed", { at: offset });
  return { client, link, connect };
};

scenario("nothing is opened before connect, and what is asked for waits [CS1] [CS42]", {}, async ({ peer, make }) => {
  const client = make(SOCKET);
  const first = client.ask("publish", { channel: "a", data: 1 });
  assert.equal((await client.does("ask")).state, "idle");
  assert.equal(peer.attempts.length, 0);
  client.tell("connect");
  const link = await peer.link();
  await link.welcomes();
  link.published(await link.gets("publish"), 7);
  assert.equal((await first).offset, 7);
});

scenario("connect says who is there [CS8]", {}, async (t) => {
  const { connect } = await attached(t, { ...SOCKET, token: "t1" });
  assert.equal(connect.batch, true);
  assert.equal(connect.token, "t1");
  assert.match(connect.agent, /longwire/);
  assert.match(connect.nonce, /^.{20,}$/);
});

scenario("attempts that fail are told, and are no other state [CS2] [CS3] [CS19]", {}, async ({ peer, make }) => {
  const client = make(SOCKET);
  peer.refuse = Array(6).fill(503);
  client.tell("connect");
  const link = await peer.link();
  await link.welcomes();
  await client.hears("state", { state: "connecting" });
  for (let i = 0; i < 6; i++) await client.hears("failure");
  await client.hears("state", { state: "connected" });
  peer.refuse = [503, 503];
  link.cut();
  await (await peer.link()).welcomes({ resumed: true });
  await client.hears("state", { state: "reconnecting" });
  for (let i = 0; i < 3; i++) await client.hears("failure");
  await client.hears("state", { state: "connected" });
});

scenario("an attempt has its time [CS6]", {}, async ({ peer, make }) => {
  const client = make({ ...SOCKET, connectMillis: 200 });
  client.tell("connect");
  const mute = await peer.link();
  await mute.gets("connect");
  await mute.ended;
  await (await peer.link()).welcomes();
  await client.hears("state", { state: "connecting" });
  await client.hears("state", { state: "connected" });
});

for (const code of [1000, 1012, 4000, 4199]) {
  scenario(`${code}: back to the same session, by a higher turn [CS9] [CS11]`, {}, async (t) => {
    const { link, connect } = await attached(t, SOCKET);
    link.close(code);
    const again = await (await t.peer.link()).welcomes({ resumed: true });
    assert.equal(again.resume.session, "s-1");
    assert.ok(again.resume.turn > (connect.resume?.turn ?? 1));
  });
}

for (const code of [4200, 4399]) {
  scenario(`${code}: back with a new session [CS11]`, {}, async (t) => {
    const { link } = await attached(t, SOCKET);
    link.close(code);
    const again = await (await t.peer.link()).welcomes();
    assert.equal(again.resume?.session, undefined);
  });
}

for (const code of [1002, 1003, 1007, 1008, 1009, 4400, 4599]) {
  scenario(`${code}: closed, and whatever waits fails [CS5] [CS11] [CS12]`, {}, async (t) => {
    const { client, link } = await subscribed(t, 0);
    const publish = client.ask("publish", { channel: "a", data: 1 });
    await link.gets("publish");
    link.close(code);
    assert.equal((await publish).event, "failed");
    await client.hears("state", { state: "closed" });
    assert.equal((await client.ask("publish", { channel: "a", data: 2 })).name, "closed");
    assert.equal(t.peer.attempts.length, 1);
  });
}

scenario("1002 where there is another way: not the end [CS12]", {}, async (t) => {
  const { client, link } = await attached(t);
  link.close(1002);
  await (await t.peer.link()).welcomes({ resumed: true });
  await client.hears("state", { state: "reconnecting" });
  await client.hears("state", { state: "connected" });
});

scenario("the end of a token that is fixed [CS13]", {}, async (t) => {
  const { client, link } = await attached(t, { ...SOCKET, token: "t1" });
  link.says({ type: "disconnect", code: 4402, reason: "token_expired", reconnect: false });
  link.close(4402);
  await client.hears("state", { state: "closed", name: "token_expired" });
});

scenario("the end of a token that has a source [CS7] [CS13]", {}, async (t) => {
  const { link, connect } = await attached(t, { ...SOCKET, tokens: ["t1", null, "t3"] });
  assert.equal(connect.token, "t1");
  link.says({ type: "disconnect", code: 4402, reason: "token_expired", reconnect: false });
  link.close(4402);
  const again = await (await t.peer.link()).welcomes({ resumed: true });
  assert.equal(again.token, "t3");
  assert.equal(again.resume.session, "s-1");
  assert.equal(t.peer.attempts.length, 2, "without a token nothing is opened");
});

scenario("what is none of the protocol ends the connection [CS14]", {}, async (t) => {
  const { client, link } = await attached(t, SOCKET);
  link.socket.send("{nonsense");
  await link.ended;
  await (await t.peer.link()).welcomes({ resumed: true });
  await client.hears("state", { state: "reconnecting" });
});

scenario("the code decides, whatever reconnect says; and the server may ask for time [CS15] [CS16]", {}, async (t) => {
  const { client, link } = await attached(t, SOCKET);
  const asked = Date.now();
  link.says({ type: "disconnect", code: 4000, reason: "shutdown", reconnect: false, retry_after: 300 });
  link.close(4000);
  await client.hears("failure", { name: "shutdown", code: 4000 });
  await (await t.peer.link()).welcomes({ resumed: true });
  // A clock that goes by milliseconds may be one behind.
  assert.ok(t.peer.attempts[1] - asked >= 298);
});

for (const [error, state] of [[{ code: 200, name: "unauthorized" }, "closed"], [{ code: 302, name: "overloaded" }, "connected"]]) {
  scenario(`connect is answered ${error.name} [CS10]`, {}, async ({ peer, make }) => {
    const client = make(SOCKET);
    client.tell("connect");
    const link = await peer.link();
    const { id } = await link.gets("connect");
    link.says({ type: "error", id, reason: "No.", ...error });
    if (state === "connected") await (await peer.link()).welcomes();
    await client.hears("state", { state: "connecting" });
    await client.hears("failure", { name: error.name });
    await client.hears("state", { state });
  });
}

scenario("silence is asked about, then believed [CS21] [CS22]", {}, async (t) => {
  const { client, link } = await attached(t, SOCKET, { ping: 50 });
  await link.gets("ping");
  link.says({ type: "pong" });
  await link.gets("ping");
  await link.ended;
  await (await t.peer.link()).welcomes({ resumed: true });
  await client.hears("state", { state: "reconnecting" });
});

scenario("each offset once, in order; a hole is filled before anything is handed up [CS28] [CS29]", {}, async (t) => {
  const { client, link } = await subscribed(t, 41);
  link.brings("chat:1", 42, 42, 41, 43);
  link.brings("elsewhere", 44);
  link.brings("chat:1", 45);
  assert.equal((await link.gets("unsubscribe")).channel, "chat:1");
  const { id, since } = await link.gets("subscribe");
  assert.deepEqual(since, { epoch: "e1", offset: 43 });
  link.brings("chat:1", 46);
  link.says({ type: "subscribed", id, channel: "chat:1", epoch: "e1", offset: 45, recovered: true, replay: 2 });
  link.brings("chat:1", 44, 45, 46);
  for (const offset of [42, 43, 44, 45, 46]) await client.hears("message", { offset, data: offset });
  assert.deepEqual(client.heard("message"), []);
  assert.deepEqual(client.heard("reset"), []);
});

scenario("a reset is handed up, and closes the hole; one that begins too late doesn't [CS29] [CS30]", {}, async (t) => {
  const { client, link } = await subscribed(t, 45);
  link.says({ type: "reset", channel: "chat:1", epoch: "e1", from: 46, to: 90, reason: "too_slow" });
  link.brings("chat:1", 91);
  link.says({ type: "reset", channel: "chat:1", epoch: "e1", from: 92, to: 100, reason: "conflated" });
  link.brings("chat:1", 95, 101);
  link.says({ type: "reset", channel: "chat:1", old: "e1", epoch: "e2", offset: 3, reason: "epoch_changed" });
  link.brings("chat:1", 4);
  for (const offset of [91, 95, 101, 4]) await client.hears("message", { offset });
  for (const reason of ["too_slow", "conflated", "epoch_changed"]) await client.hears("reset", { reason });
  link.says({ type: "reset", channel: "chat:1", epoch: "e2", from: 6, to: 9, reason: "trimmed" });
  await link.gets("unsubscribe");
  assert.deepEqual((await link.gets("subscribe")).since, { epoch: "e2", offset: 4 });
  assert.deepEqual(client.heard("reset"), []);
});

scenario("a list with positions comes with every attach; what was lost is told [CS26] [CS27] [CS31]", {}, async (t) => {
  const { client, link } = await subscribed(t, 41);
  link.brings("chat:1", 42);
  await client.hears("message");
  link.cut();
  const second = await t.peer.link();
  const connect = await second.welcomes({ resumed: true });
  assert.deepEqual(await second.subscribes(connect, "chat:1", 60, { reason: "too_old" }), { epoch: "e1", offset: 42 });
  await client.hears("reset", { reason: "too_old", at: 60 });
  second.brings("chat:1", 61);
  await client.hears("message", { offset: 61 });
});

scenario("a list that is too long is said in two [CS27]", {}, async (t) => {
  const { client, link, connect } = await attached(t, SOCKET);
  const names = Array.from({ length: 110 }, (_, i) => `c:${i}`);
  for (const channel of names) client.tell("subscribe", { channel });
  for (const channel of names) await link.subscribes(connect, channel, 5);
  for (const _ of names) await client.hears("subscribed");
  link.cut();
  const second = await t.peer.link();
  const again = await second.welcomes({ resumed: true });
  const listed = Object.keys(again.resume.channels);
  assert.equal(listed.length, 100);
  const rest = [];
  for (let i = 0; i < 10; i++) rest.push(await second.gets("subscribe"));
  assert.deepEqual([...listed, ...rest.map(({ channel }) => channel)].sort(), names.sort());
  for (const { since } of rest) assert.deepEqual(since, { epoch: "e1", offset: 5 });
});

scenario("a subscribe is refused for now, for good; and ended by the server [CS32]", {}, async (t) => {
  const { client, link } = await attached(t, SOCKET);
  client.tell("subscribe", { channel: "busy" });
  link.says({ type: "error", id: (await link.gets("subscribe")).id, code: 302, name: "overloaded", reason: "", retry_after: 10 });
  link.says({ type: "subscribed", id: (await link.gets("subscribe")).id, channel: "busy", epoch: "e", offset: 0, recovered: false, replay: 0 });
  await client.hears("subscribed", { channel: "busy" });
  client.tell("subscribe", { channel: "secret" });
  link.says({ type: "error", id: (await link.gets("subscribe")).id, code: 201, name: "forbidden", reason: "" });
  await client.hears("ended", { channel: "secret", name: "forbidden" });
  link.says({ type: "unsubscribed", channel: "busy", reason: "expired" });
  await client.hears("ended", { channel: "busy", name: "expired" });
});

scenario("to unsubscribe without a connection works at once [CS33]", {}, async (t) => {
  const { client, link } = await subscribed(t, 3);
  link.cut();
  const second = await t.peer.link();
  assert.ok((await second.gets("connect")).resume.channels["chat:1"]);
  client.tell("unsubscribe", { channel: "chat:1" });
  await client.hears("ended");
  second.cut();
  assert.deepEqual((await (await t.peer.link()).gets("connect")).resume.channels ?? {}, {});
});

export { all, attached, scenario, SOCKET, subscribed };
