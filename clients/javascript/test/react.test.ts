// SPDX-License-Identifier: Apache-2.0
// The hooks with the real React, in a document, in strict mode, against the real server.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {after, afterEach, before, describe, test} from 'node:test';
import {transform} from 'esbuild';
import {JSDOM} from 'jsdom';
import {WebSocket} from 'ws';
import type {ReactElement} from 'react';
import {Client} from '../src/index.js';
import {until} from './peer.js';
import {LongwireServer} from './server.js';

const {window} = new JSDOM('<!doctype html><main></main>');
for (const [name, value] of Object.entries({window, document: window.document, navigator: window.navigator})) {
  Object.defineProperty(globalThis, name, {value, configurable: true});
}
// Only now: React looks at once whether there is a document.
const {createElement, StrictMode} = await import('react');
const {createRoot} = await import('react-dom/client');
// React has seen it; the client would take it for a page of its own, whose events and signals are not those of Node.
Reflect.deleteProperty(globalThis, 'document');
const hooks = await import('../src/react/index.js');
const {LongwireProvider, useConnection, useMessages, usePresence} = hooks;

describe('hooks', () => {
  let server: LongwireServer;
  const ends: (() => void)[] = [];

  const make = (): Client => {
    const client = new Client(server.url, {webSocket: WebSocket});
    ends.push(() => client.close());
    return client;
  };
  const show = (client: Client, ...children: ReactElement[]): {draw: (...now: ReactElement[]) => void; text: () => string} => {
    const place = window.document.createElement('div');
    const root = createRoot(place);
    ends.unshift(() => root.unmount());
    const draw = (...now: ReactElement[]): void =>
      root.render(createElement(StrictMode, null, createElement(LongwireProvider, {client}, ...now)));
    draw(...children);
    return {draw, text: () => place.textContent ?? ''};
  };
  const channelsOf = async (client: Client): Promise<string[]> => (await client.subscriptions()).map(({channel}) => channel).sort();

  const Chat = ({channel}: {channel: string}): ReactElement => {
    const {messages, subscribed} = useMessages<string>(channel, {last: 10, keep: 3});
    return createElement('p', null, `${channel} ${subscribed} ${messages.map(({data}) => data).join(',')};`);
  };
  const Way = (): ReactElement => {
    const {state, transport} = useConnection();
    return createElement('p', null, `${state} ${transport};`);
  };
  const Room = ({me}: {me?: string}): ReactElement => {
    const {members, count} = usePresence<string>('room', me === undefined ? {} : {enter: me});
    return createElement('p', null, `${count} ${members.map(({data}) => data).join(',')};`);
  };

  before(async () => {
    server = await LongwireServer.start();
  });
  afterEach(() => ends.splice(0).forEach((end) => end()));
  after(() => server.stop());

  test('messages are shown once and in order, the newest of them, and the next channel begins empty', async () => {
    const client = make();
    const page = show(client, createElement(Way), createElement(Chat, {channel: 'one'}));
    await until('idle is shown', () => page.text().includes('idle null;'));
    await client.connect();
    await until('subscribed', () => page.text().includes('connected websocket;one true ;'));
    for (const word of ['a', 'b', 'c', 'd']) {
      await client.channel<string>('one').publish(word);
    }
    await until('all shown', () => page.text().endsWith('one true b,c,d;'));
    page.draw(createElement(Chat, {channel: 'two'}));
    await until('the other', () => page.text() === 'two true ;');
    assert.deepEqual(await channelsOf(client), ['two']);
  });

  test('two components share a subscription, the last to go ends it, and strict mode subscribes once', async () => {
    const client = make();
    await client.connect();
    let answers = 0;
    client.channel('both').on('subscribed', () => answers++);
    let ended = 0;
    client.channel('both').on('unsubscribed', () => ended++);
    const page = show(client, createElement(Chat, {channel: 'both', key: 1}), createElement(Chat, {channel: 'both', key: 2}));
    await until('both', () => page.text() === 'both true ;both true ;');
    assert.equal(answers, 1);
    page.draw(createElement(Chat, {channel: 'both', key: 2}));
    await until('one', () => page.text() === 'both true ;');
    assert.deepEqual(await channelsOf(client), ['both']);
    assert.equal(ended, 0);
    page.draw();
    await until('none', () => ended === 1);
    assert.deepEqual(await channelsOf(client), []);
  });

  test('what the application had subscribed to stays', async () => {
    const client = make();
    await client.connect();
    await client.channel('mine').subscribe();
    const page = show(client, createElement(Chat, {channel: 'mine'}));
    await until('shown', () => page.text() === 'mine true ;');
    page.draw();
    await until('gone', () => page.text() === '');
    assert.deepEqual(await channelsOf(client), ['mine']);
  });

  test('who is there is shown, says something else, and leaves with the component', async () => {
    const [ann, bob] = [make(), make()];
    await Promise.all([ann.connect(), bob.connect()]);
    const looks = show(bob, createElement(Room));
    const sits = show(ann, createElement(Room, {me: 'ann'}));
    await until('seen', () => looks.text() === '1 ann;' && sits.text() === '1 ann;');
    sits.draw(createElement(Room, {me: 'anne'}));
    await until('changed', () => looks.text() === '1 anne;');
    sits.draw();
    await until('left', () => looks.text() === '0 ;');
  });

  test('the program of the README shows who is there and what is said', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const jsx = /```jsx\n([^]*?)```/.exec(readme)![1]!;
    assert.ok(jsx.includes("'http://localhost:8000'"));
    // The address is the only thing that is not as it stands there: this server listens elsewhere.
    const {code} = await transform(jsx.replace('http://localhost:8000', server.url), {loader: 'tsx', format: 'cjs', jsx: 'automatic'});
    class Connected extends Client {
      constructor(url: string) {
        super(url, {webSocket: WebSocket});
        ends.push(() => this.close());
      }
    }
    const load = createRequire(import.meta.url);
    const modules: Record<string, unknown> = {'@longwire/client': {Client: Connected}, '@longwire/client/react': hooks};
    const place = window.document.querySelector('main')!;
    new Function('require', 'document', code)((name: string) => modules[name] ?? load(name), window.document);
    await until('one is here', () => place.textContent === '1 hereGreet');
    place.querySelector('button')!.click();
    await until('the greeting', () => place.querySelector('li')?.textContent === 'hello');
  });
});
