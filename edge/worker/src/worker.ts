// SPDX-License-Identifier: Apache-2.0
import { bearer, bounded, mediaType, refuse } from "./answers";
import { administration } from "./admin";
import { backend } from "./api";
import * as config from "./config";
import { hubNamed, POLLS, SOCKETS, type Env } from "./env";

export { ChannelDO } from "./channel";
export { HubDO, PollDO } from "./hub";

const SUBPROTOCOLS = ["longwire.v1.json", "longwire.v1.cbor"];
const FORMATS: Record<string, string> = { "application/json": "json", "text/plain": "json", "application/cbor": "cbor" };
const MAX_BODY_BYTES = 1024 * 1024;

interface Call {
  request: Request;
  env: Env;
  config: config.Config;
}

/** The page that asks, if it may: null where none does. */
function originAllowed({ request, config }: Call): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  return config.origins.length > 0 ? config.origins.includes(origin) : origin === new URL(request.url).origin;
}

/** What an object is told of a request; whatever a client wrote under our names is thrown away. */
function inner(request: Request, told: Record<string, string>): Request {
  const copy = new Request(request);
  for (const name of [...copy.headers.keys()]) if (name.startsWith("x-longwire-")) copy.headers.delete(name);
  for (const [name, value] of Object.entries(told)) copy.headers.set(name, value);
  copy.headers.set("x-longwire-address", request.headers.get("cf-connecting-ip") ?? "");
  const token = bearer(request);
  if (token !== null) copy.headers.set("x-longwire-token", token);
  return copy;
}

function upgrade(call: Call): Response | Promise<Response> {
  const { request, env } = call;
  const refused = (code: string) => {
    console.log(JSON.stringify({ event: "refused", code, origin: request.headers.get("origin") ?? "" }));
    return refuse(code);
  };
  if (request.method !== "GET") return refuse("method_not_allowed", { headers: { allow: "GET" } });
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") return refused("upgrade_required");
  if (!originAllowed(call)) return refused("origin_not_allowed");
  if (new URL(request.url).searchParams.has("access_token")) return refused("token_in_url");
  const offers = (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((each) => each.trim());
  const chosen = offers.find((each) => SUBPROTOCOLS.includes(each));
  if (offers[0] !== "" && chosen === undefined) return refused("unknown_subprotocol");
  return hubNamed(env, SOCKETS).fetch(inner(request, chosen === undefined ? {} : { "x-longwire-protocol": chosen }));
}

/** Lets the page that asked read the answer. */
function shared(call: Call, response: Response): Response {
  const origin = call.request.headers.get("origin");
  if (origin === null || !originAllowed(call)) return response;
  const copy = new Response(response.body, response);
  copy.headers.set("access-control-allow-origin", origin);
  copy.headers.append("vary", "origin");
  return copy;
}

function preflight(call: Call): Response {
  if (!originAllowed(call)) return refuse("origin_not_allowed");
  const headers = { "access-control-allow-methods": "POST", "access-control-allow-headers": "content-type, authorization", "access-control-max-age": "600" };
  return new Response(null, { status: 204, headers });
}

async function poll(call: Call): Promise<Response> {
  const { request, env } = call;
  if (request.method === "OPTIONS") return preflight(call);
  if (request.method !== "POST") return refuse("method_not_allowed", { headers: { allow: "POST, OPTIONS" } });
  if (!originAllowed(call)) return refuse("origin_not_allowed");
  const type = mediaType(request) ?? "application/json";
  if (!Object.hasOwn(FORMATS, type) || request.headers.has("content-encoding")) return refuse("unsupported_media_type");
  const body = await bounded(request, MAX_BODY_BYTES);
  if (body === null) return refuse("body_too_large");
  const told = new Request(request, { body, signal: request.signal });
  return hubNamed(env, POLLS).fetch(inner(told, { "x-longwire-format": FORMATS[type]! }));
}

async function serve(request: Request, env: Env): Promise<Response> {
  let found: config.Config;
  try {
    found = config.read(env);
  } catch (failure) {
    if (!(failure instanceof config.Misconfigured)) throw failure;
    console.log(JSON.stringify({ event: "misconfigured", field: failure.message }));
    return refuse("unavailable", { retryAfterMillis: 30_000 });
  }
  const call: Call = { request, env, config: found };
  switch (new URL(request.url).pathname) {
    case "/v1/ws":
      return upgrade(call);
    case "/v1/poll":
      return shared(call, await poll(call));
    case "/health/live":
    case "/health/ready":
      return new Response("live\n");
    default:
      if (!originAllowed(call)) return refuse("origin_not_allowed");
      return (await backend(request, env, found)) ?? (await administration(request, env, found)) ?? refuse("not_found");
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      return await serve(request, env);
    } catch (failure) {
      // An object that died meanwhile: what it stored is there, and the client comes again.
      console.log(JSON.stringify({ event: "failed", failure: String(failure) }));
      return refuse("unavailable", { retryAfterMillis: 1_000 });
    }
  },
} satisfies ExportedHandler<Env>;
