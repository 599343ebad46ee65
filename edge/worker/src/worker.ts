// SPDX-License-Identifier: Apache-2.0
import * as core from "core";
import type { Env } from "./env";

export { ChannelDO } from "./channel";
export { HubDO } from "./hub";

const SUBPROTOCOLS = ["longwire.v1.json", "longwire.v1.cbor"];

function refuse(code: string): Response {
  const headers = new Headers({ "content-type": "application/problem+json" });
  if (code === "upgrade_required") {
    headers.set("upgrade", "websocket");
    headers.set("sec-websocket-version", "13");
  }
  return new Response(core.problem(code), { status: core.status(code), headers });
}

function refuseUpgrade(code: string, request: Request): Response {
  console.log(JSON.stringify({ event: "refused", code, origin: request.headers.get("origin") ?? "" }));
  return refuse(code);
}

function originAllowed(request: Request, env: Env): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  const allowed = (env.ORIGINS ?? "").split(" ").filter((each) => each !== "");
  return allowed.length > 0 ? allowed.includes(origin) : origin === new URL(request.url).origin;
}

function upgrade(request: Request, env: Env): Response | Promise<Response> {
  if (!originAllowed(request, env)) return refuseUpgrade("origin_not_allowed", request);
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") return refuseUpgrade("upgrade_required", request);
  const offers = (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((each) => each.trim());
  const chosen = offers.find((each) => SUBPROTOCOLS.includes(each));
  if (offers[0] !== "" && chosen === undefined) return refuseUpgrade("unknown_subprotocol", request);
  const inner = new Request(request);
  inner.headers.delete("x-longwire-protocol");
  if (chosen !== undefined) inner.headers.set("x-longwire-protocol", chosen);
  return env.HUB.getByName("hub:0").fetch(inner);
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    switch (new URL(request.url).pathname) {
      case "/v1/ws":
        return upgrade(request, env);
      case "/health/live":
      case "/health/ready":
        return new Response("live\n");
      default:
        return refuse("not_found");
    }
  },
} satisfies ExportedHandler<Env>;
