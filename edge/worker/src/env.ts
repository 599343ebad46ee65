// SPDX-License-Identifier: Apache-2.0
import type { ChannelDO } from "./channel";
import type { HubDO } from "./hub";

export interface Env {
  HUB: DurableObjectNamespace<HubDO>;
  CHANNEL: DurableObjectNamespace<ChannelDO>;
  /** Seals tickets: at least 16 bytes that nobody else knows. */
  TICKET_KEY: string;
  /** Pages that may use this server, apart from its own; separated by spaces. */
  ORIGINS?: string;
}
