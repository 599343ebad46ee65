// SPDX-License-Identifier: Apache-2.0
// Who is let in: configurations, tokens, pages of other origins, requests that are none.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { Checks, Client, Home, Poller } from "./home.mjs";

const KEY = "canary-of-a-key-that-is-long-enough-for-HS256";
const OTHER = "canary-of-another-key-that-is-not-configured";
const PAGE = "https://app.example";
const checks = new Checks();
const base64 = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const soon = () => Math.floor(Date.now() / 1000) + 600;

function token(claims, { key = KEY, header = { alg: "HS256" }, hash = "sha256" } = {}) {
  const content = `${base64(header)}.${base64(claims)}`;
  return `${content}.${createHmac(hash, key).update(content).digest("base64url")}`;
}

const claims = (more = {}) => ({ sub: "ann", aud: "longwire", iss: PAGE, exp: soon(), cap: { "chat:*": ["subscribe", "publish"] }, ...more });

for (const [name, bindings, field] of [
  ["no tokens and not insecure", { LONGWIRE: "{}" }, "LONGWIRE.tokens"],
  ["no JSON", { LONGWIRE: "insecure" }, "LONGWIRE"],
  ["an unknown name", { LONGWIRE: '{"insecure":true,"orgins":[]}' }, "LONGWIRE.orgins"],
  ["a time that is none", { LONGWIRE: '{"insecure":true,"timeouts":{"ping":"25"}}' }, "LONGWIRE.timeouts.ping"],
  ["a setting of a namespace that isn't one", { LONGWIRE: '{"insecure":true,"namespaces":{"chat":{"retention":{"ages":"1s"}}}}' }, "LONGWIRE.namespaces.chat.retention.ages"],
  ["a setting of a namespace that is no good", { LONGWIRE: '{"insecure":true,"namespaces":{"chat":{"slow":{"action":"stop"}}}}' }, "LONGWIRE.namespaces.chat.slow.action"],
  ["a key of the API that is none", { LONGWIRE: '{"insecure":true,"admin":{"keys":{"a":{"hash":"canary-in-clear","scopes":["publish"]}}}}' }, "LONGWIRE.admin.keys.a.hash"],
  ["published keys from somewhere unsafe", { LONGWIRE: '{"tokens":{"app":{"jwks":{"url":"http://keys.example/","algorithms":["RS256"]}}}}' }, "LONGWIRE.tokens.app.jwks.url"],
  ["a short ticket key", { TICKET_KEY: "short" }, "TICKET_KEY"],
  ["a secret that isn't there", { LONGWIRE: '{"tokens":{"app":{"keys":{"k1":{"algorithm":"HS256","secret":"NONE"}}}}}' }, "LONGWIRE.tokens.app.keys.k1.secret"],
  ["no such algorithm", { LONGWIRE: '{"tokens":{"app":{"keys":{"k1":{"algorithm":"none","secret":"TICKET_KEY"}}}}}' }, "LONGWIRE.tokens.app.keys.k1.algorithm"],
]) {
  await checks.check(`a bad configuration answers 503 and names the field: ${name}`, async () => {
    const bad = await new Home(bindings).start();
    try {
      const answer = await fetch(bad.url("/v1/ws"));
      assert.equal(answer.status, 503);
      assert.ok(!(await answer.text()).includes("LONGWIRE"));
      await bad.logged(`"misconfigured","field":"${field}"`);
    } finally {
      await bad.end();
    }
  });
}

const tokens = { app: { issuer: PAGE, audiences: ["longwire"], keys: { k1: { algorithm: "HS256", secret: "APP_KEY" } } } };
const home = await new Home({ APP_KEY: KEY, LONGWIRE: JSON.stringify({ origins: [PAGE], tokens }) }).start();

async function refused(text) {
  const client = new Client(home);
  await client.opened();
  client.send({ type: "connect", id: 1, ...(text !== undefined && { token: text }) });
  const error = await client.take("error");
  assert.equal(error.name, "unauthorized");
  assert.equal(await client.code(), 4401);
}

try {
  await checks.check("a genuine token lets its bearer in, and says what may be done", async () => {
    const client = new Client(home);
    const connected = await client.connect(null, { token: token(claims()) });
    assert.equal(connected.user, "ann");
    client.send({ type: "subscribe", id: 2, channel: "chat:1" });
    assert.equal((await client.answer(2)).type, "subscribed");
    client.send({ type: "subscribe", id: 3, channel: "other:1" });
    assert.equal((await client.answer(3)).name, "forbidden");
    client.send({ type: "publish", id: 4, channel: "chat:1", data: 1 });
    assert.equal((await client.take("message")).from, "ann");
    client.socket.terminate();
  });

  await checks.check("a header does as well, and nobody else can name an inner one", async () => {
    const client = new Client(home, { headers: { authorization: `Bearer ${token(claims())}` } });
    assert.equal((await client.connect()).user, "ann");
    client.socket.terminate();
    const sly = new Client(home, { headers: { "x-longwire-token": token(claims()) } });
    await sly.opened();
    sly.send({ type: "connect", id: 1 });
    assert.equal((await sly.take("error")).name, "unauthorized");
    sly.socket.terminate();
  });

  for (const [name, text] of Object.entries({
    "none at all": undefined,
    "another key": token(claims(), { key: OTHER }),
    "no signature": `${base64({ alg: "none" })}.${base64(claims())}.`,
    "alg none, signed": token(claims(), { header: { alg: "none" } }),
    "another algorithm": token(claims(), { header: { alg: "HS512" }, hash: "sha512" }),
    "an unknown kid": token(claims(), { header: { alg: "HS256", kid: "k2" } }),
    "jwk": token(claims(), { header: { alg: "HS256", jwk: { kty: "oct" } } }),
    "crit": token(claims(), { header: { alg: "HS256", crit: ["exp"] } }),
    "a second alg": token(claims(), { header: '{"alg":"none","alg":"HS256"}' }),
    "padding": `${token(claims())}=`,
    "four parts": `${token(claims())}.x`,
    "past": token(claims({ exp: soon() - 1_200 })),
    "no exp": token(claims({ exp: undefined })),
    "exp as text": token(claims({ exp: String(soon()) })),
    "another issuer": token(claims({ iss: "https://evil.example" })),
    "another audience": token(claims({ aud: "else" })),
    "a second sub": token(JSON.stringify(claims()).replace('"sub"', '"sub":"eve","sub"')),
    "not a token": "hello",
  })) {
    await checks.check(`refused like any other: ${name}`, () => refused(text));
  }

  await checks.check("pages of other origins", async () => {
    const preflight = (origin) => fetch(home.url("/v1/poll"), { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });
    const good = await preflight(PAGE);
    assert.equal(good.status, 204);
    assert.equal(good.headers.get("access-control-allow-origin"), PAGE);
    assert.match(good.headers.get("access-control-allow-headers"), /content-type/);
    const bad = await preflight("https://evil.example");
    assert.equal(bad.status, 403);
    assert.equal(bad.headers.get("access-control-allow-origin"), null);
    const poll = await new Poller(home).post({ seq: 1, frames: [] }, { headers: { origin: "https://evil.example", "content-type": "application/json" } });
    assert.equal(poll.status, 403);
  });

  await checks.check("requests to poll that are none", async () => {
    const poller = new Poller(home);
    const status = async (body, options) => {
      const answer = await fetch(home.url("/v1/poll"), { method: "POST", body, ...options });
      assert.match(answer.headers.get("content-type"), /problem\+json/);
      return [answer.status, (await answer.json()).name];
    };
    assert.deepEqual(await status(undefined, { method: "GET" }), [405, "method_not_allowed"]);
    assert.deepEqual(await status("{}", { headers: { "content-type": "text/html" } }), [415, "unsupported_media_type"]);
    assert.deepEqual(await status("{"), [400, "malformed"]);
    assert.deepEqual(await status(" ".repeat(1024 * 1024 + 1)), [413, "body_too_large"]);
    assert.deepEqual(await status(JSON.stringify({ session: "a.1.b", seq: 2, frames: [] })), [404, "session_gone"]);
    assert.equal(poller.seq, 0);
  });

  await checks.check("messages that are too long, and text where bytes belong", async () => {
    const long = new Client(home);
    await long.opened();
    long.socket.send("x".repeat(64 * 1024 + 1));
    assert.equal(await long.code(), 1009);
    const text = new Client(home, { protocol: "longwire.v1.cbor" });
    await text.opened();
    text.socket.send("{}");
    assert.equal(await text.code(), 1003);
  });
} finally {
  await home.end();
}
checks.end(home);
