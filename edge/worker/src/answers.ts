// SPDX-License-Identifier: Apache-2.0
import * as core from "core";

export interface Refusal {
  field?: string;
  retryAfterMillis?: number;
  headers?: Record<string, string>;
}

/** A refusal as problem details (RFC 9457), by a code's name. */
export function refuse(code: string, { field = "", retryAfterMillis = 0, headers: more = {} }: Refusal = {}): Response {
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store", ...more });
  if (retryAfterMillis > 0) headers.set("retry-after", String(Math.ceil(retryAfterMillis / 1000)));
  if (code === "upgrade_required") {
    headers.set("upgrade", "websocket");
    headers.set("sec-websocket-version", "13");
  }
  if (code === "unauthorized") headers.set("www-authenticate", "Bearer");
  return new Response(core.problem(code, field, retryAfterMillis), { status: core.status(code), headers });
}

/** The body, or null when it is longer than allowed. */
export async function bounded({ body }: Request | Response, most: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body ?? []) {
    size += piece.length;
    if (size > most) return null;
    pieces.push(piece);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** What a bearer shows (RFC 6750), or null. */
export function bearer(request: Request): string | null {
  return /^Bearer +([^ ]+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;
}

export function mediaType(request: Request): string | null {
  return request.headers.get("content-type")?.toLowerCase().split(";")[0]!.trim() ?? null;
}
