// SPDX-License-Identifier: Apache-2.0
// Servers of somebody else, as their authors' manuals show them; none of them knows of a bridge.
import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
// @ts-expect-error it has no types
import FayeWebSocket from 'faye-websocket';
import {Server as SocketIo} from 'socket.io';
import {type WebSocket, WebSocketServer} from 'ws';

export interface Upstream {
  readonly url: string;
  /** What was asked for, and how it ended: `open /path chat`, `close 1000 bye`. */
  readonly seen: string[];
  stop(): void;
}

/** Says everything back; on `close:CODE:REASON` closes with that, on `drop` without a word, on `ping` pings. */
export const echo = async (): Promise<Upstream> => {
  const server = new WebSocketServer({port: 0, host: '127.0.0.1', maxPayload: 4 << 20, handleProtocols: (offers) => [...offers][0] ?? false});
  const seen: string[] = [];
  server.on('connection', (socket: WebSocket, request) => {
    seen.push(`open ${request.url} ${socket.protocol}`);
    socket.on('close', (code, reason) => seen.push(`close ${code} ${reason}`));
    socket.on('pong', () => seen.push('pong'));
    socket.on('message', (data, binary) => {
      const [word, code, reason] = binary ? [] : String(data).split(':');
      if (word === 'close') {
        socket.close(code ? Number(code) : undefined, reason);
      } else if (word === 'drop') {
        socket.terminate();
      } else if (word === 'ping') {
        socket.ping();
      } else if (word === 'large') {
        socket.send(Buffer.alloc(Number(code)));
      } else {
        socket.send(data, {binary});
      }
    });
  });
  await once(server, 'listening');
  return upstream(server.address() as AddressInfo, seen, () => [server.clients.forEach((each) => each.terminate()), server.close()]);
};

/** Lets nobody in: it is asked, and has not answered yet. What came and what went is in `seen`. */
export const reluctant = async (): Promise<Upstream> => {
  const server = createServer();
  const seen: string[] = [];
  server.on('upgrade', (request, socket) => {
    seen.push(`asked ${request.url}`);
    socket.on('error', () => undefined).on('end', () => socket.end()).on('close', () => seen.push('gone')).resume();
  });
  return listening(server, seen);
};

/** Says to everybody what anybody says. */
export const broadcast = async (): Promise<Upstream> => {
  const server = new WebSocketServer({port: 0, host: '127.0.0.1', maxPayload: 4 << 20});
  server.on('connection', (socket: WebSocket) => {
    socket.on('message', (data, binary) => {
      for (const each of server.clients) {
        each.send(data, {binary});
      }
    });
  });
  await once(server, 'listening');
  return upstream(server.address() as AddressInfo, [], () => [server.clients.forEach((each) => each.terminate()), server.close()]);
};

/** The same as `echo` with another library. */
export const faye = async (): Promise<Upstream> => {
  const server = createServer();
  const seen: string[] = [];
  server.on('upgrade', (request, socket, head) => {
    if (FayeWebSocket.isWebSocket(request)) {
      const peer = new FayeWebSocket(request, socket, head, ['chat'], {maxLength: 4 << 20});
      peer.on('message', (event: {data: string | Buffer}) => peer.send(event.data));
      peer.on('close', (event: {code: number; reason: string}) => seen.push(`close ${event.code} ${event.reason}`));
    }
  });
  return listening(server, seen);
};

/** Socket.IO without its own polling: says events back with what they carried, and acknowledges them. */
export const socketIo = async (): Promise<Upstream> => {
  const server = createServer();
  const io = new SocketIo(server, {transports: ['websocket'], maxHttpBufferSize: 2e6});
  io.on('connection', (socket) => {
    socket.on('say', (number: number, bytes: Buffer, done: (number: number) => void) => {
      io.emit('said', number, bytes);
      done(number);
    });
  });
  return listening(server, [], () => void io.close());
};

const listening = async (server: Server, seen: string[], stop?: () => void): Promise<Upstream> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return upstream(server.address() as AddressInfo, seen, stop ?? (() => [server.close(), server.closeAllConnections()]));
};

const upstream = ({port}: AddressInfo, seen: string[], stop: () => unknown): Upstream => ({
  url: `ws://127.0.0.1:${port}`,
  seen,
  stop: () => void stop(),
});
