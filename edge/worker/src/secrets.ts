// SPDX-License-Identifier: Apache-2.0
import { createHmac, randomBytes } from "node:crypto";
import type { Secrets } from "core";

const SEAL_BYTES = 16;

export function random(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}

/** What makes tickets that nobody else can make. */
export function secrets(key: string): Secrets {
  return {
    seal: (plain) => createHmac("sha256", key).update(plain, "utf8").digest().subarray(0, SEAL_BYTES).toString("base64url"),
    random,
  };
}
