// SPDX-License-Identifier: Apache-2.0
// The JavaScript client, by WebSocket and by polling, while objects are evicted and aborted and the runtime is killed: what each client
// saw is what its channels' logs say, and every publish is there once.
import assert from "node:assert/strict";
import { writeFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import WebSocket from "ws";
import { Checks, Home } from "./home.mjs";

const LONG = process.env.LONGWIRE_LONG === "true";
const CLIENTS = LONG ? 200 : 12;
const CHANNELS = 3;
const PUBLISHES = LONG ? 10 : 15;
const ABORTS = LONG ? 20 : 4;
const KILLS = LONG ? 5 : 2;
const EVICTIONS = LONG ? 500 : 20;
/** Between two disasters: long enough for everybody to come back and say something. */
const PEACE_MS = LONG ? 3_000 : 400;
const PATIENCE_MS = LONG ? 900_000 : 120_000;

const here = dirname(fileURLToPath(import.meta.url));
const bundled = await build({
  entryPoints: [join(here, "../../../clients/javascript/src/index.ts")],
  bundle: true, format: "esm", platform: "node", write: false, logLevel: "error",
});
const file = join(here, "../../target/worker/client.mjs");
writeFileSync(file, bundled.outputFiles[0].text);
const { Client } = await import(pathToFileURL(file));

const checks = new Checks();
const home = await new Home().start();
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what, holds) {
  const deadline = Date.now() + PATIENCE_MS;
  for (let why = await holds(); why !== true; why = await holds()) {
    assert.ok(Date.now() < deadline, `${what}: ${why}`);
    await pause(50);
  }
}

try {
  await checks.check("traces equal logs", async () => {
    const names = Array.from({ length: CHANNELS }, (_, i) => `storm:${i}`);
    const clients = Array.from({ length: CLIENTS }, (_, i) => {
      const client = new Client(home.url("/"), {
        webSocket: WebSocket, transports: [i % 3 === 2 ? "poll" : "websocket"], timeoutMillis: 0, backoff: { minMillis: 50, maxMillis: 500 },
      });
      const traces = new Map(names.map((name) => [name, []]));
      const resets = [];
      for (const name of names) {
        const channel = client.channel(name);
        channel.on("message", (message) => traces.get(name).push([message.offset, message.data]));
        channel.on("reset", (reset) => resets.push(reset));
        channel.subscribe();
      }
      client.connect();
      return { client, traces, resets, acked: [] };
    });
    await until("subscribed", () => clients.every((each) => names.every((name) => each.client.channel(name).position)) || "some are not");

    let busy = true;
    let evictions = 0;
    let tries = 0;
    const evicting = (async () => {
      while (busy || evictions < EVICTIONS) {
        const [kind, name] = [["HUB", "0"], ["POLL", "1"], ["CHANNEL", names[tries % CHANNELS]]][tries % 3];
        const answer = await home.unsafe(`evict?class=${kind}&name=${encodeURIComponent(name)}`).catch(() => null);
        tries++;
        if (answer?.evicted) evictions++;
        else await pause(5);
      }
    })();
    const publishing = Promise.all(clients.map(async ({ client, acked }, i) => {
      for (let n = 0; n < PUBLISHES; n++) {
        const name = names[(i + n) % CHANNELS];
        const { offset } = await client.channel(name).publish(`${i}/${n}`);
        acked.push([name, offset, `${i}/${n}`]);
        await pause(20);
      }
    }));
    let aborts = 0;
    let kills = 0;
    const breaking = (async () => {
      for (let i = 0; i < ABORTS + KILLS; i++) {
        await pause(PEACE_MS);
        if (i % (ABORTS / KILLS + 1) === ABORTS / KILLS) {
          await home.kill();
          await home.start();
          kills++;
        } else if (await home.unsafe("abort").catch(() => null)) {
          aborts++;
        }
      }
    })();
    await Promise.all([publishing, breaking]);
    busy = false;
    await evicting;

    const total = CLIENTS * PUBLISHES;
    await until("all messages", () => {
      const counts = clients.map(({ traces }) => [...traces.values()].reduce((sum, trace) => sum + trace.length, 0));
      return counts.every((count) => count >= total) || counts.join(" ");
    });
    let logged = 0;
    for (const name of names) {
      const log = [];
      for (let since; ; ) {
        const page = await clients[0].client.channel(name).history({ ...(since && { since }), limit: 100 });
        log.push(...page.messages.map((message) => [message.offset, message.data]));
        since = page.next;
        if (!since) break;
      }
      assert.deepEqual(log.map(([offset]) => offset), log.map((_, i) => i + 1));
      for (const { traces, resets } of clients) {
        assert.deepEqual(resets, []);
        assert.deepEqual(traces.get(name), log);
      }
      for (const { acked } of clients) {
        for (const [to, offset, data] of acked) if (to === name) assert.deepEqual(log[offset - 1], [offset, data]);
      }
      logged += log.length;
    }
    assert.equal(logged, total);
    assert.deepEqual([aborts, kills], [ABORTS, KILLS]);
    // As many lives have ended as were counted: each began with a line of its own.
    await home.logged('"event":"boot"', EVICTIONS + ABORTS + KILLS);
    console.log(`storm: ${CLIENTS} clients, ${total} publishes, ${home.boots()} lives of objects, ${evictions} evictions, ${aborts} aborts of all, ${kills} kills`);
    for (const { client } of clients) client.close();
  });
} finally {
  await home.end();
  rmSync(file, { force: true });
}
checks.end(home);
