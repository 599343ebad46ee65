// SPDX-License-Identifier: Apache-2.0
// The other side of the wire, told by a test what to say. It stands in for a server, never for the client.
import {once} from 'node:events';
import type {AddressInfo} from 'node:net';
import {WebSocket, WebSocketServer} from 'ws';

export type Frame = Record<string, any>;

const DEADLINE_MILLIS = 20_000;

/** Waits until a condition holds. */
export const until = async <T>(what: string, probe: () => T | undefined | false | null): Promise<T> => {
  const end = Date.now() + DEADLINE_MILLIS;
  for (;;) {
    const value = probe();
    if (value) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`did not happen: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** One connection, as the peer sees it. */
export class Link {
  readonly received: Frame[] = [];
  readonly texts: string[] = [];
  closeCode: number | undefined;
  private taken = 0;

  constructor(
    readonly socket: WebSocket,
    readonly path: string,
  ) {
    socket.on('message', (data) => {
      const text = String(data);
      this.texts.push(text);
      const value = JSON.parse(text);
      this.received.push(...(Array.isArray(value) ? value : [value]));
    });
    socket.on('close', (code) => (this.closeCode = code));
  }

  /** The next frame, which has to be of this type. */
  async expect(type: string): Promise<Frame> {
    const frame = await until(`a frame ${type}`, () => this.received[this.taken]);
    if (frame['type'] !== type) {
      throw new Error(`expected ${type}, got ${JSON.stringify(frame)}`);
    }
    this.taken++;
    return frame;
  }

  get untaken(): Frame[] {
    return this.received.slice(this.taken);
  }

  say(...frames: Frame[]): void {
    this.socket.send(JSON.stringify(frames.length === 1 ? frames[0] : frames));
  }

  /** Answers the connect that has to come next. */
  async connected(more: Frame = {}): Promise<Frame> {
    const connect = await this.expect('connect');
    const {turn} = connect['resume'];
    this.say({type: 'connected', id: connect['id'], session: 's-1', client: 'c-1', resumed: false, turn, user: null, ping: 25_000, window: 120_000, expires: null, dedupe: 300_000, ...more});
    return connect;
  }
}

export class Peer {
  readonly links: Link[] = [];
  private taken = 0;

  private constructor(private readonly server: WebSocketServer) {
    server.on('connection', (socket, request) => this.links.push(new Link(socket, request.url ?? '')));
  }

  static async start(): Promise<Peer> {
    const server = new WebSocketServer({port: 0, host: '127.0.0.1', handleProtocols: () => 'longwire.v1.json'});
    await once(server, 'listening');
    return new Peer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next connection. */
  async link(): Promise<Link> {
    const link = await until('a connection', () => this.links[this.taken]);
    this.taken++;
    return link;
  }

  stop(): void {
    this.links.forEach(({socket}) => socket.terminate());
    this.server.close();
  }
}
