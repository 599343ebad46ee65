// SPDX-License-Identifier: Apache-2.0
// The variable LONGWIRE, in JSON, with the names of docs/configuration.md. Secrets stand in variables of their own. What is said of sessions
// and channels the core reads and judges.
import * as core from "core";
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import type { Env } from "./env";

/** Shortest secrets (RFC 7518, 3.2). */
const HASH_BYTES: Record<string, number> = { HS256: 32, HS384: 48, HS512: 64 };
const SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

/** A key that is shared, or whose other half only the issuer has. */
export interface Key {
  id: string;
  algorithm: string;
  secret?: Uint8Array;
  /** A public key in PEM (SPKI). */
  pem?: string;
}

/** Keys that an issuer publishes (RFC 7517). */
export interface Published {
  url: string;
  algorithms: string[];
}

export interface Issuer {
  issuer: string;
  audiences: string[];
  keys: Key[];
  published?: Published;
}

export interface Config {
  /** Whether everybody is let in, anonymous. */
  open: boolean;
  origins: string[];
  issuers: Issuer[];
  admins: AdminKey[];
  /** What the core says of sessions and channels: paths and values by turns, each in a line. */
  settings: string;
}

/** A key of the application's backend, or of an operator. */
export interface AdminKey {
  hash: string;
  scopes: string[];
}

const SCOPES = ["read", "close", "revoke", "publish", "history", "presence", "webhooks", "subscribe"];
const LONGEST_KEY = 512;

/** What is wrong with the configuration: the field, and nothing that stands in it. */
export class Misconfigured extends Error {}

type Fields = Record<string, unknown>;

function fields(value: unknown, path: string, known: string[]): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Misconfigured(path);
  for (const name of Object.keys(value)) if (!known.includes("*") && !known.includes(name)) throw new Misconfigured(`${path}.${name}`);
  return value as Fields;
}

function texts(value: unknown, path: string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.some((each) => typeof each !== "string" || each === "" || each.includes("\n"))) throw new Misconfigured(path);
  return value as string[];
}

function variable(env: Env, name: unknown): string {
  const text = typeof name === "string" && Object.hasOwn(env, name) ? (env as unknown as Fields)[name] : undefined;
  return typeof text === "string" ? text : "";
}

function key(env: Env, id: string, value: unknown, path: string): Key {
  const { algorithm, secret, file } = fields(value, path, ["algorithm", "secret", "file"]);
  if (typeof algorithm !== "string") throw new Misconfigured(`${path}.algorithm`);
  if (SIGNATURES.includes(algorithm)) {
    const pem = variable(env, file);
    if (secret !== undefined || !pem.includes("-----BEGIN PUBLIC KEY-----")) throw new Misconfigured(`${path}.file`);
    return { id, algorithm, pem };
  }
  if (!Object.hasOwn(HASH_BYTES, algorithm)) throw new Misconfigured(`${path}.algorithm`);
  const octets = new TextEncoder().encode(variable(env, secret));
  if (file !== undefined || octets.length < HASH_BYTES[algorithm]!) throw new Misconfigured(`${path}.secret`);
  return { id, algorithm, secret: octets };
}

function published(value: unknown, path: string): Published {
  const { url, algorithms } = fields(value, path, ["url", "algorithms"]);
  const parsed = typeof url === "string" && URL.canParse(url) ? new URL(url) : null;
  const local = parsed?.protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(parsed.hostname);
  if (!parsed || (parsed.protocol !== "https:" && !local)) throw new Misconfigured(`${path}.url`);
  const names = texts(algorithms, `${path}.algorithms`);
  if (names.length === 0 || names.some((name) => !SIGNATURES.includes(name))) throw new Misconfigured(`${path}.algorithms`);
  return { url: parsed.href, algorithms: names };
}

function issuer(env: Env, value: unknown, path: string): Issuer {
  const given = fields(value, path, ["issuer", "audiences", "keys", "jwks"]);
  if (given["issuer"] !== undefined && typeof given["issuer"] !== "string") throw new Misconfigured(`${path}.issuer`);
  const listed = given["keys"] === undefined && given["jwks"] !== undefined ? {} : fields(given["keys"], `${path}.keys`, ["*"]);
  const keys = Object.entries(listed).map(([id, each]) => key(env, id, each, `${path}.keys.${id}`));
  if (keys.length === 0 && given["jwks"] === undefined) throw new Misconfigured(`${path}.keys`);
  const name = (given["issuer"] as string | undefined) ?? "";
  const audiences = texts(given["audiences"], `${path}.audiences`);
  return { issuer: name, audiences, keys, ...(given["jwks"] !== undefined && { published: published(given["jwks"], `${path}.jwks`) }) };
}

function admin(value: unknown, path: string): AdminKey {
  const { hash, scopes } = fields(value, path, ["hash", "scopes"]);
  if (typeof hash !== "string" || !/^sha256:[0-9a-f]{64}$/.test(hash)) throw new Misconfigured(`${path}.hash`);
  const names = texts(scopes, `${path}.scopes`);
  if (names.length === 0 || names.some((name) => !SCOPES.includes(name))) throw new Misconfigured(`${path}.scopes`);
  return { hash, scopes: names };
}

/** Paths and values by turns. */
function flat(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return [path, texts(value, `LONGWIRE.${path}`).join(",")];
  if (typeof value === "object" && value !== null) return Object.entries(value).flatMap(([name, each]) => flat(each, `${path}.${name}`));
  const text = typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "\n";
  if (path.includes("\n") || text.includes("\n")) throw new Misconfigured(`LONGWIRE.${path.replaceAll("\n", " ")}`);
  return [path, text];
}

/** What the core is told; it says what is wrong. */
function settingsOf(given: Fields): string {
  const others = ["insecure", "origins", "tokens", "admin"];
  const lines = Object.entries(given).flatMap(([name, each]) => (others.includes(name) ? [] : flat(each, name)));
  const settings = lines.join("\n");
  const wrong = core.wrongSetting(settings);
  if (wrong !== "") throw new Misconfigured(`LONGWIRE.${wrong}`);
  return settings;
}

/** What the key may be used for, or null when it is none. All keys are compared, whichever fits. */
export function opens(config: Config, shown: string): string[] | null {
  if (shown.length > LONGEST_KEY) return null;
  const hash = Buffer.from(`sha256:${createHash("sha256").update(shown).digest("hex")}`);
  let found: string[] | null = null;
  for (const key of config.admins) if (timingSafeEqual(Buffer.from(key.hash), hash)) found = key.scopes;
  return found;
}

/** What was read and found right: an isolate has one environment, and it does not change. */
const known = new WeakMap<Env, Config>();

export function read(env: Env): Config {
  let config = known.get(env);
  if (!config) known.set(env, (config = parsed(env)));
  return config;
}

function parsed(env: Env): Config {
  if ((env.TICKET_KEY ?? "").length < 32) throw new Misconfigured("TICKET_KEY");
  let value: unknown;
  try {
    value = JSON.parse(env.LONGWIRE ?? "{}");
  } catch {
    throw new Misconfigured("LONGWIRE");
  }
  const given = fields(value, "LONGWIRE", ["*"]);
  const settings = settingsOf(given);
  const insecure = given["insecure"] ?? false;
  if (typeof insecure !== "boolean") throw new Misconfigured("LONGWIRE.insecure");
  const tokens = given["tokens"] === undefined ? {} : fields(given["tokens"], "LONGWIRE.tokens", ["*"]);
  const issuers = Object.entries(tokens).map(([name, each]) => issuer(env, each, `LONGWIRE.tokens.${name}`));
  // A Worker is reached by everybody: who wants to let them all in has to say so.
  if (issuers.length === 0 && !insecure) throw new Misconfigured("LONGWIRE.tokens");
  const keys = given["admin"] === undefined ? {} : fields(fields(given["admin"], "LONGWIRE.admin", ["keys"])["keys"], "LONGWIRE.admin.keys", ["*"]);
  const admins = Object.entries(keys).map(([name, each]) => admin(each, `LONGWIRE.admin.keys.${name}`));
  return { admins, settings, open: issuers.length === 0, origins: texts(given["origins"], "LONGWIRE.origins"), issuers };
}
