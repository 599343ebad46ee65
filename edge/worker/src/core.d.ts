// SPDX-License-Identifier: Apache-2.0
// What the compiled core exports; see dev.longwire.edge.home.
declare module "core" {
  export interface Hub {
    opened(carrier: number, cbor: boolean, now: number): void;
    received(carrier: number, binary: boolean, message: Int8Array, now: number): void;
    closed(carrier: number, now: number): void;
    alive(carrier: number, now: number): void;
    heard(crossing: Int8Array, now: number): void;
    verified(carrier: number, session: string, ticketTurn: number, now: number): void;
    fresh(session: string, client: string): void;
    sealed(plain: string, ticket: string): void;
    tick(now: number): void;
    settle(now: number): void;
    wakeAt(): number;
    next(): number;
    carriers(): number;
    carrier(index: number): number;
    bytes(): Int8Array;
    text(): string;
    number(): number;
    plain(session: string, turn: number): string;
    turn(carrier: number, ticketTurn: number): number;
    sessions(): number;
    known(): number;
    knownAt(index: number): number;
    write(now: number): Int8Array;
  }
  export interface Channel {
    asked(hub: number, question: Int8Array, now: number): void;
    tick(now: number): void;
    wakeAt(): number;
    next(): boolean;
    hub(): number;
    bytes(): Int8Array;
    write(now: number): Int8Array;
  }
  export function hub(): Hub;
  export function hubFrom(state: Int8Array, then: number): Hub;
  export function channel(boot: string, seed: number): Channel;
  export function channelFrom(boot: string, seed: number, state: Int8Array, then: number): Channel;
  export function problem(code: string): string;
  export function status(code: string): number;
}
