// SPDX-License-Identifier: Apache-2.0
// What the server says about itself (docs/admin.md): figures, the wire, and the two lists.
import {at, count, duration, make, rate, size} from './dom.js';
import {neighbours} from './neighbours.js';

interface Stats {
  readonly version: string;
  readonly uptime: number;
  readonly sessions: number;
  readonly carriers: Record<string, number>;
  readonly channels: number;
  readonly messages_in: number;
  readonly messages_out: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
}

interface ConnectionRow {
  readonly client: string;
  readonly user?: string | null;
  readonly agent?: string | null;
  /** When its token ends. */
  readonly expires?: number;
  readonly carrier: string;
  readonly address?: string;
  readonly subscriptions: number;
  readonly lag?: number;
  readonly bytes_held?: number;
}

interface ChannelRow {
  readonly channel: string;
  readonly offset: number;
  readonly subscribers: number;
  readonly bytes: number;
}

const EVERY_MILLIS = 1000;
const SAMPLES = 120;
/** The lists are asked for at every so manieth look. */
const LISTS_EVERY = 3;
const ROWS = 50;

const path = document.querySelector('#wire path')!;
const samples: number[] = Array.from({length: SAMPLES}, () => 0);

/** Where the administrator's key is kept: for this tab, until it is closed. */
const KEY = 'longwire.key';

export const adminKey = (): string | null => sessionStorage.getItem(KEY);

const ask = async <T>(what: string, method = 'GET'): Promise<T> => {
  const headers: Record<string, string> = {accept: 'application/json'};
  const key = adminKey();
  if (key) {
    headers['authorization'] = `Bearer ${key}`;
  }
  const answer = await fetch(`v1/${what}`, {method, headers});
  if (!answer.ok) {
    throw new Error(`${answer.status}`);
  }
  return answer.json() as Promise<T>;
};

const drawWire = (value: number): void => {
  samples.push(value);
  samples.shift();
  const top = Math.max(4, ...samples);
  path.setAttribute('d', 'M' + samples.map((each, i) => `${i} ${(36 - (32 * each) / top).toFixed(2)}`).join('L'));
};

let before: {stats: Stats; at: number} | undefined;

const showStats = (stats: Stats): void => {
  const now = performance.now();
  at('sessions').textContent = count(stats.sessions);
  at('channels').textContent = count(stats.channels);
  const {websocket = 0, poll = 0, stream = 0} = stats.carriers;
  at('carriers').textContent = `${websocket} WebSocket, ${poll} polling, ${stream} streaming`;
  at('server').textContent = `version ${stats.version}, up ${duration(stats.uptime)}`;
  // A server that was started again counts from nothing.
  if (before && stats.messages_out >= before.stats.messages_out && stats.messages_in >= before.stats.messages_in) {
    const seconds = (now - before.at) / 1000;
    const per = (name: 'messages_in' | 'messages_out' | 'bytes_in' | 'bytes_out'): number => (stats[name] - before!.stats[name]) / seconds;
    at('rate-in').textContent = rate(per('messages_in'));
    at('rate-out').textContent = rate(per('messages_out'));
    at('bytes-in').textContent = `a second, ${size(Math.max(0, per('bytes_in')))}`;
    at('bytes-out').textContent = `a second, ${size(Math.max(0, per('bytes_out')))}`;
    drawWire(per('messages_in') + per('messages_out'));
  }
  before = {stats, at: now};
};

const times = new Intl.DateTimeFormat(undefined, {dateStyle: 'short', timeStyle: 'short'});

const fill = (table: string, rows: readonly HTMLTableRowElement[], empty: string): void => {
  const body = at<HTMLTableElement>(table).tBodies[0]!;
  if (rows.length === 0) {
    const cell = make('td', '', empty);
    cell.colSpan = 4;
    body.replaceChildren(make('tr', '', cell));
  } else if (!body.contains(document.activeElement)) {
    // Somebody who walks through the rows by keyboard keeps the place.
    body.replaceChildren(...rows);
  }
};

const showChannels = (channels: readonly ChannelRow[], open: string | null, join: (channel: string) => void): void => {
  const rows = [...channels].sort((a, b) => b.subscribers - a.subscribers || b.offset - a.offset).map((each) => {
    const name = make('button', '', each.channel);
    name.type = 'button';
    name.addEventListener('click', () => join(each.channel));
    return make(
      'tr',
      each.channel === open ? 'open' : '',
      make('td', '', name),
      make('td', 'number', count(each.offset)),
      make('td', 'number', count(each.subscribers)),
      make('td', 'number', size(each.bytes)),
    );
  });
  fill('channel-list', rows, 'None yet. Publish to one, and it is there.');
};

/** Ends a session, and says what came of it in the button's place. */
const closeButton = (client: string): HTMLButtonElement => {
  const button = make('button', 'close', 'close');
  button.type = 'button';
  button.setAttribute('aria-label', `Close ${client}`);
  button.addEventListener('click', () => {
    button.disabled = true;
    ask<{closed: number}>(`admin/close?client=${encodeURIComponent(client)}`, 'POST').then(
      ({closed}) => button.replaceWith(closed > 0 ? 'closed' : 'gone'),
      (error: Error) => button.replaceWith(error.message === '403' ? 'not with this key' : 'failed'),
    );
  });
  return button;
};

const showConnections = (connections: readonly ConnectionRow[], {client, timeline}: Here): void => {
  const own = client();
  const rows = connections.map((each) => {
    const who = [each.client === own ? 'this page' : each.user, each.agent, each.address, each.expires && `token until ${times.format(each.expires)}`].filter(Boolean).join(', ');
    const over = each.carrier === 'none' ? 'away' : each.carrier;
    const held = [each.lag ? `${count(each.lag)} behind` : '', size(each.bytes_held ?? 0)].filter(Boolean).join(', ');
    const name = make('button', '', each.client);
    name.type = 'button';
    name.title = 'What happened to it';
    name.addEventListener('click', () => timeline(each.client));
    return make(
      'tr',
      each.client === own ? 'open' : '',
      make('td', '', name, ...(each.client === own ? [] : [' ', closeButton(each.client)]), make('small', '', who)),
      make('td', '', over),
      make('td', 'number', count(each.subscriptions)),
      make('td', 'number', held),
    );
  });
  fill('connection-list', rows, 'Nobody is connected.');
};

/** What the page has open, and how it opens something else. */
export interface Here {
  channel(): string | null;
  client(): string | null;
  join(channel: string): void;
  /** Shows what happened to a session. */
  timeline(client: string): void;
}

/** Looks again and again while the page can be seen. */
export const watch = (here: Here): void => {
  let round = 0;
  const form = at<HTMLFormElement>('key-form');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEY, at<HTMLInputElement>('key').value.trim());
    form.reset();
    round = 0;
  });
  const look = async (): Promise<void> => {
    const note = at('closed');
    try {
      if (!document.hidden) {
        showStats(await ask<Stats>('admin/stats'));
        if (round++ % LISTS_EVERY === 0) {
          const [channels, connections] = await Promise.all([
            ask<{channels: ChannelRow[]}>(`admin/channels?limit=${ROWS}`),
            ask<{connections: ConnectionRow[]}>(`admin/connections?limit=${ROWS}`),
          ]);
          showChannels(channels.channels, here.channel(), here.join);
          showConnections(connections.connections, here);
          await neighbours(ask, here.channel(), here.client());
        }
        note.hidden = true;
        form.hidden = true;
      }
    } catch (error) {
      note.hidden = false;
      const refused = ['401', '403', '404'].includes((error as Error).message);
      form.hidden = (error as Error).message !== '401';
      note.textContent = refused
        ? 'This server does not show its figures here without an administrator\'s key. Channels work all the same.'
        : 'The server does not answer. Looking again every second.';
    }
    setTimeout(look, EVERY_MILLIS);
  };
  void look();
};
