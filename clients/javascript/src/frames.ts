// SPDX-License-Identifier: Apache-2.0
// The frames of the protocol, as far as this client speaks them. docs/protocol.md is their definition.
import type {RecoveredReason, ResetReason} from './codes.js';

/** A place in a channel: the message with this offset, in this life of the channel. */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** Where a subscription begins: after a position, with the newest messages, or (neither) with what comes next. */
export interface Start {
  readonly since?: Position;
  readonly last?: number;
}

/** What an application sent: JSON, or bytes. */
export interface Payload {
  readonly data?: unknown;
  readonly data64?: string;
}

/** What a message looks like on the wire, alone or in a page of history. */
export interface MessageBody extends Payload {
  readonly offset: number;
  readonly time: number;
  readonly from: string | null;
  readonly client: string | null;
  readonly headers?: Record<string, string>;
}

interface Of<T extends string> {
  readonly type: T;
  readonly id?: number;
}

export interface ConnectedFrame extends Of<'connected'> {
  readonly session: string;
  readonly client: string;
  readonly resumed: boolean;
  readonly turn: number;
  readonly user: string | null;
  readonly ping: number;
  readonly window: number;
  readonly expires: number | null;
  readonly dedupe: number;
}

export interface SubscribedFrame extends Of<'subscribed'>, Position {
  readonly channel: string;
  readonly recovered: boolean;
  readonly replay?: number;
  readonly reason?: RecoveredReason;
}

export interface UnsubscribedFrame extends Of<'unsubscribed'> {
  readonly channel: string;
  readonly reason?: string;
}

export interface MessageFrame extends Of<'message'>, MessageBody {
  readonly channel: string;
}

export interface ResetFrame extends Of<'reset'> {
  readonly channel: string;
  readonly epoch: string;
  readonly reason: ResetReason;
  readonly from?: number;
  readonly to?: number;
  readonly old?: string;
  readonly offset?: number;
}

export interface ErrorFrame extends Of<'error'> {
  readonly code: number;
  readonly name: string;
  readonly reason?: string;
  readonly field?: string;
  readonly retry_after?: number;
}

export interface DisconnectFrame extends Of<'disconnect'> {
  readonly code: number;
  readonly reason: string;
  readonly reconnect?: boolean;
  readonly retry_after?: number;
}

/** Answers that the machine hands to whoever asked, unread. */
export type ReplyFrame = Of<'published' | 'history' | 'subscriptions' | 'refresh' | 'result' | 'presence' | 'pong'>;

export type ServerFrame =
  | ConnectedFrame
  | SubscribedFrame
  | UnsubscribedFrame
  | MessageFrame
  | ResetFrame
  | ErrorFrame
  | DisconnectFrame
  | ReplyFrame;
