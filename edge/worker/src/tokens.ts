// SPDX-License-Identifier: Apache-2.0
// Whether a token (RFC 7519) is genuine. What its claims mean, the core says.
import { compactVerify, createRemoteJWKSet, customFetch, errors, importSPKI, type CompactVerifyGetKey, type CryptoKey } from "jose";
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { bounded } from "./answers";
import type { Config, Issuer, Key, Published } from "./config";

const MOST_CHARACTERS = 16 * 1024;
const PART = /^[A-Za-z0-9_-]+$/;
const HASHES: Record<string, string> = { HS256: "sha256", HS384: "sha384", HS512: "sha512" };
/** A header that names a key, or where to find one, or that demands to be understood. */
const REFUSED = ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "zip", "enc"];

export interface Genuine {
  claims: Uint8Array;
  issuer: Issuer;
}

/** What came of looking at a token: found out, or not to be found out now. */
export interface Verdict {
  genuine: Genuine | null;
  failed: boolean;
}

const NOBODY: Verdict = { genuine: null, failed: false };

const FETCH_MILLIS = 5_000;
/** Published keys are fetched again after so long; when one isn't among them, after so long already. */
const REFRESH_MILLIS = 600_000;
const AGAIN_MILLIS = 30_000;
const MOST_KEY_BYTES = 256 * 1024;
/** Published keys that a token without a name is tried against. */
const MOST_TRIED = 8;

/** Bytes, if this is how they are written: no padding, no bits to spare. */
function bytes(part: string): Buffer | null {
  const found = Buffer.from(part, "base64url");
  return PART.test(part) && found.toString("base64url") === part ? found : null;
}

function header(part: string): { alg: string; kid: string | undefined } | null {
  const octets = bytes(part);
  if (!octets) return null;
  let parsed: unknown;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
  const { alg, kid, typ } = parsed as Record<string, unknown>;
  const names = Object.keys(parsed);
  if (names.some((name) => REFUSED.includes(name)) || typeof alg !== "string") return null;
  if ((kid !== undefined && typeof kid !== "string") || (typ !== undefined && typeof typ !== "string")) return null;
  // A second copy of a member leaves more text than what was read: whoever reads the other one would see another token.
  if (Object.values(parsed).some((each) => typeof each !== "string") || JSON.stringify(parsed) !== text.replace(/\s/g, "")) return null;
  return { alg, kid };
}

function signed(key: Key, content: string, signature: Buffer): boolean {
  const right = createHmac(HASHES[key.algorithm]!, key.secret!).update(content).digest();
  return right.length === signature.length && timingSafeEqual(right, signature);
}

/** Keys that were read, and those that were fetched: objects of an isolate share them, as nothing in them is of one object. */
const imported = new Map<string, Promise<CryptoKey>>();
const fetched = new Map<string, CompactVerifyGetKey>();

function publicKey(key: Key): Promise<CryptoKey> {
  const name = `${key.algorithm} ${key.pem}`;
  let found = imported.get(name);
  if (!found) imported.set(name, (found = importSPKI(key.pem!, key.algorithm)));
  return found;
}

/** An answer of whoever publishes keys is as long as it may be, and no redirect. */
async function fetchBounded(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, { ...init, redirect: "manual" });
  const body = await bounded(answer, MOST_KEY_BYTES);
  if (!body) throw new errors.JWKSInvalid();
  return new Response(body, { status: answer.status, headers: answer.headers });
}

function keysOf(issuer: Issuer, { url }: Published): CompactVerifyGetKey {
  const name = `${issuer.issuer} ${url}`;
  let found = fetched.get(name);
  if (!found) {
    const options = { timeoutDuration: FETCH_MILLIS, cacheMaxAge: REFRESH_MILLIS, cooldownDuration: AGAIN_MILLIS, [customFetch]: fetchBounded };
    fetched.set(name, (found = createRemoteJWKSet(new URL(url), options)));
  }
  return found;
}

async function signedBy(token: string, key: CryptoKey | CompactVerifyGetKey, algorithms: string[]): Promise<boolean> {
  try {
    // Both kinds are taken; the declarations have one overload for each.
    await compactVerify(token, key as CryptoKey, { algorithms });
    return true;
  } catch (failure) {
    if (failure instanceof errors.JWKSMultipleMatchingKeys) {
      let left = MOST_TRIED;
      for await (const each of failure) if (left-- > 0 && (await signedBy(token, each, algorithms))) return true;
      return false;
    }
    const unknown = failure instanceof errors.JWKSNoMatchingKey || failure instanceof errors.JWSSignatureVerificationFailed || failure instanceof errors.JOSEAlgNotAllowed;
    // A key that doesn't fit the algorithm it was configured for signs nothing.
    if (unknown || failure instanceof TypeError || failure instanceof errors.JWSInvalid || failure instanceof errors.JOSENotSupported) return false;
    throw failure;
  }
}

/** The issuer that a token says it has; it chooses among those that are configured, and says nothing else before it is verified. */
function issuerOf(claims: Buffer): unknown {
  try {
    return (JSON.parse(new TextDecoder().decode(claims)) as { iss?: unknown } | null)?.iss;
  } catch {
    return undefined;
  }
}

async function signedByIssuer(issuers: Issuer[], token: string, head: { alg: string; kid: string | undefined }, claims: Buffer): Promise<Verdict> {
  let failed = false;
  for (const issuer of issuers) {
    try {
      for (const key of issuer.keys) {
        const fits = key.pem !== undefined && key.algorithm === head.alg && (head.kid === undefined || head.kid === key.id);
        if (fits && (await signedBy(token, await publicKey(key), [key.algorithm]))) return { genuine: { claims, issuer }, failed: false };
      }
      const { published } = issuer;
      if (published?.algorithms.includes(head.alg) && (await signedBy(token, keysOf(issuer, published), published.algorithms))) return { genuine: { claims, issuer }, failed: false };
    } catch (failure) {
      console.log(JSON.stringify({ event: "keys", issuer: issuer.issuer, failure: String(failure) }));
      failed = true;
    }
  }
  return { genuine: null, failed };
}

/** At once for keys that are shared; later where signatures, and perhaps published keys, are needed. */
export function verify(config: Config, token: string): Verdict | Promise<Verdict> {
  if (token.length > MOST_CHARACTERS) return NOBODY;
  const [first, second, third, ...more] = token.split(".");
  if (first === undefined || second === undefined || third === undefined || more.length > 0) return NOBODY;
  const head = header(first);
  const claims = bytes(second);
  const signature = bytes(third);
  if (!head || !claims || !signature) return NOBODY;
  const said = issuerOf(claims);
  const issuers = config.issuers.filter(({ issuer }) => issuer === "" || issuer === said);
  if (!Object.hasOwn(HASHES, head.alg)) return signedByIssuer(issuers, token, head, claims);
  for (const issuer of issuers) {
    for (const key of issuer.keys) {
      const fits = key.algorithm === head.alg && (head.kid === undefined || head.kid === key.id);
      if (fits && signed(key, `${first}.${second}`, signature)) return { genuine: { claims, issuer }, failed: false };
    }
  }
  return NOBODY;
}
