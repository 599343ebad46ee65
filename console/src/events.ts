// SPDX-License-Identifier: Apache-2.0
// What happens in the server, as it happens (docs/events.md): everything, or one session's or one channel's timeline.
import {at, make} from './dom.js';

interface Told {
  readonly time: string;
  readonly type: string;
  readonly channel?: string;
  readonly user?: string;
  readonly client?: string;
  readonly [field: string]: unknown;
}

/** The newest so many are shown. */
const ROWS = 200;
const RETRY_MILLIS = 2000;
const NAMED = new Set(['position', 'time', 'type', 'channel', 'user', 'client']);

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
};

const row = (told: Told): HTMLTableRowElement => {
  const more = Object.keys(told).filter((key) => !NAMED.has(key)).map((key) => `${key} ${short(told[key])}`);
  const about = [told.channel, [told.user, told.client].filter(Boolean).join(', ')].filter(Boolean).join(' · ');
  const bad = /refused|error|limit/.test(told.type);
  return make(
    'tr',
    bad ? 'bad' : '',
    make('td', '', new Date(told.time).toLocaleTimeString()),
    make('td', '', told.type),
    make('td', '', about, make('small', '', more.join(', '))),
  );
};

/** Reads an event stream until it ends, and says the id of each event. */
const read = async (body: ReadableStream<Uint8Array>, each: (event: string, data: string, id: string) => void): Promise<void> => {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const {done, value} = await reader.read();
    if (done) {
      return;
    }
    const blocks = (rest + decoder.decode(value, {stream: true})).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const field = (name: string): string[] =>
        block.split('\n').filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      const data = field('data');
      if (data.length > 0) {
        each(field('event')[0] ?? '', data.join('\n'), field('id')[0] ?? '');
      }
    }
  }
};

/** Shows the feed while its part of the page is open; gives what opens it for one session. */
export const feed = (key: () => string | null): ((client: string) => void) => {
  const details = at<HTMLDetailsElement>('events');
  const form = at<HTMLFormElement>('event-filter');
  const body = at<HTMLTableElement>('event-list').tBodies[0]!;
  const note = at('event-note');
  let over: AbortController | undefined;

  const say = (text: string): void => {
    note.textContent = text;
  };

  const show = (element: HTMLTableRowElement): void => {
    body.prepend(element);
    while (body.rows.length > ROWS) {
      body.deleteRow(-1);
    }
  };

  const follow = async (signal: AbortSignal): Promise<void> => {
    const query = new URLSearchParams();
    for (const name of ['types', 'channel', 'user', 'client']) {
      const value = at<HTMLInputElement>(`event-${name}`).value.trim();
      if (value) {
        query.set(name, value);
      }
    }
    let after = '0';
    while (!signal.aborted) {
      try {
        query.set('after', after);
        const secret = key();
        const answer = await fetch(`v1/admin/events?${query}`, {signal, headers: secret ? {authorization: `Bearer ${secret}`} : {}});
        if (!answer.ok || !answer.body) {
          say(answer.status === 400 ? 'There is no such type.' : 'This server does not show its events without an administrator\'s key.');
          return;
        }
        say('Following.');
        await read(answer.body, (event, data, id) => {
          after = id || after;
          if (event === 'gap') {
            const cell = make('td', '', `${(JSON.parse(data) as {missed: number}).missed} events are not there any more`);
            cell.colSpan = 3;
            show(make('tr', '', cell));
          } else {
            show(row(JSON.parse(data) as Told));
          }
        });
      } catch {
        // The server went, or this page turned to something else.
      }
      if (!signal.aborted) {
        say('The server does not answer. Asking again.');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
      }
    }
  };

  const restart = (): void => {
    over?.abort();
    body.replaceChildren();
    if (details.open) {
      over = new AbortController();
      void follow(over.signal);
    }
  };

  details.addEventListener('toggle', restart);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    restart();
  });
  return (client) => {
    form.reset();
    at<HTMLInputElement>('event-client').value = client;
    if (details.open) {
      restart();
    }
    details.open = true;
    details.scrollIntoView();
  };
};
