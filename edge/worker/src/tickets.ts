// SPDX-License-Identifier: Apache-2.0
// The strings that name sessions on the wire: a random id and a turn under a seal (HMAC-SHA256), as the JVM home makes them.

const SEAL_BYTES = 16;
const utf8 = new TextEncoder();

function base64url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function random(count: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(count)));
}

export class Tickets {
  private constructor(private readonly key: CryptoKey) {}

  static async with(secret: string): Promise<Tickets> {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    return new Tickets(await crypto.subtle.importKey("raw", utf8.encode(secret), algorithm, false, ["sign"]));
  }

  async seal(plain: string): Promise<string> {
    return `${plain}.${base64url(await this.sealOf(plain))}`;
  }

  /** What a genuine ticket says; null when it is not one of ours. */
  async open(ticket: string): Promise<{ session: string; turn: number } | null> {
    const second = ticket.lastIndexOf(".");
    const first = second < 0 ? -1 : ticket.lastIndexOf(".", second - 1);
    if (first < 1) return null;
    const seal = utf8.encode(base64url(await this.sealOf(ticket.slice(0, second))));
    const given = utf8.encode(ticket.slice(second + 1));
    if (seal.length !== given.length) return null;
    let difference = 0;
    for (let i = 0; i < seal.length; i++) difference |= seal[i]! ^ given[i]!;
    if (difference !== 0) return null;
    return { session: ticket.slice(0, first), turn: parseInt(ticket.slice(first + 1, second), 36) };
  }

  private async sealOf(plain: string): Promise<Uint8Array> {
    return new Uint8Array(await crypto.subtle.sign("HMAC", this.key, utf8.encode(plain))).subarray(0, SEAL_BYTES);
  }
}
