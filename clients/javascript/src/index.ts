// SPDX-License-Identifier: Apache-2.0
export {Channel} from './channel.js';
export type {History, HistoryOptions, MessagesOptions, Published, PublishOptions, SubscribeOptions} from './channel.js';
export {Client} from './client.js';
export type {ClientEvents} from './client.js';
export {CloseCodes, ErrorCodes} from './codes.js';
export type {CloseName, ErrorName, RecoveredReason, ResetReason, UnsubscribedReason} from './codes.js';
export {LongwireError} from './errors.js';
export type {LocalName} from './errors.js';
export type {ChannelEvents, Subscribed, Unsubscribed} from './feed.js';
export type {Position, Start} from './frames.js';
export type {Memory} from './environment.js';
export type {Via} from './machine/routes.js';
export type {State} from './machine/phases.js';
export type {Reset} from './machine/subscriptions.js';
export type {ClientOptions} from './options.js';
export type {Message} from './payload.js';
export {eventStream} from './transports/stream.js';
export type {EventStreamReader} from './transports/stream.js';
