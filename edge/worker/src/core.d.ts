// SPDX-License-Identifier: Apache-2.0
// What the compiled core exports; see dev.longwire.edge.home.
declare module "core" {
  /** Letters between objects, and what both kinds of machines have. */
  export interface Post {
    addressees(): number;
    addressee(index: number): string;
    batch(to: string): Int8Array;
    batchEnd(): number;
    confirmed(to: string, end: number): void;
    letters(from: string, batch: Int8Array, now: number): void;
    tick(now: number): void;
    wakeAt(): number;
    write(now: number): Int8Array;
  }
  export interface Hub extends Post {
    read(state: Int8Array, then: number): void;
    opened(carrier: number, cbor: boolean, token: string, now: number): void;
    received(carrier: number, binary: boolean, message: Int8Array, now: number): void;
    polled(carrier: number, cbor: boolean, body: Int8Array, token: string, now: number): void;
    closed(carrier: number, now: number): void;
    alive(carrier: number, now: number): void;
    vouched(job: number, claims: Int8Array, rules: string, failed: boolean, now: number): void;
    next(): number;
    carriers(): number;
    carrier(index: number): number;
    bytes(): Int8Array;
    text(): string;
    number(): number;
    sessions(): number;
    known(): number;
    knownAt(index: number): number;
    list(query: string, most: number): number;
    listed(index: number): Session;
    kick(query: string, now: number): number;
    revoke(query: string, now: number): number;
  }
  /** A session as operators see it. */
  export interface Session {
    client(): string;
    user(): string | null;
    agent(): string | null;
    token(): string | null;
    expires(): number;
    carrier(): string;
    number(): number;
    subscriptions(): number;
    lag(): number;
  }
  export interface Channel extends Post {
    ask(question: Int8Array, now: number): Int8Array;
  }
  /** What a backend asked for: questions to channels, in their order. */
  export interface ApiCall {
    fault(): string;
    field(): string;
    one(): boolean;
    count(): number;
    channel(index: number): string;
    bytes(index: number): Int8Array;
  }
  export interface Secrets {
    seal(plain: string): string;
    random(bytes: number): string;
  }
  export function hub(number: number, life: number, open: boolean, settings: string, secrets: Secrets): Hub;
  export function channel(boot: string, seed: number, settings: string): Channel;
  export function channelFrom(boot: string, seed: number, settings: string, state: Int8Array, then: number): Channel;
  export function wrongSetting(settings: string): string;
  export function publish(body: Int8Array, settings: string): ApiCall;
  export function history(query: string): ApiCall;
  export function presence(query: string): ApiCall;
  export function problem(code: string, field: string, retryAfterMillis: number): string;
  export function status(code: string): number;
}
