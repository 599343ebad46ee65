// SPDX-License-Identifier: Apache-2.0
// What operators see and do (docs/admin.md): every hub is asked.
import { refuse } from "./answers";
import type { Config } from "./config";
import { hubs, type Env } from "./env";
import { admitted, type Guarded } from "./guard";

const PAGE = 100;
const MOST = 1_000;

interface Route extends Guarded {
  answer: (env: Env, query: string, url: URL) => Promise<Response>;
}

const ROUTES: Record<string, Route> = {
  "/v1/admin/connections": { method: "GET", scope: "read", names: ["limit", "cursor", "user", "client", "jti", "carrier", "channel"], answer: list },
  "/v1/admin/close": { method: "POST", scope: "close", names: ["client", "user"], answer: (env, query) => ended(hubs(env).map((hub) => hub.kick(query))) },
  "/v1/admin/revoke": { method: "POST", scope: "revoke", names: ["user", "jti", "lasts"], answer: (env, query) => ended(hubs(env).map((hub) => hub.revoke(query))) },
  "/metrics": { method: "GET", scope: "read", names: [], answer: figures },
};

const json = (value: unknown) => Response.json(value, { headers: { "cache-control": "no-store" } });

async function list(env: Env, query: string, url: URL): Promise<Response> {
  const text = url.searchParams.get("limit") ?? String(PAGE);
  const limit = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST) return refuse("invalid_field", { field: "limit" });
  const lists = await Promise.all(hubs(env).map((hub) => hub.list(query, limit + 1)));
  const all = lists.flat().sort((a, b) => (a.client < b.client ? -1 : a.client > b.client ? 1 : 0));
  const page = all.slice(0, limit);
  return json({ connections: page, ...(all.length > limit && { next: page.at(-1)!.client }) });
}

/** How many were ended; a hub says -1 when it isn't said which. */
async function ended(asked: Promise<number>[]): Promise<Response> {
  const counts = await Promise.all(asked);
  return counts.some((count) => count < 0) ? refuse("bad_request") : json({ closed: counts.reduce((sum, count) => sum + count, 0) });
}

/** Prometheus' text format; what the hubs hold at this moment. */
async function figures(env: Env): Promise<Response> {
  const all = await Promise.all(hubs(env).map((hub) => hub.figures()));
  const sum = (of: (each: (typeof all)[number]) => number) => all.reduce((total, each) => total + of(each), 0);
  const lines = [
    "# HELP longwire_sessions Sessions, attached or waiting for their return.",
    "# TYPE longwire_sessions gauge",
    `longwire_sessions ${sum((each) => each.sessions)}`,
    "# HELP longwire_connections WebSockets that are open, and polls and streams that are held.",
    "# TYPE longwire_connections gauge",
    `longwire_connections{carrier="websocket"} ${sum((each) => each.sockets)}`,
    `longwire_connections{carrier="http"} ${sum((each) => each.requests)}`,
    "",
  ];
  return new Response(lines.join("\n"), { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" } });
}

/** Null for what is not administration. */
export async function administration(request: Request, env: Env, config: Config): Promise<Response | null> {
  const url = new URL(request.url);
  const route = Object.hasOwn(ROUTES, url.pathname) ? ROUTES[url.pathname]! : null;
  if (!route) return null;
  const query = admitted(request, config, route);
  return query instanceof Response ? query : route.answer(env, query, url);
}
