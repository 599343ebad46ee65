// SPDX-License-Identifier: Apache-2.0
// The little of Node that the Worker uses (compatibility flag nodejs_compat).
declare module "node:buffer" {
  export interface Buffer extends Uint8Array<ArrayBuffer> {
    subarray(start?: number, end?: number): Buffer;
    toString(encoding?: "base64url"): string;
  }
  export const Buffer: { from(text: string, encoding?: "base64url" | "utf8"): Buffer };
}
declare module "node:crypto" {
  import type { Buffer } from "node:buffer";
  interface Hmac {
    update(text: string, encoding?: "utf8"): Hmac;
    digest(): Buffer;
  }
  interface Hash {
    update(text: string, encoding?: "utf8"): Hash;
    digest(encoding: "hex"): string;
  }
  export function createHash(hash: string): Hash;
  export function createHmac(hash: string, key: string | Uint8Array): Hmac;
  export function randomBytes(count: number): Buffer;
  export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
}
