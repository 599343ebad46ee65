// SPDX-License-Identifier: Apache-2.0
import { DurableObject } from "cloudflare:workers";
import * as core from "core";
import { Store } from "./store";
import { random } from "./tickets";
import type { Env } from "./env";

/** One channel: its log and the hubs that want to hear of it. */
export class ChannelDO extends DurableObject<Env> {
  private readonly store: Store;
  private readonly machine: core.Channel;
  private readonly waiting = new Map<number, Int8Array[]>();
  private readonly telling = new Set<number>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.store = new Store(ctx.storage);
    const boot = this.store.fact("boot", () => random(6));
    const seed = Number(this.store.fact("seed", () => String(crypto.getRandomValues(new Uint32Array(1))[0])));
    const stored = this.store.read();
    this.machine = stored ? core.channelFrom(boot, seed, stored.state, stored.then) : core.channel(boot, seed);
  }

  /** A hub's questions, in order. What they come to is told to the hubs when it is stored. */
  ask(hub: number, questions: Int8Array[]): void {
    const now = Date.now();
    for (const question of questions) this.machine.asked(hub, question, now);
    this.drain(now);
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    this.machine.tick(now);
    this.drain(now);
  }

  private drain(now: number): void {
    while (this.machine.next()) {
      const hub = this.machine.hub();
      const list = this.waiting.get(hub) ?? [];
      list.push(this.machine.bytes());
      this.waiting.set(hub, list);
    }
    this.store.write(this.machine.write(now), now);
    const wake = this.machine.wakeAt();
    if (Number.isFinite(wake)) void this.ctx.storage.setAlarm(Math.max(wake, now + 1));
    for (const hub of this.waiting.keys()) this.ctx.waitUntil(this.tell(hub));
  }

  /** One call to a hub at a time: what comes meanwhile goes with the next. */
  private async tell(hub: number): Promise<void> {
    if (this.telling.has(hub)) return;
    this.telling.add(hub);
    try {
      for (let news = this.waiting.get(hub); news; news = this.waiting.get(hub)) {
        this.waiting.delete(hub);
        await this.env.HUB.getByName(`hub:${hub}`).tell(news);
      }
    } finally {
      this.telling.delete(hub);
    }
  }
}
