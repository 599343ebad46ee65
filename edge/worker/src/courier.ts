// SPDX-License-Identifier: Apache-2.0
import type { Post } from "core";

/** Who takes letters. */
export interface Addressee {
  letters(from: string, batch: Int8Array): Promise<void>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Takes a machine's letters to other objects: to each one call at a time, and what is written meanwhile goes with the next. A call
 * that fails is made again; the machine keeps the letters until one did not.
 */
export class Courier {
  private readonly busy = new Set<string>();

  constructor(
    private readonly ctx: DurableObjectState,
    private readonly machine: Post,
    private readonly self: string,
    private readonly find: (to: string) => Addressee,
  ) {}

  /** To be called after the machine was stored: what leaves waits until that is durable. */
  go(): void {
    const all = Array.from({ length: this.machine.addressees() }, (_, i) => this.machine.addressee(i));
    for (const to of all) if (!this.busy.has(to)) this.ctx.waitUntil(this.bring(to));
  }

  private async bring(to: string): Promise<void> {
    this.busy.add(to);
    let pause = FIRST_PAUSE_MS;
    try {
      for (;;) {
        const batch = this.machine.batch(to);
        const end = this.machine.batchEnd();
        if (end === 0) return;
        try {
          // A stub that has thrown is broken: each call takes a new one.
          await this.find(to).letters(this.self, batch);
          this.machine.confirmed(to, end);
          pause = FIRST_PAUSE_MS;
        } catch (failure) {
          console.log(JSON.stringify({ event: "undelivered", from: this.self, to, failure: String(failure) }));
          await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
          pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
        }
      }
    } finally {
      this.busy.delete(to);
    }
  }
}
