// SPDX-License-Identifier: Apache-2.0
// Who the page is to the server: a token that somebody types, kept for this tab until it is closed.
import type {Client, LongwireError} from '@longwire/client';
import {at} from './dom.js';

const TOKEN = 'longwire.token';

/** What the server says of tokens, by the names of its errors. */
const WORDS: Readonly<Record<string, string>> = {
  unauthorized: 'The server does not accept this. Without a token it lets in nobody, or it does not know this one.',
  token_expired: 'The token has ended. Another one is needed.',
  revoked: 'The token was taken back.',
};

/** The token to connect with; none when nobody has typed one, which is all right where everybody may come. */
export const tokenOf = (): string => (sessionStorage.getItem(TOKEN) || undefined) as string;

/** Lets somebody say who they are, and asks when the server wants to know. */
export const token = (client: Client): void => {
  const form = at<HTMLFormElement>('token-form');
  const who = at<HTMLButtonElement>('who');
  const refused = at<HTMLOutputElement>('refused');
  who.addEventListener('click', () => {
    form.hidden = !form.hidden;
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    sessionStorage.setItem(TOKEN, at<HTMLInputElement>('token').value.trim());
    form.reset();
    refused.value = '';
    client.close();
    void client.connect();
  });
  client.on('state', ({state, error}) => {
    if (state === 'connected') {
      who.textContent = client.user ?? 'anonymous';
      form.hidden = true;
    } else if (state === 'closed' && error && error.name in WORDS) {
      refused.value = words(error);
      form.hidden = false;
    }
  });
};

const words = ({name}: LongwireError): string => WORDS[name] ?? '';
