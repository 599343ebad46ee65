// SPDX-License-Identifier: Apache-2.0
// Whether a token (RFC 7519) is genuine. What its claims mean, the core says.
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Config, Issuer, Key } from "./config";

const MOST_CHARACTERS = 16 * 1024;
const PART = /^[A-Za-z0-9_-]+$/;
const HASHES: Record<string, string> = { HS256: "sha256", HS384: "sha384", HS512: "sha512" };
/** A header that names a key, or where to find one, or that demands to be understood. */
const REFUSED = ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "zip", "enc"];

export interface Genuine {
  claims: Uint8Array;
  issuer: Issuer;
}

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
  const right = createHmac(HASHES[key.algorithm]!, key.secret).update(content).digest();
  return right.length === signature.length && timingSafeEqual(right, signature);
}

/** Null for whatever is wrong. */
export function genuine(config: Config, token: string): Genuine | null {
  if (token.length > MOST_CHARACTERS) return null;
  const [first, second, third, ...more] = token.split(".");
  if (first === undefined || second === undefined || third === undefined || more.length > 0) return null;
  const head = header(first);
  const claims = bytes(second);
  const signature = bytes(third);
  if (!head || !claims || !signature) return null;
  for (const issuer of config.issuers) {
    for (const key of issuer.keys) {
      const fits = key.algorithm === head.alg && (head.kid === undefined || head.kid === key.id);
      if (fits && signed(key, `${first}.${second}`, signature)) return { claims, issuer };
    }
  }
  return null;
}
