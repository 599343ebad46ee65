// SPDX-License-Identifier: Apache-2.0
// One channel at a time: its messages as they come, and a place to publish.
import type {Channel, Client, LongwireError, Message, Reset} from '@longwire/client';
import {at, make} from './dom.js';

const SHOWN = 500;
const NEWEST = 50;
const START = 'JSON, or anything else as a text. Shift and Enter for a new line.';

const log = at<HTMLOListElement>('log');
const channelField = at<HTMLInputElement>('channel');
const dataField = at<HTMLTextAreaElement>('data');
const joinButton = at<HTMLButtonElement>('join-button');
const ack = at<HTMLOutputElement>('ack');
const pulse = at('pulse');
const times = new Intl.DateTimeFormat(undefined, {hour: '2-digit', minute: '2-digit', second: '2-digit'});

const add = (item: HTMLLIElement): void => {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.querySelector('.empty')?.remove();
  log.append(item);
  while (log.childElementCount > SHOWN) {
    log.firstElementChild!.remove();
  }
  if (atEnd) {
    log.scrollTop = log.scrollHeight;
  }
};

const note = (text: string, className = 'event'): void => add(make('li', className, text));

const hex = (bytes: Uint8Array): string => Array.from(bytes.subarray(0, 64), (byte) => byte.toString(16).padStart(2, '0')).join(' ');

const body = (data: unknown): HTMLElement => {
  if (data instanceof Uint8Array) {
    return make('pre', 'bytes', `${data.length} bytes  ${hex(data)}${data.length > 64 ? ' …' : ''}`);
  }
  return make('pre', '', typeof data === 'string' ? data : JSON.stringify(data));
};

const showMessage = (message: Message, own: string | null): void => {
  const mine = message.client === own;
  const who = `${mine ? 'you' : (message.from ?? message.client ?? 'server')}, ${times.format(message.time)}`;
  const item = make('li', mine ? 'mine' : '', make('span', 'offset', String(message.offset)), body(message.data), make('span', 'who', who));
  item.title = Object.entries(message.headers).map(([name, value]) => `${name}: ${value}`).join('\n');
  add(item);
  // Started again even while it runs.
  pulse.classList.remove('run');
  void pulse.offsetWidth;
  pulse.classList.add('run');
};

const showReset = ({from, to, reason, position}: Reset): void => {
  const range = from === undefined ? `everything up to ${position.offset}` : from === to ? `message ${from}` : `messages ${from} to ${to}`;
  note(`${range} will not come: ${reason}`, 'event reset');
};

/** What was typed: JSON where it is JSON, else the text itself. */
const typed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const say = (text: string, bad = false): void => {
  ack.textContent = text;
  ack.classList.toggle('bad', bad);
};

/** The part of the page that talks; answers what is open, and how to open something. */
export const talk = (client: Client): {channel(): string | null; join(name: string): void} => {
  let open: Channel | null = null;
  let stops: (() => void)[] = [];

  const leave = (): void => {
    stops.forEach((stop) => stop());
    stops = [];
    open?.unsubscribe();
    open = null;
    joinButton.textContent = 'Join';
    joinButton.classList.remove('leave');
  };

  const join = (name: string): void => {
    if (open?.name === name) {
      return;
    }
    leave();
    channelField.value = name;
    history.replaceState(null, '', `#${encodeURIComponent(name)}`);
    log.replaceChildren();
    const channel = client.channel(name);
    open = channel;
    stops = [
      channel.on('message', (message) => showMessage(message, client.id)),
      channel.on('reset', showReset),
      channel.on('unsubscribed', ({reason, error}) => {
        note(error ? `not joined: ${error.message}` : `left: ${reason}`);
        leave();
      }),
    ];
    joinButton.textContent = 'Leave';
    joinButton.classList.add('leave');
    channel.subscribe({last: NEWEST}).then(
      ({replay, position}) => {
        if (open === channel && replay === 0) {
          add(make('li', 'empty', position.offset === 0 ? `Nothing in ${name} yet.` : 'Nothing is kept of this channel. What comes next is shown.'));
        }
      },
      () => {},
    );
  };

  const publish = async (): Promise<void> => {
    const text = dataField.value;
    if (text.trim() === '') {
      return;
    }
    const channel = open ?? client.channel(channelField.value);
    if (!open) {
      join(channel.name);
    }
    dataField.value = '';
    say('sending');
    try {
      const {offset} = await channel.publish(typed(text));
      say(`${channel.name} has it as message ${offset}`);
    } catch (error) {
      const {name, message} = error as LongwireError;
      say(`${name}: ${message}`, true);
      dataField.value ||= text;
    }
  };

  at('join').addEventListener('submit', (event) => {
    event.preventDefault();
    const name = channelField.value.trim();
    if (open?.name === name) {
      leave();
      note('left');
    } else if (name) {
      join(name);
    }
  });
  channelField.addEventListener('input', () => {
    const same = open?.name === channelField.value.trim();
    joinButton.textContent = same ? 'Leave' : 'Join';
    joinButton.classList.toggle('leave', same);
  });
  at('publish').addEventListener('submit', (event) => {
    event.preventDefault();
    void publish();
  });
  dataField.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void publish();
    }
  });
  say(START);

  const named = (): string => {
    try {
      return decodeURIComponent(location.hash.slice(1));
    } catch {
      return '';
    }
  };
  addEventListener('hashchange', () => named() && join(named()));
  if (named()) {
    join(named());
  }
  return {channel: () => open?.name ?? null, join};
};
