// SPDX-License-Identifier: Apache-2.0
// A real server, and a wire to it that a test can cut.
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

export class LongwireServer {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(...more: string[]): Promise<LongwireServer> {
    const process = spawn(`${root}longwire`, ['serve', '--port', '0', ...more], {stdio: ['ignore', 'pipe', 'inherit']});
    const lines = createInterface(process.stdout!);
    for await (const line of lines) {
      const url = /is ready: (http:\S+)/.exec(line)?.[1];
      if (url) {
        process.stdout!.resume();
        return new LongwireServer(url, process);
      }
    }
    throw new Error('the server did not start');
  }

  /** Runs a command of the command line against it, and resolves with what it printed. */
  async run(command: readonly string[], input = ''): Promise<string> {
    const child = this.spawn(command);
    let out = '';
    child.stdout!.on('data', (data) => (out += String(data)));
    child.stdin!.end(input);
    const [code] = await once(child, 'close');
    if (code !== 0) {
      throw new Error(`longwire ${command.join(' ')} ended with ${code}`);
    }
    return out;
  }

  /** The same, while it runs. */
  spawn(command: readonly string[]): ChildProcess {
    const [name = '', ...rest] = command;
    return spawn(`${root}longwire`, [name, '--url', this.url, ...rest], {stdio: ['pipe', 'pipe', 'inherit']});
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = once(this.process, 'exit');
      this.process.kill(signal);
      await gone;
    }
  }
}

/** What the wire does: `block` refuses upgrades, `block-streams` these and event streams, `die-young` ends WebSockets soon. */
export type Treatment = 'pass' | 'block' | 'block-streams' | 'die-young';

/** A TCP relay in front of a server. */
export class Wire {
  treatment: Treatment = 'pass';
  cuts = 0;
  upgrades = 0;
  requests = 0;
  private static readonly all = new Set<Wire>();
  private held = false;
  private readonly pairs = new Set<[Socket, Socket]>();

  private constructor(
    private readonly server: Server,
    private port: number,
  ) {
    server.on('connection', (near) => this.join(near));
    Wire.all.add(this);
  }

  /** Those too that a test which failed has left behind, and which would keep its process alive. */
  static stopAll(): void {
    Wire.all.forEach((each) => each.stop());
  }

  static async to(port: number): Promise<Wire> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Wire(server, port);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get open(): number {
    return this.pairs.size;
  }

  /** From now on another server is at the other end. */
  leadTo(port: number): void {
    this.port = port;
    this.cut();
  }

  /** Ends every connection, and takes no other until `release`. */
  hold(): void {
    this.held = true;
    this.cut();
  }

  release(): void {
    this.held = false;
  }

  /** Ends every connection at once, in the middle of whatever is going on. */
  cut(): void {
    for (const pair of this.pairs) {
      this.cuts++;
      pair.forEach((socket) => socket.resetAndDestroy());
    }
  }

  stop(): void {
    Wire.all.delete(this);
    this.cut();
    this.server.close();
  }

  private join(near: Socket): void {
    if (this.held) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(this.port, '127.0.0.1');
    const pair: [Socket, Socket] = [near, far];
    const end = (): void => {
      this.pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    this.pairs.add(pair);
    pair.forEach((socket) => socket.on('error', end).on('close', end));
    let upgrade = false;
    near.on('data', (data) => {
      const head = data.toString('latin1');
      if (/^upgrade: *websocket/im.test(head)) {
        upgrade = true;
        this.upgrades++;
        if (this.treatment.startsWith('block')) {
          near.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
          return;
        }
      } else if (head.startsWith('POST')) {
        this.requests++;
      }
      if (this.treatment === 'block-streams' && head.includes('"stream":true')) {
        end();
        return;
      }
      far.write(data);
    });
    far.on('data', (data) => {
      near.write(data);
      // The handshake passes and the first answer; nothing after it.
      if (upgrade && this.treatment === 'die-young' && data.includes('connected')) {
        near.end();
        far.destroy();
      }
    });
  }
}

/** Numbers that look random and are the same in every run. */
export const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};
