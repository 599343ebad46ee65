// SPDX-License-Identifier: Apache-2.0
// What an application's backend asks by plain HTTP (docs/api.md): the core reads and answers it, the channels' objects are asked in between.
import * as core from "core";
import { bounded, mediaType, refuse } from "./answers";
import type { Config } from "./config";
import type { Env } from "./env";
import { admitted, type Guarded } from "./guard";

const MAX_BODY_BYTES = 1024 * 1024;
const ERROR = '{"type":"error"';

const utf8 = new TextDecoder();

interface Route extends Guarded {
  read: (request: Request, query: string, config: Config) => Promise<core.ApiCall | Response> | core.ApiCall;
}

const ROUTES: Record<string, Route> = {
  "/v1/publish": { method: "POST", scope: "publish", names: [], read: published },
  "/v1/history": { method: "GET", scope: "history", names: ["channel", "after", "before", "reverse", "key", "limit"], read: (_, query) => core.history(query) },
  "/v1/presence": { method: "GET", scope: "presence", names: ["channel", "cursor", "count"], read: (_, query) => core.presence(query) },
};

async function published(request: Request, _: string, config: Config): Promise<core.ApiCall | Response> {
  if (mediaType(request) !== "application/json" || request.headers.has("content-encoding")) return refuse("unsupported_media_type");
  const body = await bounded(request, MAX_BODY_BYTES);
  return body ? core.publish(new Int8Array(body.buffer), config.settings) : refuse("body_too_large");
}

/** Asks the channels in turn where one comes twice, so that what is for one channel is appended in the order of the list. */
async function ask(env: Env, call: core.ApiCall): Promise<string[]> {
  const answers: Promise<string>[] = [];
  const last = new Map<string, Promise<unknown>>();
  for (let i = 0; i < call.count(); i++) {
    const channel = call.channel(i);
    const bytes = call.bytes(i);
    const before = last.get(channel) ?? Promise.resolve();
    const answer = channel === "" ? Promise.resolve(utf8.decode(bytes)) : before.then(async () => utf8.decode(await env.CHANNEL.getByName(channel).ask(bytes)));
    last.set(channel, answer.catch(() => {}));
    answers.push(answer);
  }
  return Promise.all(answers);
}

/** Null for what is not of the API. */
export async function backend(request: Request, env: Env, config: Config): Promise<Response | null> {
  const url = new URL(request.url);
  const route = Object.hasOwn(ROUTES, url.pathname) ? ROUTES[url.pathname]! : null;
  if (!route) return null;
  const query = admitted(request, config, route);
  if (query instanceof Response) return query;
  const call = await route.read(request, query, config);
  if (call instanceof Response) return call;
  if (call.fault() !== "") return refuse(call.fault(), { field: call.field() });
  const answers = await ask(env, call);
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  if (!call.one()) return new Response(`{"results":[${answers.join(",")}]}`, { headers });
  if (!answers[0]!.startsWith(ERROR)) return new Response(answers[0]!, { headers });
  const error = JSON.parse(answers[0]!) as { name: string; field?: string; retry_after?: number };
  return refuse(error.name, { ...(error.field !== undefined && { field: error.field }), retryAfterMillis: error.retry_after ?? 0 });
}
