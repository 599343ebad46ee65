// SPDX-License-Identifier: Apache-2.0
// Objects die between any two frames, and nobody notices: evicted while idle, and aborted, sockets and all.
import assert from "node:assert/strict";
import { Checks, Client, Home, Poller } from "./home.mjs";

const ROUNDS = 25;

const checks = new Checks();
const home = await new Home().start();
/** One that isn't running has nothing to lose. */
const evict = (kind, name) => home.unsafe(`evict?class=${kind}&name=${encodeURIComponent(name)}`);

try {
  await checks.check("evicted after every frame, nothing is lost and sockets stay", async () => {
    const a = new Client(home), b = new Client(home);
    await a.connect();
    await evict("HUB", "0");
    await b.connect();
    for (const client of [a, b]) {
      client.send({ type: "subscribe", id: 2, channel: "sleep:1" });
      await client.answer(2);
      await evict("HUB", "0");
    }
    const before = home.boots();
    for (let i = 1; i <= ROUNDS; i++) {
      a.send({ type: "publish", id: 100 + i, channel: "sleep:1", data: i });
      const published = await a.answer(100 + i);
      assert.equal(published.offset, i);
      assert.equal(published.stored, "storage");
      await Promise.all([evict("HUB", "0"), evict("CHANNEL", "sleep:1")]);
    }
    for (const client of [a, b]) {
      for (let i = 1; i <= ROUNDS; i++) {
        const message = await client.take("message");
        assert.deepEqual([message.offset, message.data], [i, i]);
      }
    }
    await home.logged('"event":"boot"', before + ROUNDS);
    a.socket.terminate();
    b.socket.terminate();
  });

  await checks.check("evicted in the middle of it, every publish is acked once and told once, in order", async () => {
    const a = new Client(home), b = new Client(home);
    await a.connect();
    await b.connect();
    b.send({ type: "subscribe", id: 2, channel: "sleep:2" });
    await b.answer(2);
    const count = 300;
    let busy = true;
    const evicting = (async () => {
      while (busy) await Promise.all([evict("HUB", "0"), evict("CHANNEL", "sleep:2")]);
    })();
    for (let i = 1; i <= count; i++) {
      a.send({ type: "publish", id: 100 + i, channel: "sleep:2", data: i });
      if (i % 20 === 0) await a.answer(100 + i);
    }
    for (let i = 1; i <= count; i++) assert.deepEqual((await b.take("message")).data, i);
    busy = false;
    await evicting;
    for (let i = 1; i <= count; i++) if (i % 20 !== 0) assert.equal((await a.answer(100 + i)).offset, i);
    a.socket.terminate();
    b.socket.terminate();
  });

  await checks.check("messages and replies made while no poll is open come with the next, in order, over an abort", async () => {
    const poller = new Poller(home), writer = new Client(home);
    await writer.connect();
    await poller.connect();
    const own = await poller.poll([{ type: "subscribe", id: 2, channel: "sleep:3" }], 5_000);
    assert.ok(own.frames.some((frame) => frame.type === "subscribed"));
    for (let i = 1; i <= 20; i++) {
      writer.send({ type: "publish", id: 100 + i, channel: "sleep:3", data: i });
      await writer.answer(100 + i);
    }
    // The poll's own publish is answered at once or later; its answer is not waited for.
    const early = await poller.poll([{ type: "publish", id: 3, channel: "sleep:3", data: "own" }], 0);
    writer.socket.terminate();
    await home.unsafe("abort");
    const later = [...early.frames, ...(await poller.until("message", 21 - early.frames.filter((frame) => frame.type === "message").length))];
    const messages = later.filter((frame) => frame.type === "message");
    assert.deepEqual(messages.map((frame) => frame.offset), Array.from({ length: 21 }, (_, i) => i + 1));
    assert.equal(messages[20].data, "own");
  });

  await checks.check("an answer that was lost comes again, and what it asked runs once", async () => {
    const poller = new Poller(home);
    await poller.connect();
    const frames = [{ type: "subscribe", id: 2, channel: "sleep:4" }, { type: "publish", id: 3, channel: "sleep:4", data: "once" }];
    await poller.poll(frames, 0);
    await home.unsafe("abort");
    const again = [...(await poller.poll(frames, 0, true)).frames];
    while (!again.some((frame) => frame.id === 3)) again.push(...(await poller.poll([], 1_000)).frames);
    assert.equal(again.find((frame) => frame.id === 3).offset, 1);
    const { frames: page } = await poller.poll([{ type: "history", id: 4, channel: "sleep:4" }], 5_000);
    const history = page.find((frame) => frame.id === 4) ?? (await poller.until("history", 1))[0];
    assert.deepEqual(history.messages.map((message) => message.data), ["once"]);
  });

  await checks.check("a held poll is answered when something is published, and when it has waited long enough", async () => {
    const poller = new Poller(home), writer = new Client(home);
    await writer.connect();
    await poller.connect();
    await poller.poll([{ type: "subscribe", id: 2, channel: "sleep:5" }], 5_000);
    const held = poller.poll([], 20_000);
    writer.send({ type: "publish", id: 2, channel: "sleep:5", data: "now" });
    await writer.answer(2);
    const found = (await held).frames;
    const messages = found.some((frame) => frame.type === "message") ? found : await poller.until("message", 1);
    assert.equal(messages.find((frame) => frame.type === "message").data, "now");
    assert.deepEqual((await poller.poll([], 1_000)).frames, []);
    writer.socket.terminate();
  });
} finally {
  await home.end();
}
checks.end(home);
