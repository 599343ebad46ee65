// SPDX-License-Identifier: Apache-2.0
import type { ChannelDO } from "./channel";
import type { HubDO, PollDO } from "./hub";

export interface Env {
  HUB: DurableObjectNamespace<HubDO>;
  POLL: DurableObjectNamespace<PollDO>;
  CHANNEL: DurableObjectNamespace<ChannelDO>;
  /** Seals tickets: at least 32 characters that nobody else knows. */
  TICKET_KEY?: string;
  /** See config.ts. */
  LONGWIRE?: string;
}

export const SOCKETS = 0;
export const POLLS = 1;

/** Hubs are numbered: even ones have sockets, odd ones polls and streams. */
export function hubNamed(env: Env, number: number): DurableObjectStub<HubDO> {
  return number % 2 === 0 ? env.HUB.getByName(String(number)) : env.POLL.getByName(String(number));
}

/** All of them. */
export function hubs(env: Env): DurableObjectStub<HubDO>[] {
  return [hubNamed(env, SOCKETS), hubNamed(env, POLLS)];
}
