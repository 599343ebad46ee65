// SPDX-License-Identifier: Apache-2.0
// Two hundred users in one room, over every transport: cut, killed, gone, come back. Everybody ends up knowing the truth.
import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {WebSocket} from 'ws';
import {Client, eventStream, type Via} from '../src/index.js';
import {type Member, Presence} from '../src/presence/index.js';
import {until} from './peer.js';
import {LongwireServer, seeded, Wire} from './server.js';
import {BELIEVES, tokenOf} from './token.js';

const WAYS: readonly Via[] = ['websocket', 'poll', 'stream'];
const ROOM = 'room';
const PROCESSES = 6;
const IN_A_PROCESS = 10;
const HERE = 140;
const ROUNDS = 5;
const GRACE_MILLIS = 3_000;
/** Who took longer than this to come back may have been shown as gone: the server counts from an earlier moment. */
const IN_TIME_MILLIS = 2_000;

/** Somebody in this process, on a wire of their own. */
class Person {
  gone = false;
  /** Was away for so long that they may have been shown as gone. */
  late = false;
  cuts = 0;
  said = 0;
  private lostAt = 0;

  private constructor(
    readonly user: string,
    readonly wire: Wire,
    readonly client: Client,
    readonly presence: Presence<{n: number}>,
  ) {
    client.on('state', ({state}) => {
      if (state === 'connected') {
        this.late ||= this.lostAt > 0 && Date.now() - this.lostAt > IN_TIME_MILLIS;
        this.lostAt = 0;
      } else if (this.lostAt === 0) {
        this.lostAt = Date.now();
      }
    });
  }

  static async comes(user: string, via: Via, port: number): Promise<Person> {
    const wire = await Wire.to(port);
    const client = new Client(wire.url, {
      webSocket: WebSocket, eventStream, token: () => tokenOf(user), transports: [via], backoff: {minMillis: 5, maxMillis: 50},
    });
    await client.connect();
    return new Person(user, wire, client, new Presence(client, ROOM));
  }

  /** As when the network takes the device away, and for ever. */
  vanish(): void {
    this.gone = true;
    this.wire.hold();
  }

  cut(): void {
    this.cuts++;
    this.lostAt ||= Date.now();
    this.wire.cut();
  }
}

/** What an observer was told, and what it makes of it by itself. */
class Observer {
  readonly left = new Set<string>();
  readonly replayed = new Map<string, Member>();

  constructor(readonly person: Person) {
    const key = ({user}: Member): string => user ?? '';
    person.presence.on('joined', (member) => this.replayed.set(key(member), member));
    person.presence.on('updated', (member) => this.replayed.set(key(member), member));
    person.presence.on('left', (member) => {
      this.left.add(key(member));
      this.replayed.delete(key(member));
    });
  }

  get members(): [string, number, unknown][] {
    return [...this.person.presence.members.values()]
      .map(({user, version, data}): [string, number, unknown] => [user ?? '', version, data])
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

let server: LongwireServer;
const processes: ChildProcess[] = [];
const everybody: Person[] = [];

before(async () => {
  server = await LongwireServer.start(...BELIEVES, '--set', `presence.grace=${GRACE_MILLIS}ms`, '--set', 'presence.lease=2s', '--set', 'presence.batch=500ms');
});
after(async () => {
  everybody.forEach(({client, wire}) => (client.close(), wire.stop()));
  processes.forEach((each) => each.kill('SIGKILL'));
  await server.stop();
});

const populate = async (users: readonly string[]): Promise<ChildProcess> => {
  const file = fileURLToPath(new URL('attendee.js', import.meta.url));
  const people = users.map((user, i) => `${user}:${WAYS[i % 3]}`);
  const child = spawn(process.execPath, [file, server.url, ROOM, ...people], {stdio: ['ignore', 'pipe', 'inherit']});
  processes.push(child);
  await once(child.stdout!, 'data');
  return child;
};

const come = async (user: string, i: number): Promise<Person> => {
  const person = await Person.comes(user, WAYS[i % 3]!, server.port);
  everybody.push(person);
  return person;
};

test('two hundred users on three transports, cut, killed and resumed at random: every observer ends with the truth', {timeout: 240_000}, async () => {
  const random = seeded(20_261_124);
  const ledger = new Observer(await come('ledger', 0));
  await ledger.person.presence.observe();
  const observers = [ledger];
  for (let i = 0; i < WAYS.length; i++) {
    const observer = new Observer(await come(`observer${i}`, i));
    await observer.person.presence.observe();
    observers.push(observer);
  }

  const groups = Array.from({length: PROCESSES}, (_, p) => Array.from({length: IN_A_PROCESS}, (_, i) => `far${p}-${i}`));
  await Promise.all(groups.map((users) => populate(users)));
  // Those of the first process are here on another device too, and stay when it is killed.
  const second = groups[0]!;
  const people = await Promise.all([...Array.from({length: HERE}, (_, i) => `near${i}`), ...second].map((user, i) => come(user, i + 1)));
  await Promise.all(people.map(({presence}) => presence.enter({n: 0})));
  await until('all are there', () => ledger.person.presence.count === HERE + PROCESSES * IN_A_PROCESS);

  const expected = new Set([...people.map(({user}) => user), ...groups.flat()]);
  let kills = 0;
  for (let round = 0; round < ROUNDS; round++) {
    processes[round]!.kill('SIGKILL');
    groups[round]!.filter((user) => !second.includes(user)).forEach((user) => expected.delete(user));
    kills++;
    const updates: Promise<void>[] = [];
    for (const person of people.filter(({gone}) => !gone)) {
      const fate = random();
      if (fate < 0.35) {
        person.cut();
      } else if (fate < 0.39 && !second.includes(person.user)) {
        person.vanish();
        expected.delete(person.user);
      } else if (fate < 0.42 && !second.includes(person.user)) {
        person.gone = true;
        person.client.close();
        expected.delete(person.user);
      } else if (fate < 0.5) {
        person.said = round + 1;
        updates.push(person.presence.update({n: person.said}));
      }
    }
    observers.slice(1).forEach(({person}) => random() < 0.5 && person.cut());
    await Promise.all(updates);
    await until('who is alive is back', () => [...people, ...observers.map(({person}) => person)].every(({gone, client}) => gone || client.state === 'connected'));
  }

  const truth = [...expected].sort();
  for (const observer of observers) {
    await until('the truth is known', () => String(observer.members.map(([user]) => user)) === String(truth));
    assert.equal(observer.person.presence.count, truth.length);
    const late = people.filter((person) => person.late).map(({user}) => user);
    const wrongly = [...observer.left].filter((user) => expected.has(user) && !late.includes(user));
    assert.deepEqual(wrongly, [], 'nobody who came back in time was ever shown as gone');
  }
  // Who comes now is told everybody at once, and it is the same as what the changes add up to.
  const fresh = new Observer(await come('fresh', 0));
  await fresh.person.presence.observe();
  await until('the snapshot', () => fresh.members.length === truth.length);
  for (const observer of observers) {
    assert.deepEqual(observer.members, fresh.members);
  }
  assert.deepEqual([...ledger.replayed.values()].map(({user, version}) => [user, version]).sort(), fresh.members.map(([user, version]) => [user, version]).sort());
  for (const person of people.filter(({user}) => expected.has(user) && !second.includes(user))) {
    assert.deepEqual(fresh.members.find(([user]) => user === person.user)?.[2], {n: person.said});
  }
  const returned = people.filter(({gone, late, cuts}) => !gone && !late && cuts > 0).length;
  const vanished = people.filter(({gone}) => gone).length;
  assert.ok(returned >= 10 && vanished >= 5 && kills === ROUNDS, `${returned} came back in time, ${vanished} went, ${kills} processes were killed`);
});
