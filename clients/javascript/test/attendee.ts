// SPDX-License-Identifier: Apache-2.0
// A process in which people are in a room, until somebody kills it: attendee.js URL ROOM USER:TRANSPORT...
import {WebSocket} from 'ws';
import {Client, eventStream, type Via} from '../src/index.js';
import {Presence} from '../src/presence/index.js';
import {tokenOf} from './token.js';

const [url = '', room = '', ...people] = process.argv.slice(2);
for (const person of people) {
  const [user = '', via] = person.split(':');
  const client = new Client(url, {webSocket: WebSocket, eventStream, token: () => tokenOf(user), transports: [via as Via]});
  await client.connect();
  await new Presence(client, room).enter({of: user});
}
console.log('all there');
