// SPDX-License-Identifier: Apache-2.0
import { DurableObject } from "cloudflare:workers";
import * as core from "core";
import { Store } from "./store";
import { random, Tickets } from "./tickets";
import type { Env } from "./env";

const PING = '{"type":"ping"}';
const PONG = '{"type":"pong"}';
const CBOR = "longwire.v1.cbor";

const TEXT = 1;
const BINARY = 2;
const CLOSE = 3;
const VERIFY = 4;
const ASK = 5;

const utf8 = new TextEncoder();
const text = new TextDecoder();

interface Attachment {
  carrier: number;
  openedAt: number;
  /** The newest ping that the runtime answered and the hub knows of. */
  pingedAt: number;
}

/** Sockets and the sessions on them. */
export class HubDO extends DurableObject<Env> {
  private readonly store: Store;
  private readonly machine: core.Hub;
  private readonly sockets = new Map<number, WebSocket>();
  private readonly questions = new Map<string, Int8Array[]>();
  private readonly asking = new Set<string>();
  private tickets: Promise<Tickets> | undefined;
  private carriers: number;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    this.store = new Store(ctx.storage);
    this.carriers = Number(this.store.fact("carriers", () => "0"));
    const stored = this.store.read();
    this.machine = stored ? core.hubFrom(stored.state, stored.then) : core.hub();
    for (const socket of ctx.getWebSockets()) this.sockets.set(this.attachment(socket).carrier, socket);
    this.lost();
  }

  /** After a reset, sockets of which the hub knows are gone, and nobody said so. */
  private lost(): void {
    const known = Array.from({ length: this.machine.known() }, (_, i) => this.machine.knownAt(i));
    const gone = known.filter((carrier) => !this.sockets.has(carrier));
    if (gone.length > 0) this.step((now) => gone.forEach((carrier) => this.machine.closed(carrier, now)));
  }

  override async fetch(request: Request): Promise<Response> {
    const protocol = request.headers.get("x-longwire-protocol");
    const pair = new WebSocketPair();
    const carrier = ++this.carriers;
    this.store.set("carriers", String(carrier));
    this.ctx.acceptWebSocket(pair[1]);
    pair[1].serializeAttachment({ carrier, openedAt: Date.now(), pingedAt: 0 } satisfies Attachment);
    this.sockets.set(carrier, pair[1]);
    this.log("opened", { carrier, protocol });
    this.step((now) => this.machine.opened(carrier, protocol === CBOR, now));
    const headers = protocol ? { "sec-websocket-protocol": protocol } : undefined;
    return new Response(null, { status: 101, webSocket: pair[0], ...(headers && { headers }) });
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    const { carrier } = this.attachment(socket);
    const binary = typeof message !== "string";
    const octets = binary ? new Uint8Array(message) : utf8.encode(message);
    const bytes = new Int8Array(octets.buffer, octets.byteOffset, octets.byteLength);
    this.step((now) => this.machine.received(carrier, binary, bytes, now));
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.gone(socket, code, "client");
    // A close that nobody answers keeps the client waiting; these three can't be said.
    if (code === 1005 || code === 1006 || code === 1015) socket.close();
    else socket.close(code);
  }

  override webSocketError(socket: WebSocket): void {
    this.gone(socket, 1006, "lost");
  }

  /** A channel's answers and news, in order. */
  tell(news: Int8Array[]): void {
    this.step((now) => {
      for (const each of news) this.machine.heard(each, now);
    });
  }

  override async alarm(): Promise<void> {
    this.step((now) => {
      for (const [carrier, socket] of this.sockets) {
        const pinged = this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0;
        const attachment = this.attachment(socket);
        if (pinged <= attachment.pingedAt) continue;
        socket.serializeAttachment({ ...attachment, pingedAt: pinged } satisfies Attachment);
        this.machine.alive(carrier, now);
      }
      this.machine.tick(now);
    });
  }

  private attachment(socket: WebSocket): Attachment {
    return socket.deserializeAttachment() as Attachment;
  }

  private gone(socket: WebSocket, code: number, reason: string): void {
    const { carrier, openedAt } = this.attachment(socket);
    if (!this.sockets.delete(carrier)) return;
    this.log("closed", { carrier, code, reason, ms: Date.now() - openedAt });
    this.step((now) => this.machine.closed(carrier, now));
  }

  /** Lets one thing happen, does what it comes to, and stores the hub before anything of it leaves this object. */
  private step(input: (now: number) => void): void {
    const now = Date.now();
    input(now);
    this.machine.settle(now);
    for (let kind = this.machine.next(); kind !== 0; kind = this.machine.next()) this.effect(kind);
    this.store.write(this.machine.write(now), now);
    const wake = this.machine.wakeAt();
    if (Number.isFinite(wake)) void this.ctx.storage.setAlarm(Math.max(wake, now + 1));
    for (const channel of this.questions.keys()) this.background(this.ask(channel));
  }

  private effect(kind: number): void {
    const machine = this.machine;
    if (kind === TEXT || kind === BINARY) {
      const bytes = machine.bytes();
      const message = kind === TEXT ? text.decode(bytes) : bytes;
      for (let i = 0; i < machine.carriers(); i++) this.sockets.get(machine.carrier(i))?.send(message);
    } else if (kind === CLOSE) {
      this.close(machine.carrier(0), machine.number(), machine.text());
    } else if (kind === VERIFY) {
      this.background(this.verify(machine.carrier(0), machine.text()));
    } else if (kind === ASK) {
      const list = this.questions.get(machine.text()) ?? [];
      list.push(machine.bytes());
      this.questions.set(machine.text(), list);
    }
  }

  private close(carrier: number, code: number, reason: string): void {
    const socket = this.sockets.get(carrier);
    if (!socket) return;
    this.sockets.delete(carrier);
    this.log("closed", { carrier, code, reason, ms: Date.now() - this.attachment(socket).openedAt });
    socket.close(code, reason);
  }

  private async verify(carrier: number, ticket: string): Promise<void> {
    const tickets = await (this.tickets ??= Tickets.with(this.env.TICKET_KEY));
    const opened = ticket === "" ? null : await tickets.open(ticket);
    const session = opened?.session ?? "";
    const fresh = random(16);
    const turn = this.machine.turn(carrier, opened?.turn ?? 0);
    const plains = [session, fresh].filter((id) => id !== "").flatMap((id) => [this.machine.plain(id, turn), this.machine.plain(id, 1)]);
    const seals = await Promise.all(plains.map((plain) => tickets.seal(plain)));
    this.step((now) => {
      plains.forEach((plain, i) => this.machine.sealed(plain, seals[i]!));
      this.machine.fresh(fresh, `c-${random(9)}`);
      this.machine.verified(carrier, session, opened?.turn ?? 0, now);
    });
  }

  /** One call to a channel at a time: what comes meanwhile goes with the next. */
  private async ask(channel: string): Promise<void> {
    if (this.asking.has(channel)) return;
    this.asking.add(channel);
    try {
      for (let list = this.questions.get(channel); list; list = this.questions.get(channel)) {
        this.questions.delete(channel);
        await this.env.CHANNEL.getByName(channel).ask(0, list);
      }
    } finally {
      this.asking.delete(channel);
    }
  }

  /** What fails here is said, and by nobody else. */
  private background(work: Promise<void>): void {
    this.ctx.waitUntil(work.catch((failure: unknown) => this.log("failed", { failure: String((failure as Error)?.stack ?? failure) })));
  }

  private log(event: string, facts: object): void {
    console.log(JSON.stringify({ event, ...facts }));
  }
}
