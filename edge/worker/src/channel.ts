// SPDX-License-Identifier: Apache-2.0
import { DurableObject } from "cloudflare:workers";
import * as core from "core";
import * as config from "./config";
import { Courier } from "./courier";
import { hubNamed, type Env } from "./env";
import { random } from "./secrets";
import { Store } from "./store";

/** One channel: its log and the hubs that want to hear of it. */
export class ChannelDO extends DurableObject<Env> {
  private readonly store: Store;
  private readonly machine: core.Channel;
  private readonly courier: Courier;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.store = new Store(ctx.storage);
    const boot = this.store.fact("boot", () => random(6));
    const seed = Number(this.store.fact("seed", () => String(crypto.getRandomValues(new Uint32Array(1))[0])));
    const name = this.store.fact("name", () => ctx.id.name ?? "");
    const stored = this.store.read();
    const { settings } = config.read(env);
    this.machine = stored ? core.channelFrom(boot, seed, settings, stored.state, stored.then) : core.channel(boot, seed, settings);
    this.courier = new Courier(ctx, this.machine, name, (hub) => hubNamed(env, Number(hub)));
    if (stored) this.courier.go();
  }

  /** A hub's questions, in order. They are stored with what they change before the hub hears that they came. */
  letters(hub: string, batch: Int8Array): void {
    this.step((now) => this.machine.letters(hub, batch, now));
  }

  /** A backend's question; the answer leaves when what it says is durable. */
  ask(question: Int8Array): Int8Array {
    let answer: Int8Array = new Int8Array();
    this.step((now) => (answer = this.machine.ask(question, now)));
    return answer;
  }

  override alarm(): void {
    this.store.woken();
    this.step((now) => this.machine.tick(now));
  }

  private step(input: (now: number) => void): void {
    const now = Date.now();
    try {
      input(now);
      this.store.write(this.machine.write(now), now);
    } catch (failure) {
      // What is in memory is not what is stored: only the latter counts.
      this.ctx.abort(String(failure));
      throw failure;
    }
    this.store.wakeAt(this.machine.wakeAt(), now);
    this.courier.go();
  }
}
