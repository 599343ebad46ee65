// SPDX-License-Identifier: Apache-2.0
// What operators see and do on the Worker: sessions of all hubs, listed, filtered, paged and closed; tokens revoked; figures.
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { Checks, Client, Home, Poller } from "./home.mjs";

const checks = new Checks();
const KEY = "canary-of-the-workers-operators-long-enough";
const OPS = "canary-ops-of-the-worker-9d1c";
const READER = "canary-reader-of-the-worker-02be";
const hash = (key) => `sha256:${createHash("sha256").update(key).digest("hex")}`;
const base64 = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
function token(sub, more = {}) {
  const content = `${base64({ alg: "HS256" })}.${base64({ sub, aud: "longwire", iat: Math.floor(Date.now() / 1000) - 5, exp: Math.floor(Date.now() / 1000) + 600, cap: { "*": ["*"] }, ...more })}`;
  return `${content}.${createHmac("sha256", KEY).update(content).digest("base64url")}`;
}
const LONGWIRE = JSON.stringify({
  tokens: { app: { audiences: ["longwire"], keys: { k1: { algorithm: "HS256", secret: "KEY" } } } },
  admin: { keys: { ops: { hash: hash(OPS), scopes: ["read", "close", "revoke"] }, reader: { hash: hash(READER), scopes: ["read"] } } },
});
const home = await new Home({ KEY, LONGWIRE }).start();

async function ask(path, { key = OPS, method = "GET" } = {}) {
  const answer = await fetch(home.url(path), { method, headers: key ? { authorization: `Bearer ${key}` } : {} });
  const text = await answer.text();
  assert.ok(!text.includes("canary") && !/eyJ/.test(text), text);
  return { status: answer.status, body: answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text };
}
const post = (path, key) => ask(path, { method: "POST", ...(key && { key }) });
const clientsOf = ({ body }) => body.connections.map(({ client }) => client);

async function joined(user, more) {
  const client = new Client(home);
  const answer = await client.connect(undefined, { token: token(user, more), agent: "tests/1" });
  return { client, id: answer.client };
}
async function polling(user) {
  const poller = new Poller(home);
  const { frames } = await poller.poll([{ type: "connect", id: 1, token: token(user) }]);
  poller.session = frames[0].session;
  return { poller, id: frames[0].client };
}

try {
  await checks.check("sessions of all hubs, filtered, and in pages that together have everybody once", async () => {
    const all = [];
    for (let i = 0; i < 5; i++) all.push(await joined(`user-${i % 2}`));
    for (let i = 0; i < 3; i++) all.push(await polling("user-2"));
    all[0].client.send({ type: "subscribe", id: 2, channel: "chat:1" });
    await all[0].client.answer(2);
    const ids = all.map(({ id }) => id).sort();
    assert.deepEqual(clientsOf(await ask("/v1/admin/connections")), ids);
    const paged = [];
    for (let next = ""; next !== undefined; ) {
      const { body } = await ask(`/v1/admin/connections?limit=3${next && `&cursor=${next}`}`);
      paged.push(...body.connections.map(({ client }) => client));
      next = body.next;
    }
    assert.deepEqual(paged, ids);
    const [row] = (await ask("/v1/admin/connections?channel=chat:1")).body.connections;
    assert.deepEqual([row.client, row.user, row.agent, row.carrier, row.subscriptions, row.lag], [all[0].id, "user-0", "tests/1", "websocket", 1, 0]);
    assert.ok(Math.abs(row.connected_at - Date.now()) < 60_000 && row.expires > Date.now());
    assert.equal((await ask("/v1/admin/connections?user=user-2")).body.connections.length, 3);
    assert.equal((await ask("/v1/admin/connections?carrier=websocket&user=user-1")).body.connections.length, 2);
    const { body } = await ask("/metrics", { key: READER });
    assert.match(body, /^longwire_sessions 8$/m);
    assert.match(body, /^longwire_connections\{carrier="websocket"\} 5$/m);

    assert.deepEqual((await post(`/v1/admin/close?client=${all[0].id}`)).body, { closed: 1 });
    assert.equal((await all[0].client.take("disconnect")).code, 4403);
    assert.deepEqual((await post("/v1/admin/close?user=user-2")).body, { closed: 3 });
    const after = await all[5].poller.post({ session: all[5].poller.session, seq: 2, wait: 0, frames: [] });
    assert.equal((await after.json()).name, "session_gone");
    assert.deepEqual(clientsOf(await ask("/v1/admin/connections")), [1, 2, 3, 4].map((i) => all[i].id).sort());
    for (const { client } of all.slice(0, 5)) client.socket.terminate();
  });

  await checks.check("a revoked user's sessions end, on every hub, and their tokens are refused, also after a reset of all objects", async () => {
    const text = token("eve");
    const socket = new Client(home);
    await socket.connect(undefined, { token: text });
    await polling("eve");
    assert.deepEqual((await post("/v1/admin/revoke?user=eve")).body, { closed: 2 });
    assert.equal((await socket.take("disconnect")).code, 4404);
    for (const reset of [false, true]) {
      if (reset) await home.unsafe("abort");
      const again = new Client(home);
      await again.opened();
      again.send({ type: "connect", id: 1, token: text });
      assert.equal((await again.take("error")).name, "unauthorized");
    }
    const { client } = await joined("adam", { jti: "t-1" });
    assert.deepEqual((await post("/v1/admin/revoke?jti=t-1&lasts=60000")).body, { closed: 1 });
    assert.equal((await client.take("disconnect")).code, 4404);
  });

  for (const [what, path, options, status] of [
    ["no key", "/v1/admin/connections", { key: "" }, 401],
    ["no key for figures", "/metrics", { key: "" }, 401],
    ["the hash of a key", "/v1/admin/connections", { key: hash(OPS) }, 401],
    ["a key without the scope", "/v1/admin/close?client=c", { key: READER, method: "POST" }, 403],
    ["a key without the scope to revoke", "/v1/admin/revoke?user=u", { key: READER, method: "POST" }, 403],
    ["nobody in particular", "/v1/admin/close", { method: "POST" }, 400],
    ["two at once", "/v1/admin/close?client=c&user=u", { method: "POST" }, 400],
    ["a revocation of nobody", "/v1/admin/revoke", { method: "POST" }, 400],
    ["a revocation that lasts for nothing", "/v1/admin/revoke?user=u&lasts=0", { method: "POST" }, 400],
    ["a page of none", "/v1/admin/connections?limit=0", {}, 400],
    ["another method", "/v1/admin/close?client=c", {}, 405],
  ]) {
    await checks.check(`refused: ${what}`, async () => assert.equal((await ask(path, options)).status, status));
  }
} finally {
  await home.end();
}
checks.end(home);
