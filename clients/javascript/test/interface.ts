// SPDX-License-Identifier: Apache-2.0
// What a page may expect of `new WebSocket(url)` (WHATWG WebSockets), as checks that run anywhere, on whatever claims to be one.
// They talk to a server that says everything back; `close:CODE:REASON` makes it close.

export interface Subject {
  readonly WebSocket: typeof WebSocket;
  /** The address of the server. */
  readonly url: string;
  /** An address where there is nothing. */
  readonly nothing: string;
}

const same = (actual: unknown, expected: unknown, what: string): void => {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
  }
};

const thrown = (task: () => unknown): string => {
  try {
    task();
  } catch (error) {
    return (error as Error).name;
  }
  return 'nothing';
};

const next = <K extends keyof WebSocketEventMap>(socket: WebSocket, type: K): Promise<WebSocketEventMap[K]> =>
  new Promise((resolve) => socket.addEventListener(type, resolve, {once: true}));

const opened = async ({WebSocket, url}: Subject, protocols?: string | string[]): Promise<WebSocket> => {
  const socket = new WebSocket(url, protocols);
  await next(socket, 'open');
  return socket;
};

const bytesOf = async (data: Blob | ArrayBuffer): Promise<number[]> =>
  [...new Uint8Array(data instanceof Blob ? await data.arrayBuffer() : data)];

const ended = async (socket: WebSocket): Promise<void> => {
  const end = next(socket, 'close');
  socket.close();
  await end;
};

/** The checks by what they show. */
export const checks: Record<string, (subject: Subject) => Promise<void>> = {
  'the constants stand on the class and on its instances': async (subject) => {
    const {WebSocket} = subject;
    const socket = await opened(subject);
    for (const where of [WebSocket, socket]) {
      same([where.CONNECTING, where.OPEN, where.CLOSING, where.CLOSED], [0, 1, 2, 3], 'constants');
    }
    same(socket instanceof EventTarget, true, 'an event target');
    await ended(socket);
  },
  'a wrong URL is a SyntaxError': async ({WebSocket, url}) => {
    for (const wrong of ['ftp://127.0.0.1/', 'ws://', `${url}#fragment`, 'mailto:a@b.example']) {
      same(thrown(() => new WebSocket(wrong)), 'SyntaxError', wrong);
    }
  },
  'wrong subprotocols are a SyntaxError': async ({WebSocket, url}) => {
    for (const wrong of [['a', 'a'], '', 'a b', ['a,b'], 'ä']) {
      same(thrown(() => new WebSocket(url, wrong)), 'SyntaxError', String(wrong));
    }
  },
  'url is the whole address, and http means ws': async ({WebSocket, url}) => {
    const socket = new WebSocket(new URL(url.replace(/^ws/, 'http')));
    same(socket.url, new URL(url).href, 'url');
    await next(socket, 'open');
    await ended(socket);
  },
  'the states follow each other': async ({WebSocket, url}) => {
    const socket = new WebSocket(url);
    const states = [socket.readyState];
    same(thrown(() => socket.send('early')), 'InvalidStateError', 'send');
    await next(socket, 'open');
    states.push(socket.readyState);
    const end = next(socket, 'close');
    socket.close();
    states.push(socket.readyState);
    await end;
    states.push(socket.readyState);
    same(states, [0, 1, 2, 3], 'states');
  },
  'the server chooses a subprotocol': async (subject) => {
    const socket = await opened(subject, ['chat', 'other']);
    same([socket.protocol, socket.extensions], ['chat', ''], 'protocol');
    await ended(socket);
    const plain = await opened(subject);
    same(plain.protocol, '', 'no protocol');
    await ended(plain);
  },
  'text comes back as text': async (subject) => {
    const socket = await opened(subject);
    const texts = ['', 'hello', '🦆 ä\u0000', '\uFEFFmark', 'x'.repeat(70_000)];
    const came: string[] = [];
    const all = new Promise<void>((resolve) => {
      socket.onmessage = ({data}) => void (came.push(data), came.length === texts.length + 3 && resolve());
    });
    texts.forEach((text) => socket.send(text));
    socket.send('\uD800 alone');
    socket.send(null as never);
    socket.send(12 as never);
    await all;
    same(came, [...texts, '\uFFFD alone', 'null', '12'], 'texts');
    await ended(socket);
  },
  'bytes come back as a blob, or as an array buffer': async (subject) => {
    const socket = await opened(subject);
    same(socket.binaryType, 'blob', 'the standard');
    let message = next(socket, 'message');
    socket.send(new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4));
    let {data} = await message;
    same(data instanceof Blob, true, 'a blob');
    same(await bytesOf(data), [1, 2, 3], 'bytes');
    socket.binaryType = 'arraybuffer';
    message = next(socket, 'message');
    socket.send(new Uint8Array([4, 5]).buffer);
    ({data} = await message);
    same(data instanceof ArrayBuffer, true, 'an array buffer');
    same(await bytesOf(data), [4, 5], 'bytes');
    message = next(socket, 'message');
    socket.send(new DataView(new ArrayBuffer(2)));
    same(await bytesOf((await message).data), [0, 0], 'a view');
    await ended(socket);
  },
  'a blob keeps its place, and what is sent is as it was': async (subject) => {
    const socket = await opened(subject);
    socket.binaryType = 'arraybuffer';
    const came: unknown[] = [];
    const all = new Promise<void>((resolve) => {
      socket.onmessage = ({data}) => void (came.push(typeof data === 'string' ? data : bytesOf(data)), came.length === 5 && resolve());
    });
    const bytes = new Uint8Array([1]);
    socket.send('before');
    socket.send(new Blob([new Uint8Array([7, 8])]));
    socket.send(bytes);
    bytes[0] = 2;
    socket.send(new Blob([]));
    socket.send('after');
    await all;
    same(await Promise.all(came), ['before', [7, 8], [1], [], 'after'], 'order');
    await ended(socket);
  },
  'a close has its code, its reason, and is clean': async (subject) => {
    for (const [code, reason, expected] of [
      [undefined, undefined, [1005, '', true]],
      [1000, undefined, [1000, '', true]],
      [3000, 'grüß dich', [3000, 'grüß dich', true]],
      [4999, 'x'.repeat(123), [4999, 'x'.repeat(123), true]],
    ] as const) {
      const socket = await opened(subject);
      const end = next(socket, 'close');
      socket.close(code, reason);
      socket.close();
      const event = await end;
      same([event.code, event.reason, event.wasClean], expected, 'close');
    }
  },
  'wrong codes and reasons are refused, and change nothing': async (subject) => {
    const socket = await opened(subject);
    for (const code of [0, 999, 1001, 1005, 1006, 2999, 5000]) {
      same(thrown(() => socket.close(code)), 'InvalidAccessError', String(code));
    }
    same(thrown(() => socket.close(1000, 'ä'.repeat(62))), 'SyntaxError', 'a long reason');
    same(socket.readyState, 1, 'still open');
    await ended(socket);
  },
  'the server closes with what it likes': async (subject) => {
    for (const [ask, expected] of [
      ['close:1000:bye', [1000, 'bye', true]],
      ['close:4242:', [4242, '', true]],
      ['close', [1005, '', true]],
    ] as const) {
      const socket = await opened(subject);
      let errors = 0;
      socket.onerror = () => errors++;
      const end = next(socket, 'close');
      socket.send(ask);
      const event = await end;
      same([event.code, event.reason, event.wasClean], expected, ask);
      same([errors, socket.readyState], [0, 3], 'no error');
    }
  },
  'what is sent after a close is counted and goes nowhere': async (subject) => {
    const socket = await opened(subject);
    const end = next(socket, 'close');
    let messages = 0;
    socket.onmessage = () => messages++;
    socket.close();
    const before = socket.bufferedAmount;
    socket.send('late');
    socket.send(new Uint8Array(6));
    same(socket.bufferedAmount - before, 10, 'bufferedAmount');
    await end;
    same(messages, 0, 'messages');
  },
  'bufferedAmount counts bytes at once, and goes back to 0': async (subject) => {
    const socket = await opened(subject);
    same(socket.bufferedAmount, 0, 'at first');
    const message = next(socket, 'message');
    socket.send('ä'.repeat(500));
    same(socket.bufferedAmount, 1000, 'counted');
    await message;
    for (let tries = 0; socket.bufferedAmount > 0 && tries < 2_000; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    same(socket.bufferedAmount, 0, 'in the end');
    await ended(socket);
  },
  'listeners and handlers are called in the order in which they came': async (subject) => {
    const socket = await opened(subject);
    const calls: string[] = [];
    const message = new Promise<void>((resolve) => {
      socket.addEventListener('message', () => calls.push('first'));
      socket.onmessage = () => calls.push('never');
      socket.addEventListener('message', {handleEvent: () => calls.push('third')});
      socket.onmessage = function (event) {
        calls.push(`second ${this === socket} ${event.target === socket} ${event.type}`);
      };
      socket.addEventListener('message', () => resolve(), {once: true});
    });
    socket.send('x');
    await message;
    same(calls, ['first', 'second true true message', 'third'], 'calls');
    socket.onmessage = null;
    same(socket.onmessage, null, 'taken back');
    socket.onmessage = 'nonsense' as never;
    same(socket.onmessage, null, 'no function');
    const again = next(socket, 'message');
    socket.send('y');
    const event = await again;
    same([event.data, event.origin], ['y', new URL(subject.url).origin], 'event');
    same(calls.slice(3), ['first', 'third'], 'calls');
    await ended(socket);
  },
  'another binaryType than the two changes nothing': async (subject) => {
    const socket = await opened(subject);
    socket.binaryType = 'arraybuffer';
    socket.binaryType = 'nodebuffer' as never;
    same(socket.binaryType, 'arraybuffer', 'binaryType');
    await ended(socket);
  },
  'a close while it connects is an error and 1006': async ({WebSocket, url}) => {
    const socket = new WebSocket(url);
    const events: string[] = [];
    socket.onopen = () => events.push('open');
    socket.onerror = () => events.push('error');
    const end = next(socket, 'close');
    socket.close();
    same(socket.readyState, 2, 'closing');
    const event = await end;
    same([events, event.code, event.wasClean, socket.readyState], [['error'], 1006, false, 3], 'events');
  },
  'where nothing is, there is an error and 1006': async ({WebSocket, nothing}) => {
    const socket = new WebSocket(nothing);
    const events: string[] = [];
    socket.onerror = () => events.push('error');
    const event = await next(socket, 'close');
    same([events, event.code, event.wasClean, socket.readyState], [['error'], 1006, false, 3], 'events');
  },
};
