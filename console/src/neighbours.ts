// SPDX-License-Identifier: Apache-2.0
// Who is in the channel that is open (docs/api.md), and how webhooks do (docs/webhooks.md). Either is shown where there is something to show.
import {at, count, duration, make} from './dom.js';

/** Asks the server as the administrator; rejects with the status as its message. */
export type Ask = <T>(what: string, method?: string) => Promise<T>;

interface Member {
  readonly user?: string;
  readonly client?: string;
  readonly info?: unknown;
  readonly data?: unknown;
  readonly version: number;
}

interface Members {
  readonly count: number;
  readonly members?: readonly Member[];
}

interface Webhook {
  readonly webhook: string;
  readonly target: string;
  readonly state: 'ok' | 'retrying' | 'open' | 'disabled';
  readonly lag: number;
  readonly lag_millis: number;
  readonly last_error: string | null;
  readonly next_attempt_at?: number;
  readonly delivered: number;
  readonly missed: number;
}

/** So many members are shown; the number says how many there are. */
const SHOWN = 20;

const STATES = {ok: 'delivering', retrying: 'trying again', open: 'resting after failures', disabled: 'turned off by its receiver'};

const said = (value: unknown): string => {
  const text = value === undefined ? '' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
};

const member = ({user, client, info, data}: Member, own: string | null): HTMLTableRowElement => {
  const more = [client !== undefined && client === own ? 'this page' : '', said(info)].filter(Boolean).join(', ');
  return make('tr', '', make('td', '', user ?? client ?? '', ...(more ? [make('small', '', more)] : [])), make('td', '', make('code', '', said(data))));
};

/** Whether a table may be drawn anew: not while somebody walks through it by keyboard. */
const free = (body: HTMLElement): boolean => !body.contains(document.activeElement);

const showMembers = ({count: all, members = []}: Members, channel: string, own: string | null): void => {
  at('member-count').textContent = all > SHOWN ? `${count(all)}, the first ${SHOWN} of them here` : count(all);
  at('member-channel').textContent = channel;
  at<HTMLTableElement>('member-list').tBodies[0]!.replaceChildren(...members.slice(0, SHOWN).map((each) => member(each, own)));
  at('members').hidden = all === 0;
};

const retry = (name: string, ask: Ask): HTMLButtonElement => {
  const button = make('button', 'close', 'try now');
  button.type = 'button';
  button.setAttribute('aria-label', `Deliver to ${name} now`);
  button.addEventListener('click', () => {
    button.disabled = true;
    ask(`admin/webhooks/redeliver?webhook=${encodeURIComponent(name)}`, 'POST').then(
      () => button.replaceWith('asked'),
      (error: Error) => button.replaceWith(error.message === '403' ? 'not with this key' : 'failed'),
    );
  });
  return button;
};

const webhook = (each: Webhook, ask: Ask): HTMLTableRowElement => {
  const wait = each.next_attempt_at === undefined ? 0 : each.next_attempt_at - Date.now();
  const why = [
    each.last_error !== null && each.state !== 'ok' ? each.last_error.replaceAll('_', ' ') : '',
    wait > 1000 && each.state !== 'ok' ? `next in ${Math.round(wait / 1000)} s` : '',
  ].filter(Boolean).join(', ');
  const waits = each.lag === 0 ? '' : each.lag_millis < 60_000 ? `for ${Math.round(each.lag_millis / 1000)} s` : `for ${duration(each.lag_millis)}`;
  return make(
    'tr',
    each.state === 'ok' ? '' : 'bad',
    make('td', '', each.webhook, ...(each.state === 'ok' ? [] : [' ', retry(each.webhook, ask)]), make('small', '', each.target)),
    make('td', '', STATES[each.state], make('small', '', why)),
    make('td', 'number', count(each.lag), make('small', '', waits)),
    make('td', 'number', count(each.delivered), make('small', each.missed > 0 ? 'missed' : '', each.missed > 0 ? `${count(each.missed)} missed` : '')),
  );
};

const showWebhooks = (webhooks: readonly Webhook[], ask: Ask): void => {
  const body = at<HTMLTableElement>('webhook-list').tBodies[0]!;
  at('webhooks').hidden = webhooks.length === 0;
  if (free(body)) {
    body.replaceChildren(...webhooks.map((each) => webhook(each, ask)));
  }
};

/** Looks once. A key that may not see one of them hides that one, and nothing else. */
export const neighbours = async (ask: Ask, channel: string | null, own: string | null): Promise<void> => {
  const hide = (id: string) => (): void => {
    at(id).hidden = true;
  };
  const members = channel === null ? Promise.resolve(hide('members')()) : ask<Members>(`presence?channel=${encodeURIComponent(channel)}`).then((each) => showMembers(each, channel, own));
  const webhooks = ask<{webhooks: Webhook[]}>('admin/webhooks').then((each) => showWebhooks(each.webhooks, ask));
  await Promise.all([members.catch(hide('members')), webhooks.catch(hide('webhooks'))]);
};
