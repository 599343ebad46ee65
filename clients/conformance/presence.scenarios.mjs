// SPDX-License-Identifier: Apache-2.0
// Presence, history and calls against a peer that says what it is told. The names cite rules of docs/client-spec.md.
import assert from "node:assert/strict";
import { attached, scenario, SOCKET } from "./peer.scenarios.mjs";

const ROOM = { type: "presence", channel: "r", epoch: "p1" };

/** A client that observes a room in which are a and b. */
const observing = async (t) => {
  const { client, link } = await attached(t, SOCKET);
  const answer = client.ask("observe", { channel: "r" });
  const { id, action, since } = await link.gets("presence");
  assert.deepEqual([action, since], ["observe", undefined]);
  link.says({ ...ROOM, id, action, version: 2, recovered: false });
  link.says({ ...ROOM, version: 2, count: 2, sync: "end", members: [{ client: "a", version: 1 }, { user: "b", version: 2, data: 7 }] });
  assert.equal((await answer).event, "done");
  await client.hears("joined", { who: "a" });
  await client.hears("joined", { who: "b", data: 7 });
  return { client, link };
};

scenario("who comes, changes and goes; from where it stood after a cut [CS55]", {}, async (t) => {
  const { client, link } = await observing(t);
  link.says({ ...ROOM, version: 3, count: 2, updated: [{ user: "b", version: 3, data: 8 }] });
  await client.hears("updated", { who: "b", data: 8 });
  link.cut();
  const second = await t.peer.link();
  await second.welcomes({ resumed: true });
  const { id, action, since } = await second.gets("presence");
  assert.deepEqual([action, since], ["observe", { epoch: "p1", version: 3 }]);
  second.says({ ...ROOM, id, action, version: 4, recovered: true });
  second.says({ ...ROOM, version: 4, count: 1, left: [{ client: "a", version: 4 }] });
  await client.hears("left", { who: "a" });
});

scenario("a version that is missing: all anew, and who is not in it has left [CS55] [CS56]", {}, async (t) => {
  const { client, link } = await observing(t);
  link.says({ ...ROOM, version: 5, count: 2, joined: [{ user: "d", version: 5 }] });
  const left = await link.gets("presence");
  assert.equal(left.action, "unobserve");
  link.says({ ...ROOM, id: left.id, action: "unobserve", version: 5 });
  const { id, action, since } = await link.gets("presence");
  assert.deepEqual([action, since], ["observe", undefined]);
  link.says({ ...ROOM, id, action, version: 6, recovered: false });
  link.says({ ...ROOM, version: 6, count: 2, sync: "part", members: [{ user: "b", version: 2, data: 7 }] });
  link.says({ ...ROOM, version: 6, count: 2, sync: "end", members: [{ user: "d", version: 5 }] });
  await client.hears("left", { who: "a" });
  await client.hears("joined", { who: "d" });
  assert.deepEqual(client.heard("joined"), []);
  assert.deepEqual(client.heard("left"), []);
});

scenario("who entered enters again in a new session, and not in one that was resumed [CS54]", {}, async (t) => {
  const { client, link } = await attached(t, SOCKET);
  const answer = client.ask("enter", { channel: "r", data: { x: 1 } });
  const { id, action, data } = await link.gets("presence");
  assert.deepEqual([action, data], ["enter", { x: 1 }]);
  link.says({ ...ROOM, id, action, version: 1 });
  assert.equal((await answer).event, "done");
  link.cut();
  const second = await t.peer.link();
  await second.welcomes({ resumed: true });
  await client.hears("state", { state: "reconnecting" });
  await client.hears("state", { state: "connected" });
  await client.does("ask");
  assert.deepEqual(second.frames.rest, []);
  second.cut();
  const third = await t.peer.link();
  await third.welcomes({ resumed: false });
  const again = await third.gets("presence");
  assert.deepEqual([again.action, again.data], ["enter", { x: 1 }]);
});

scenario("a right that is lost ends it, and is told [CS57]", {}, async (t) => {
  const { client, link } = await observing(t);
  link.says({ type: "presence", channel: "r", action: "unobserve", reason: "forbidden" });
  await client.hears("presence_ended", { name: "forbidden" });
  link.cut();
  const second = await t.peer.link();
  await second.welcomes({ resumed: true });
  await client.hears("state", { state: "reconnecting" });
  await client.hears("state", { state: "connected" });
  await client.does("ask");
  assert.deepEqual(second.frames.rest, []);
});

scenario("history is asked again in a new session, a call that was sent is not [CS47]", {}, async (t) => {
  const { client, link } = await attached(t, SOCKET, { user: "ann" });
  const page = client.ask("history", { channel: "r" });
  const call = client.ask("call", { method: "m", data: { x: 1 } });
  await link.gets("history");
  assert.deepEqual((({ method, data }) => [method, data])(await link.gets("call")), ["m", { x: 1 }]);
  link.cut();
  const second = await t.peer.link();
  await second.welcomes({ user: "ann" });
  assert.equal((await call).name, "outcome_unknown");
  const { id, retry } = await second.gets("history");
  assert.equal(retry, true);
  second.says({ type: "history", id, channel: "r", epoch: "e1", offset: 2, messages: [{ offset: 1, time: 1, from: null, client: "c", data: "one" }, { offset: 2, time: 1, from: null, client: "c", data: 2 }] });
  assert.deepEqual((await page).data, ["one", 2]);
  const again = client.ask("call", { method: "m", data: null });
  second.says({ type: "result", id: (await second.gets("call")).id, data: { y: 2 } });
  assert.deepEqual((await again).data, { y: 2 });
});

export { all } from "./requests.scenarios.mjs";
