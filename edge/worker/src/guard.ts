// SPDX-License-Identifier: Apache-2.0
import { bearer, refuse } from "./answers";
import { opens, type Config } from "./config";

/** A route for those whose key has its scope. */
export interface Guarded {
  method: string;
  scope: string;
  /** The names that may stand in its query. */
  names: string[];
}

const FLAGS = ["reverse", "count"];

/** Names and values by turns, each in a line; what is not as described is a mistake of whoever asks. */
function queryOf(url: URL, names: string[]): { query: string } | { wrong: string } {
  const lines: string[] = [];
  for (const [name, value] of url.searchParams) {
    if (!names.includes(name)) return { wrong: "query" };
    const flag = FLAGS.includes(name) && value !== "true" && value !== "false";
    if (url.searchParams.getAll(name).length > 1 || value.includes("\n") || flag) return { wrong: name };
    lines.push(name, value);
  }
  return { query: lines.join("\n") };
}

/** The query, or the refusal: 401 without a key that is known, 403 with one that lacks the scope. */
export function admitted(request: Request, config: Config, route: Guarded): string | Response {
  if (request.method !== route.method) return refuse("method_not_allowed", { headers: { allow: route.method } });
  const key = bearer(request);
  const scopes = key === null ? null : opens(config, key);
  if (!scopes) return refuse("unauthorized");
  if (!scopes.includes(route.scope)) return refuse("forbidden");
  const asked = queryOf(new URL(request.url), route.names);
  return "wrong" in asked ? refuse("invalid_field", { field: asked.wrong }) : asked.query;
}
