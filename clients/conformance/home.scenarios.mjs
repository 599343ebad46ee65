// SPDX-License-Identifier: Apache-2.0
// Both clients against real homes, behind a proxy that breaks connections at chosen frames.
import assert from "node:assert/strict";

const BOTH = ["jvm", "worker"];
export const all = [];
const scenario = (name, on, run) => all.push({ name, on, run });

const WAYS = [["websocket"], ["poll"]];
const shows = async (client, channel, count, first = 1) => {
  for (let i = 0; i < count; i++) {
    const { offset, data } = await client.events.take(`message ${first + i}`, (event) => event.event === "message" && event.channel === channel);
    assert.deepEqual([offset, data], [first + i, first + i]);
  }
};

for (const transports of WAYS) {
  scenario(`${transports}: messages arrive once and in order, whatever is cut [CS26] [CS28] [CS46]`, BOTH, async ({ proxy, make, room }) => {
    await proxy.rules(
      { direction: "down", frame: "published", fault: "cut", where: "before", nth: 3, times: 3 },
      { direction: "down", frame: "message", fault: "cut", where: "within", nth: 5, times: 3 },
      { direction: "up", frame: "publish", fault: "cut", where: "after", nth: 7, times: 3 });
    const client = make({ transports });
    await client.connects();
    client.tell("subscribe", { channel: room });
    await client.hears("subscribed");
    const answers = [];
    let cuts = 0;
    for (let i = 1; i <= 60; i++) {
      answers.push(client.ask("publish", { channel: room, data: i }));
      if (i % 20 === 5) cuts += (await proxy.cut()).cut;
      if (i % 10 === 0) await answers.at(-1);
    }
    const offsets = (await Promise.all(answers)).map(({ event, offset, name }) => (event === "done" ? offset : name));
    assert.deepEqual(offsets, Array.from({ length: 60 }, (_, i) => i + 1));
    await shows(client, room, 60);
    assert.deepEqual(client.heard("reset"), []);
    assert.ok(cuts + (await proxy.log()).cuts >= 1);
  });
}

scenario("where WebSockets are refused it polls at once, and goes back when they work [CS4] [CS18] [CS34] [CS37] [CS38]", BOTH, async ({ proxy, make, room, home }) => {
  await proxy.rules({ direction: "up", frame: "http.upgrade", fault: "refuse", status: 403, repeat: true, times: 0 });
  // Would it wait between the ways, it would wait for longer than this test.
  const client = make({ probeMillis: 200, backoff: { minMillis: 100_000_000, maxMillis: 100_000_000 } });
  await client.connects();
  const before = await client.does("ask");
  assert.equal(before.transport, "poll");
  client.tell("subscribe", { channel: room });
  await client.hears("subscribed");
  assert.equal((await client.ask("publish", { channel: room, data: 1 })).offset, 1);
  await proxy.calm();
  for (let way = "poll"; way === "poll"; ) {
    way = (await client.does("ask")).transport;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal((await client.ask("publish", { channel: room, data: 2 })).offset, 2);
  await shows(client, room, 2);
  // On the Worker sessions of polls and of WebSockets live apart: the channels go on, in another session.
  if (home === "jvm") assert.equal((await client.does("ask")).id, before.id, "the session is the same");
  assert.deepEqual(client.heard("state"), []);
});

scenario("WebSockets that open, then die: it polls [CS35]", ["jvm"], async ({ proxy, make, room }) => {
  await proxy.rules({ direction: "down", carriage: "websocket", frame: "connected", fault: "cut", where: "after", repeat: true, times: 0 });
  const client = make({ probeMillis: 600_000 });
  client.tell("connect");
  for (let way = "websocket"; way !== "poll"; ) {
    way = (await client.does("ask")).transport;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal((await client.ask("publish", { channel: room, data: 1 })).offset, 1);
  // One that is cut before its welcome was read counts at once; how many it takes otherwise is shown where time stands still.
  assert.ok((await proxy.log()).by_fault.cut >= 1);
});

scenario("a poll whose answer is lost is said again, and nobody notices [CS39] [CS41]", BOTH, async ({ proxy, make, room }) => {
  const client = make({ transports: ["poll"] });
  await client.connects();
  client.tell("subscribe", { channel: room });
  await client.hears("subscribed");
  await proxy.rules({ direction: "down", carriage: "poll", frame: "message", fault: "cut", where: "before", times: 2 });
  for (let i = 1; i <= 10; i++) assert.equal((await client.ask("publish", { channel: room, data: i })).offset, i);
  await shows(client, room, 10);
  assert.deepEqual(client.heard("failure"), []);
  assert.ok((await proxy.log()).cuts >= 1);
});

scenario("who is in a channel is seen, over cuts [CS54] [CS55]", BOTH, async ({ proxy, make, direct, room }) => {
  const client = make();
  const other = direct({ transports: ["poll"] });
  try {
    await client.connects();
    await other.connects();
    await other.does("enter", { channel: room, data: 1 });
    await client.does("observe", { channel: room });
    const { id } = await other.does("ask");
    await client.hears("joined", { who: id, data: 1 });
    await client.does("enter", { channel: room, data: 2 });
    await client.hears("joined", { data: 2 });
    await proxy.cut();
    await other.does("enter", { channel: room, data: 3 });
    await client.hears("updated", { who: id, data: 3 });
    await other.does("leave", { channel: room });
    await client.hears("left", { who: id });
    assert.deepEqual(client.heard("joined"), []);
  } finally {
    other.tell("close");
  }
});
