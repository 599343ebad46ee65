// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, test} from 'node:test';
import {WebSocket} from 'ws';
import {Client, type ClientOptions, LongwireError, type Message, type Reset} from '../src/index.js';
import {type Frame, Peer, until} from './peer.js';

const message = (offset: number, more: Frame = {}): Frame => ({type: 'message', channel: 'chat:1', offset, time: 1, from: 'ann', client: 'c-9', data: offset, ...more});

describe('a client against a scripted peer', () => {
  let peer: Peer;
  let client: Client;

  const make = (options: ClientOptions = {}): Client =>
    (client = new Client(peer.url, {webSocket: WebSocket, backoff: {minMillis: 5, maxMillis: 20}, ...options}));

  /** A client that is connected and subscribed to chat:1 at k3:40. */
  const subscribed = async (options?: ClientOptions) => {
    make(options);
    const seen: Message[] = [];
    const resets: Reset[] = [];
    const channel = client.channel('chat:1');
    channel.on('message', (each) => seen.push(each));
    channel.on('reset', (each) => resets.push(each));
    void client.connect();
    const link = await peer.link();
    await link.connected();
    void channel.subscribe();
    const {id} = await link.expect('subscribe');
    link.say({type: 'subscribed', id, channel: 'chat:1', epoch: 'k3', offset: 40, recovered: false, replay: 0});
    await until('subscribed', () => channel.position);
    return {link, channel, seen, resets};
  };

  beforeEach(async () => {
    peer = await Peer.start();
  });
  afterEach(() => {
    client.close();
    peer.stop();
  });

  test('connects with what docs/protocol.md asks for', async () => {
    make({token: 't', agent: 'test/1'});
    const states: string[] = [];
    client.on('state', ({state}) => states.push(state));
    const connecting = client.connect();
    const link = await peer.link();
    const connect = await link.connected({user: 'ann'});
    await connecting;
    assert.equal(link.path, '/v1/ws');
    assert.equal(link.socket.protocol, 'longwire.v1.json');
    assert.equal(connect['token'], 't');
    assert.equal(connect['agent'], 'test/1');
    assert.equal(connect['batch'], true);
    assert.match(connect['nonce'], /^[A-Za-z0-9+/]{22}==$/);
    assert.deepEqual(connect['resume'], {turn: 1, channels: {}});
    assert.deepEqual(states, ['connecting', 'connected']);
    assert.equal(client.id, 'c-1');
    assert.equal(client.user, 'ann');
  });

  test('asks a function for the token at every attempt', async () => {
    let asked = 0;
    make({token: async () => `t${++asked}`});
    void client.connect();
    const first = await peer.link();
    assert.equal((await first.connected())['token'], 't1');
    first.socket.terminate();
    assert.equal((await (await peer.link()).connected())['token'], 't2');
  });

  test('publishes with a key of its own and hands up the answer', async () => {
    const {link, channel} = await subscribed();
    const first = channel.publish({text: 'hello'}, {headers: {trace: 'x'}, slot: 's'});
    const second = channel.publish('again', {key: 'mine'});
    const a = await link.expect('publish');
    const b = await link.expect('publish');
    assert.equal(a['channel'], 'chat:1');
    assert.deepEqual(a['data'], {text: 'hello'});
    assert.deepEqual(a['headers'], {trace: 'x'});
    assert.equal(a['slot'], 's');
    assert.match(a['key'], /^[A-Za-z0-9+/]{22}==-1$/);
    assert.equal(b['key'], 'mine');
    link.say({type: 'published', id: b['id'], channel: 'chat:1', epoch: 'k3', offset: 46, stored: 'memory', dedupe: 300_000, duplicate: true});
    link.say({type: 'published', id: a['id'], channel: 'chat:1', epoch: 'k3', offset: 45, stored: 'memory', dedupe: 300_000});
    assert.deepEqual(await first, {epoch: 'k3', offset: 45, duplicate: false, stored: 'memory'});
    assert.deepEqual(await second, {epoch: 'k3', offset: 46, duplicate: true, stored: 'memory'});
  });

  test('rejects with the name and the number of an error', async () => {
    const {link, channel} = await subscribed({impatient: true});
    const publishing = channel.publish(1);
    const {id} = await link.expect('publish');
    link.say({type: 'error', id, code: 300, name: 'rate_limited', reason: 'Slowly.', retry_after: 250});
    await assert.rejects(publishing, (error: LongwireError) => {
      assert.ok(error instanceof LongwireError);
      assert.deepEqual([error.name, error.code, error.message, error.retryAfter], ['rate_limited', 300, 'Slowly.', 250]);
      return true;
    });
  });

  test('what is too much now goes out again, and what is answered is handed up', async () => {
    const {link, channel} = await subscribed();
    const first = channel.publish(1);
    const second = channel.publish(2);
    const a = await link.expect('publish');
    const b = await link.expect('publish');
    const limited = {type: 'error', code: 300, name: 'rate_limited', reason: 'Slowly.', retry_after: 20};
    link.say({...limited, id: a['id']});
    link.say({...limited, id: b['id']});
    for (const offset of [41, 42]) {
      const {id, data} = await link.expect('publish');
      assert.equal(data, offset - 40);
      link.say({type: 'published', id, channel: 'chat:1', epoch: 'k3', offset, stored: 'memory', dedupe: 300_000});
    }
    assert.deepEqual([(await first).offset, (await second).offset], [41, 42]);
  });

  test('bytes travel as base64, both ways', async () => {
    const {link, channel, seen} = await subscribed();
    void channel.publish(new Uint8Array([0, 255, 7])).catch(() => {});
    const frame = await link.expect('publish');
    assert.equal(frame['data64'], 'AP8H');
    assert.ok(!('data' in frame));
    link.say(message(41, {data: undefined, data64: 'AP8H'}));
    await until('the message', () => seen.length);
    assert.deepEqual(seen[0]?.data, new Uint8Array([0, 255, 7]));
  });

  test('hands each offset up once and in order, drops what it has', async () => {
    const {link, seen} = await subscribed();
    link.say(message(41), message(42), message(41), message(40));
    link.say(message(43, {headers: {a: 'b'}}));
    await until('43', () => seen.at(-1)?.offset === 43);
    assert.deepEqual(seen.map((each) => each.offset), [41, 42, 43]);
    assert.deepEqual(seen[2], {channel: 'chat:1', epoch: 'k3', offset: 43, time: 1, from: 'ann', client: 'c-9', headers: {a: 'b'}, data: 43});
  });

  test('a hole delivers nothing and asks again from where it stands', async () => {
    const {link, channel, seen} = await subscribed();
    link.say(message(41), message(43), message(44));
    const gone = await link.expect('unsubscribe');
    const again = await link.expect('subscribe');
    assert.deepEqual(again['since'], {epoch: 'k3', offset: 41});
    link.say(message(45));
    link.say({type: 'unsubscribed', id: gone['id'], channel: 'chat:1', reason: 'client'});
    link.say({type: 'subscribed', id: again['id'], channel: 'chat:1', epoch: 'k3', offset: 45, recovered: true, replay: 4});
    link.say(message(42), message(43), message(44), message(45));
    await until('45', () => seen.at(-1)?.offset === 45);
    assert.deepEqual(seen.map((each) => each.offset), [41, 42, 43, 44, 45]);
    assert.deepEqual(channel.position, {epoch: 'k3', offset: 45});
    assert.deepEqual(link.untaken, []);
  });

  test('a reset is shown and closes the hole', async () => {
    const {link, seen, resets} = await subscribed();
    link.say(message(41), {type: 'reset', channel: 'chat:1', epoch: 'k3', from: 42, to: 50, reason: 'too_slow'}, message(51));
    await until('51', () => seen.at(-1)?.offset === 51);
    assert.deepEqual(resets, [{channel: 'chat:1', reason: 'too_slow', from: 42, to: 50, old: {epoch: 'k3', offset: 41}, position: {epoch: 'k3', offset: 50}}]);
    link.say({type: 'reset', channel: 'chat:1', epoch: 'k4', old: 'k3', offset: 7, reason: 'epoch_changed'}, message(8));
    await until('8', () => seen.at(-1)?.offset === 8);
    assert.equal(seen.at(-1)?.epoch, 'k4');
    assert.deepEqual(resets[1]?.position, {epoch: 'k4', offset: 7});
  });

  test('comes back with the same session, a higher turn and its positions', async () => {
    const {link, seen} = await subscribed();
    const states: string[] = [];
    client.on('state', ({state}) => states.push(state));
    link.say(message(41));
    await until('41', () => seen.length);
    link.socket.terminate();
    const next = await peer.link();
    const connect = await next.connected({resumed: true});
    assert.deepEqual(connect['resume'], {session: 's-1', turn: 2, channels: {'chat:1': {epoch: 'k3', offset: 41}}});
    next.say({type: 'subscribed', channel: 'chat:1', epoch: 'k3', offset: 43, recovered: true, replay: 2}, message(42), message(43));
    await until('43', () => seen.at(-1)?.offset === 43);
    assert.deepEqual(states, ['reconnecting', 'connected']);
    assert.deepEqual(seen.map((each) => each.offset), [41, 42, 43]);
  });

  test('says which channel was not recovered, from where to where and why', async () => {
    const {link, seen, resets} = await subscribed();
    link.socket.terminate();
    const next = await peer.link();
    await next.connected();
    next.say({type: 'subscribed', channel: 'chat:1', epoch: 'k3', offset: 60, recovered: false, replay: 0, reason: 'too_old'}, message(61));
    await until('61', () => seen.at(-1)?.offset === 61);
    assert.deepEqual(resets, [{channel: 'chat:1', reason: 'too_old', from: 41, to: 60, old: {epoch: 'k3', offset: 40}, position: {epoch: 'k3', offset: 60}}]);
  });

  test('sends what was not answered again, in order and marked, before anything new', async () => {
    const {link, channel} = await subscribed();
    const all = [channel.publish('a'), channel.publish('b')];
    const a = await link.expect('publish');
    const b = await link.expect('publish');
    link.socket.terminate();
    await until('away', () => client.state === 'reconnecting');
    all.push(channel.publish('c'));
    const next = await peer.link();
    await next.connected({resumed: true});
    const again = [await next.expect('publish'), await next.expect('publish'), await next.expect('publish')];
    assert.deepEqual(again.slice(0, 2), [{...a, retry: true}, {...b, retry: true}]);
    assert.equal(again[2]!['data'], 'c');
    assert.ok(!('retry' in again[2]!));
    again.forEach(({id}, i) => next.say({type: 'published', id, channel: 'chat:1', epoch: 'k3', offset: 41 + i, stored: 'memory', dedupe: 1}));
    assert.deepEqual((await Promise.all(all)).map((each) => each.offset), [41, 42, 43]);
  });

  test('says outcome_unknown when an anonymous session was lost under a publish', async () => {
    const {link, channel} = await subscribed();
    const publishing = channel.publish('a');
    await link.expect('publish');
    link.say({type: 'disconnect', code: 4201, reason: 'expired', reconnect: true});
    const next = await peer.link();
    const connect = await next.connected();
    assert.ok(!('session' in connect['resume']));
    assert.equal(connect['resume'].turn, 2);
    await assert.rejects(publishing, {name: 'outcome_unknown', code: 401});
  });

  test('keeps retrying for a user, whose keys outlive the session', async () => {
    make();
    void client.connect();
    const link = await peer.link();
    await link.connected({user: 'ann'});
    const publishing = client.channel('x').publish(1);
    const {id} = await link.expect('publish');
    link.socket.close(4201);
    const next = await peer.link();
    await next.connected({user: 'ann'});
    const again = await next.expect('publish');
    assert.equal(again['id'], id);
    next.say({type: 'published', id, channel: 'x', epoch: 'e', offset: 1, stored: 'memory', dedupe: 1});
    assert.equal((await publishing).offset, 1);
  });

  test('stays away after a code that says so, and tells everybody', async () => {
    const {link, channel} = await subscribed();
    const publishing = channel.publish('a');
    await link.expect('publish');
    const reader = channel.messages();
    const closed = new Promise<LongwireError | undefined>((resolve) => client.on('state', ({state, error}) => state === 'closed' && resolve(error)));
    link.say({type: 'disconnect', code: 4403, reason: 'kicked', reconnect: false});
    assert.equal((await closed)?.code, 4403);
    await assert.rejects(publishing, {name: 'kicked', code: 4403});
    await assert.rejects(reader.next(), {name: 'kicked'});
    await assert.rejects(channel.publish('b'), {name: 'closed'});
  });

  test('a refused token closes; connecting rejects with what the server said', async () => {
    make({token: 'bad'});
    const connecting = client.connect();
    const link = await peer.link();
    const {id} = await link.expect('connect');
    link.say({type: 'error', id, code: 200, name: 'unauthorized', reason: 'No.'});
    await assert.rejects(connecting, {name: 'unauthorized', code: 200});
    assert.equal(client.state, 'closed');
  });

  test('waits as long as the server asks', async () => {
    const {link} = await subscribed();
    const errors: LongwireError[] = [];
    client.on('error', (error) => errors.push(error));
    link.say({type: 'disconnect', code: 4000, reason: 'shutdown', reconnect: true, retry_after: 60});
    const before = performance.now();
    const next = await peer.link();
    // A lower bound: an earlier attempt would be wrong however slow the machine is.
    assert.ok(performance.now() - before >= 55);
    assert.equal((await next.expect('connect'))['resume'].session, 's-1');
    assert.deepEqual([errors[0]?.name, errors[0]?.code, errors[0]?.retryAfter], ['shutdown', 4000, 60]);
  });

  test('sends exactly the ping of the protocol when it has nothing else to say', async () => {
    make();
    void client.connect();
    const link = await peer.link();
    await link.connected({ping: 40});
    await until('a ping', () => link.texts.find((text) => text === '{"type":"ping"}'));
  });

  test('goodbye ends the session', async () => {
    const {link, channel} = await subscribed();
    const reader = channel.messages();
    client.close();
    await link.expect('disconnect');
    assert.deepEqual(await reader.next(), {done: true, value: undefined});
    await until('the close', () => link.closeCode);
    assert.equal(link.closeCode, 1000);
  });

  test('channels called __proto__ and constructor are channels', async () => {
    make();
    void client.connect();
    const link = await peer.link();
    await link.connected();
    const seen: string[] = [];
    for (const name of ['__proto__', 'constructor']) {
      const channel = client.channel(name);
      channel.on('message', (each) => seen.push(each.channel + each.offset));
      void channel.subscribe();
      const {id} = await link.expect('subscribe');
      link.say({type: 'subscribed', id, channel: name, epoch: 'e', offset: 0, recovered: false}, {...message(1), channel: name});
    }
    await until('both', () => seen.length === 2);
    assert.deepEqual(seen, ['__proto__1', 'constructor1']);
    link.socket.terminate();
    const next = await peer.link();
    await next.expect('connect');
    assert.ok(next.texts[0]!.includes('"channels":{"__proto__":{"epoch":"e","offset":1},"constructor":{"epoch":"e","offset":1}}'));
  });

  test('an iterator reads, and says where to go on when it is too slow', async () => {
    const {link, channel, seen} = await subscribed();
    const reader = channel.messages({limit: 2});
    link.say(message(41));
    assert.equal((await reader.next()).value.offset, 41);
    link.say(message(42), message(43), message(44), message(45));
    await until('45', () => seen.at(-1)?.offset === 45);
    assert.equal((await reader.next()).value.offset, 42);
    assert.equal((await reader.next()).value.offset, 43);
    await assert.rejects(reader.next(), (error: LongwireError) => {
      assert.equal(error.name, 'overflow');
      assert.deepEqual(error.position, {epoch: 'k3', offset: 43});
      return true;
    });
    assert.equal((await reader.next()).done, true);
  });

  test('for await ends with the subscription', async () => {
    const {link, channel} = await subscribed();
    const offsets: number[] = [];
    const loop = (async () => {
      for await (const each of channel.messages()) {
        offsets.push(each.offset);
      }
    })();
    link.say(message(41), message(42));
    link.say({type: 'unsubscribed', channel: 'chat:1', reason: 'forbidden'});
    await loop;
    assert.deepEqual(offsets, [41, 42]);
    assert.equal(channel.position, null);
  });

  test('a refused subscribe rejects and is forgotten', async () => {
    make();
    void client.connect();
    const link = await peer.link();
    await link.connected();
    const asking = client.channel('secret').subscribe();
    const {id} = await link.expect('subscribe');
    link.say({type: 'error', id, code: 201, name: 'forbidden', reason: 'No.'});
    await assert.rejects(asking, {name: 'forbidden', code: 201});
    link.socket.terminate();
    const connect = await (await peer.link()).expect('connect');
    assert.deepEqual(connect['resume'].channels, {});
  });

  test('a subscribe that the server has no room for now is said again', async () => {
    make();
    void client.connect();
    const link = await peer.link();
    await link.connected();
    const asking = client.channel('a').subscribe({last: 5});
    const {id} = await link.expect('subscribe');
    link.say({type: 'error', id, code: 302, name: 'overloaded', reason: 'Later.', retry_after: 10});
    const again = await link.expect('subscribe');
    assert.equal(again['last'], 5);
    link.say({type: 'subscribed', id: again['id'], channel: 'a', epoch: 'e', offset: 9, recovered: false, replay: 5});
    assert.deepEqual((await asking).position, {epoch: 'e', offset: 4});
  });

  test('history, outcome and subscriptions hand up what the server says', async () => {
    const {link, channel} = await subscribed();
    const paging = channel.history({since: {epoch: 'k3', offset: 10}, limit: 2});
    const asked = await link.expect('history');
    assert.deepEqual([asked['since'], asked['limit']], [{epoch: 'k3', offset: 10}, 2]);
    link.say({type: 'history', id: asked['id'], channel: 'chat:1', epoch: 'k3', offset: 44, messages: [{offset: 11, time: 1, from: null, client: 'c', data64: 'AP8H'}], next: {epoch: 'k3', offset: 11}});
    const page = await paging;
    assert.deepEqual(page.next, {epoch: 'k3', offset: 11});
    assert.deepEqual(page.messages[0]?.data, new Uint8Array([0, 255, 7]));
    const outcome = channel.outcome('k');
    link.say({type: 'history', id: (await link.expect('history'))['id'], channel: 'chat:1', epoch: 'k3', offset: 44, outcome: 'none'});
    assert.equal(await outcome, null);
    const listing = client.subscriptions();
    link.say({type: 'subscriptions', id: (await link.expect('subscriptions'))['id'], channels: [{channel: 'chat:1', epoch: 'k3', offset: 40}]});
    assert.deepEqual(await listing, [{channel: 'chat:1', epoch: 'k3', offset: 40}]);
  });
});
