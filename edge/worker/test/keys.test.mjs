// SPDX-License-Identifier: Apache-2.0
// Tokens that issuers sign with keys of which we have the public half: configured, or published and fetched.
import assert from "node:assert/strict";
import { constants, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import { Checks, Client, Home } from "./home.mjs";

const checks = new Checks();
const ISSUER = "https://app.example";
const ELSEWHERE = "https://keys.example";
const base64 = (value) => Buffer.from(Buffer.isBuffer(value) || typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const pair = (kind, options) => generateKeyPairSync(kind, { ...options, publicKeyEncoding: undefined, privateKeyEncoding: undefined });
const rsa = pair("rsa", { modulusLength: 2048 });
const ec = pair("ec", { namedCurve: "P-256" });
const ed = pair("ed25519", {});
const fresh = pair("rsa", { modulusLength: 2048 });
const pem = ({ publicKey }) => publicKey.export({ type: "spki", format: "pem" });
const jwk = ({ publicKey }, kid, alg) => ({ ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" });

const WAYS = {
  RS256: (key, data) => sign("sha256", data, key),
  PS256: (key, data) => sign("sha256", data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  ES256: (key, data) => sign("sha256", data, { key, dsaEncoding: "ieee-p1363" }),
  EdDSA: (key, data) => sign(null, data, key),
};
const claims = (more = {}) => ({ sub: "ann", aud: "longwire", iss: ISSUER, exp: Math.floor(Date.now() / 1000) + 600, jti: "canary-of-the-workers-tokens", cap: { "chat:*": ["*"] }, ...more });
function token(alg, { privateKey }, { header = {}, body = claims() } = {}) {
  const content = `${base64({ alg, ...header })}.${base64(body)}`;
  return `${content}.${base64(WAYS[alg](privateKey, Buffer.from(content)))}`;
}

let published = [jwk(rsa, "r1", "RS256"), jwk(ec, "e1", "ES256")];
let asked = 0;
let strangers = 0;
const publisher = createServer((request, response) => {
  if (request.url === "/keys") {
    asked++;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: published }));
  } else {
    strangers++;
    response.end(JSON.stringify({ keys: [jwk(fresh, "x", "RS256")] }));
  }
});
await new Promise((resolve) => publisher.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${publisher.address().port}`;

const tokens = {
  app: { issuer: ISSUER, audiences: ["longwire"], keys: { r: { algorithm: "RS256", file: "RSA" }, p: { algorithm: "PS256", file: "RSA" }, e: { algorithm: "ES256", file: "EC" }, d: { algorithm: "EdDSA", file: "ED" } } },
  other: { issuer: ELSEWHERE, audiences: ["longwire"], jwks: { url: `${address}/keys`, algorithms: ["RS256", "ES256"] } },
  gone: { issuer: "https://gone.example", audiences: ["longwire"], jwks: { url: "http://127.0.0.1:9/keys", algorithms: ["RS256"] } },
};
const home = await new Home({ RSA: pem(rsa), EC: pem(ec), ED: pem(ed), LONGWIRE: JSON.stringify({ tokens }) }).start();

async function shown(text) {
  const client = new Client(home);
  await client.opened();
  client.send({ type: "connect", id: 1, token: text });
  const answer = await client.answer(1);
  client.socket.terminate();
  return answer.type === "error" ? answer.name : answer.user;
}

try {
  for (const [alg, key] of [["RS256", rsa], ["PS256", rsa], ["ES256", ec], ["EdDSA", ed]]) {
    await checks.check(`a configured key lets in: ${alg}`, async () => assert.equal(await shown(token(alg, key)), "ann"));
  }

  const elsewhere = { body: claims({ iss: ELSEWHERE }) };
  await checks.check("published keys let in, by name and without, and are fetched once", async () => {
    assert.equal(await shown(token("RS256", rsa, { ...elsewhere, header: { kid: "r1" } })), "ann");
    assert.equal(await shown(token("ES256", ec, { ...elsewhere, header: { kid: "e1" } })), "ann");
    assert.equal(await shown(token("RS256", rsa, elsewhere)), "ann");
    assert.equal(asked, 1);
  });

  await checks.check("a session that waits for its token gets what it sent meanwhile answered, in order", async () => {
    const client = new Client(home);
    await client.opened();
    client.send([{ type: "connect", id: 1, token: token("RS256", rsa, elsewhere) }, { type: "subscribe", id: 2, channel: "chat:1" }, { type: "publish", id: 3, channel: "chat:1", data: 1 }]);
    assert.equal((await client.answer(1)).user, "ann");
    assert.equal((await client.answer(3)).offset, 1);
    client.socket.terminate();
  });

  const name = "canary of a name";
  for (const [what, text] of [
    ["another's signature", token("RS256", fresh)],
    ["the key of another issuer", token("RS256", fresh, { ...elsewhere, header: { kid: "r1" } })],
    ["an algorithm that isn't the key's", token("EdDSA", ed, { header: { kid: "r" } })],
    ["an algorithm that isn't published", token("EdDSA", ed, elsewhere)],
    ["HS256 with the public key", (() => { const content = `${base64({ alg: "HS256", kid: "r" })}.${base64(claims())}`; return `${content}.${createHmac("sha256", pem(rsa)).update(content).digest("base64url")}`; })()],
    ["no algorithm", `${base64({ alg: "none" })}.${base64(claims())}.`],
    ["a signature of zeros", `${base64({ alg: "ES256" })}.${base64(claims())}.${base64(Buffer.alloc(64))}`],
    ["an unknown name", token("RS256", rsa, { ...elsewhere, header: { kid: name } })],
    ["a name that is a path", token("RS256", rsa, { ...elsewhere, header: { kid: "../../keys" } })],
    ["a name that is an address", token("RS256", rsa, { ...elsewhere, header: { kid: `${address}/evil` } })],
    ["where to find keys", token("RS256", fresh, { ...elsewhere, header: { jku: `${address}/evil` } })],
    ["a key in the header", token("RS256", fresh, { header: { jwk: jwk(fresh, "x", "RS256") } })],
    ["an issuer that is an address", token("RS256", fresh, { body: claims({ iss: `${address}/evil` }) })],
    ["an expired token", token("RS256", rsa, { body: claims({ exp: Math.floor(Date.now() / 1000) - 600 }) })],
    ["another audience", token("RS256", rsa, { body: claims({ aud: "other" }) })],
    ["another's name on it", token("RS256", rsa, { ...elsewhere, body: claims({ iss: "https://nobody.example" }) })],
  ]) {
    await checks.check(`refused, all alike: ${what}`, async () => assert.equal(await shown(text), "unauthorized"));
  }

  await checks.check("nobody was asked because of a token's header, and unknown names cause no storm", () => {
    assert.equal(strangers, 0);
    assert.equal(asked, 1);
  });

  await checks.check("keys that can't be fetched say nothing about a token", async () => {
    assert.equal(await shown(token("RS256", rsa, { body: claims({ iss: "https://gone.example" }) })), "unavailable");
  });
} finally {
  await home.end();
  publisher.close();
}
checks.end(home);
