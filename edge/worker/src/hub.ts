// SPDX-License-Identifier: Apache-2.0
import { DurableObject } from "cloudflare:workers";
import * as core from "core";
import * as config from "./config";
import { Courier } from "./courier";
import type { Env } from "./env";
import { secrets } from "./secrets";
import { Store } from "./store";
import { verify, type Verdict } from "./tokens";

const PING = '{"type":"ping"}';
const PONG = '{"type":"pong"}';
const CBOR = "longwire.v1.cbor";

const TEXT = 1;
const BINARY = 2;
const CLOSE = 3;
const VERIFY = 4;
const FINISH = 5;
const REJECT = 6;
const PIECE = 7;
const LIMIT = 8;

const NOTHING = new Int8Array();
const utf8 = new TextEncoder();
const text = new TextDecoder();

interface Attachment {
  carrier: number;
  address: string;
  openedAt: number;
  /** The newest ping that the runtime answered and the hub knows of. */
  pingedAt: number;
}

/** A request to /v1/poll that waits for its answer, or whose answer doesn't end. */
interface Waiting {
  answer: (response: Response) => void;
  pieces?: WritableStreamDefaultWriter<Uint8Array>;
}

/** A session as the registry shows it (docs/admin.md). */
export interface Row {
  client: string;
  user: string | null;
  agent: string | null;
  token: string | null;
  expires?: number;
  carrier: string;
  address: string;
  connected_at?: number;
  subscriptions: number;
  lag: number;
}

export interface Figures {
  sessions: number;
  sockets: number;
  requests: number;
}

interface Effect {
  kind: number;
  to: number[];
  bytes: Int8Array;
  text: string;
  number: number;
}

function signed(bytes: Uint8Array): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unsigned(bytes: Int8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

/** A hub: sessions, and what drains them. */
export class HubDO extends DurableObject<Env> {
  private readonly store: Store;
  private readonly machine: core.Hub;
  private readonly config: config.Config;
  private readonly courier: Courier;
  private readonly sockets = new Map<number, WebSocket>();
  private readonly waiting = new Map<number, Waiting>();
  private carriers: number;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    this.store = new Store(ctx.storage);
    this.config = config.read(env);
    const number = Number(this.store.fact("number", () => ctx.id.name ?? ""));
    const life = Number(this.store.fact("life", () => String(crypto.getRandomValues(new Uint32Array(1))[0])));
    const key = secrets(env.TICKET_KEY ?? "");
    const stored = this.store.read();
    this.machine = core.hub(number, life, this.config.open, this.config.settings, key);
    if (stored) this.machine.read(stored.state, stored.then);
    this.courier = new Courier(ctx, this.machine, String(number), (channel) => env.CHANNEL.getByName(channel));
    for (const socket of ctx.getWebSockets()) this.sockets.set(this.attachment(socket).carrier, socket);
    const known = this.known();
    this.carriers = Math.max(0, ...known, ...this.sockets.keys());
    if (stored) this.woken(known);
  }

  private known(): number[] {
    return Array.from({ length: this.machine.known() }, (_, i) => this.machine.knownAt(i));
  }

  /** After a reset, carriers of which the hub knows are gone, and nobody said so; what was asked is asked again. */
  private woken(known: number[]): void {
    const gone = known.filter((carrier) => !this.sockets.has(carrier));
    this.step((now) => gone.forEach((carrier) => this.machine.closed(carrier, now)));
  }

  override async fetch(request: Request): Promise<Response> {
    const token = request.headers.get("x-longwire-token") ?? "";
    return request.headers.get("upgrade") === null ? this.poll(request, token) : this.open(request, token);
  }

  private open(request: Request, token: string): Response {
    const protocol = request.headers.get("x-longwire-protocol");
    const pair = new WebSocketPair();
    const carrier = ++this.carriers;
    this.ctx.acceptWebSocket(pair[1]);
    pair[1].serializeAttachment({ carrier, address: request.headers.get("x-longwire-address") ?? "", openedAt: Date.now(), pingedAt: 0 } satisfies Attachment);
    this.sockets.set(carrier, pair[1]);
    this.log("opened", { carrier, protocol });
    this.step((now) => this.machine.opened(carrier, protocol === CBOR, token, now));
    const headers = protocol ? { "sec-websocket-protocol": protocol } : undefined;
    return new Response(null, { status: 101, webSocket: pair[0], ...(headers && { headers }) });
  }

  private async poll(request: Request, token: string): Promise<Response> {
    const body = signed(new Uint8Array(await request.arrayBuffer()));
    const carrier = ++this.carriers;
    return new Promise((answer) => {
      this.waiting.set(carrier, { answer });
      request.signal.addEventListener("abort", () => this.left(carrier));
      this.step((now) => this.machine.polled(carrier, request.headers.get("x-longwire-format") === "cbor", body, token, now));
    });
  }

  /** Whoever waited has gone. */
  private left(carrier: number): void {
    if (this.waiting.delete(carrier)) this.step((now) => this.machine.closed(carrier, now));
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    const { carrier } = this.attachment(socket);
    const binary = typeof message !== "string";
    const bytes = signed(binary ? new Uint8Array(message) : utf8.encode(message));
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
  letters(channel: string, batch: Int8Array): void {
    this.step((now) => this.machine.letters(channel, batch, now));
  }

  /** Sessions, by public id. */
  list(query: string, most: number): Row[] {
    return Array.from({ length: this.machine.list(query, most) }, (_, i) => {
      const session = this.machine.listed(i);
      const socket = this.sockets.get(session.number());
      const attachment = socket ? this.attachment(socket) : null;
      const expires = session.expires();
      return {
        client: session.client(), user: session.user(), agent: session.agent(), token: session.token(), ...(expires > 0 && { expires }), carrier: session.carrier(),
        address: attachment?.address ?? "", ...(attachment && { connected_at: attachment.openedAt }), subscriptions: session.subscriptions(), lag: session.lag(),
      };
    });
  }

  kick(query: string): number {
    let ended = 0;
    this.step((now) => (ended = this.machine.kick(query, now)));
    return ended;
  }

  revoke(query: string): number {
    let ended = 0;
    this.step((now) => (ended = this.machine.revoke(query, now)));
    return ended;
  }

  figures(): Figures {
    return { sessions: this.machine.sessions(), sockets: this.sockets.size, requests: this.waiting.size };
  }

  override alarm(): void {
    this.store.woken();
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

  /**
   * Lets one thing happen, stores what the hub is then, and only then does what it comes to: the runtime holds back what leaves an
   * object until everything that was written before is durable.
   */
  private step(input: (now: number) => void): void {
    const now = Date.now();
    let effects: Effect[] = [];
    try {
      input(now);
      effects = this.effects(now);
      this.store.write(this.machine.write(now), now);
    } catch (failure) {
      // What is in memory is not what is stored: only the latter counts.
      this.ctx.abort(String(failure));
      throw failure;
    }
    for (const effect of effects) this.carryOut(effect);
    this.store.wakeAt(this.machine.wakeAt(), now);
    this.courier.go();
  }

  private effects(now: number): Effect[] {
    const effects: Effect[] = [];
    const machine = this.machine;
    for (let kind = machine.next(); kind !== 0; kind = machine.next()) {
      const to = Array.from({ length: machine.carriers() }, (_, i) => machine.carrier(i));
      const effect = { kind, to, bytes: machine.bytes(), text: machine.text(), number: machine.number() };
      if (kind === VERIFY) this.verify(effect, now);
      else effects.push(effect);
    }
    return effects;
  }

  private verify(job: Effect, now: number): void {
    const verdict = verify(this.config, job.text);
    if (!(verdict instanceof Promise)) return this.vouch(job, verdict, now);
    // The job is stored with this step: whoever comes after a death asks again.
    const failed = (failure: unknown): Verdict => {
      this.log("failed", { failure: String(failure) });
      return { genuine: null, failed: true };
    };
    this.ctx.waitUntil(verdict.catch(failed).then((found) => this.step((then) => this.vouch(job, found, then))));
  }

  private vouch(job: Effect, { genuine, failed }: Verdict, now: number): void {
    const rules = genuine ? [genuine.issuer.issuer, ...genuine.issuer.audiences].join("\n") : "";
    this.machine.vouched(job.number, genuine ? signed(genuine.claims) : NOTHING, rules, failed, now);
  }

  private carryOut(effect: Effect): void {
    const { kind, to, bytes } = effect;
    if (kind === TEXT || kind === BINARY) {
      const message = kind === TEXT ? text.decode(bytes) : unsigned(bytes);
      for (const carrier of to) this.sockets.get(carrier)?.send(message);
    } else if (kind === CLOSE) {
      for (const carrier of to) this.close(carrier, effect.number, effect.text);
    } else if (kind === PIECE) {
      for (const carrier of to) this.piece(carrier, unsigned(bytes));
    } else if (kind === LIMIT) {
      this.log("limit", { limit: effect.text });
    } else if (kind === FINISH) {
      const headers = { "content-type": `application/${effect.text}`, "cache-control": "no-store" };
      for (const carrier of to) this.answer(carrier, new Response(unsigned(bytes), { headers }));
    } else if (kind === REJECT) {
      const headers = { "content-type": "application/problem+json", "cache-control": "no-store" };
      const response = new Response(core.problem(effect.text, "", 0), { status: core.status(effect.text), headers });
      for (const carrier of to) this.answer(carrier, response);
    }
  }

  private answer(carrier: number, response: Response): void {
    this.waiting.get(carrier)?.answer(response);
    this.waiting.delete(carrier);
  }

  private piece(carrier: number, bytes: Uint8Array): void {
    const waiting = this.waiting.get(carrier);
    if (!waiting) return;
    if (!waiting.pieces) {
      const stream = new TransformStream<Uint8Array, Uint8Array>();
      waiting.pieces = stream.writable.getWriter();
      waiting.answer(new Response(stream.readable, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } }));
    }
    const taken = waiting.pieces.write(bytes);
    this.ctx.waitUntil(taken.then(() => this.machine.alive(carrier, Date.now()), () => this.left(carrier)));
  }

  private close(carrier: number, code: number, reason: string): void {
    const waiting = this.waiting.get(carrier);
    if (waiting) {
      this.waiting.delete(carrier);
      if (waiting.pieces) this.ctx.waitUntil(waiting.pieces.close().catch(() => {}));
      else waiting.answer(new Response(null, { headers: { "content-type": "text/event-stream" } }));
    }
    const socket = this.sockets.get(carrier);
    if (!socket) return;
    this.sockets.delete(carrier);
    this.log("closed", { carrier, code, reason, ms: Date.now() - this.attachment(socket).openedAt });
    socket.close(code, reason);
  }

  private log(event: string, facts: object): void {
    console.log(JSON.stringify({ event, ...facts }));
  }
}

/** A hub for polls and event streams, apart so that what is held doesn't keep sockets' hubs awake. */
export class PollDO extends HubDO {}
