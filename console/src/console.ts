// SPDX-License-Identifier: Apache-2.0
import {Client} from '@longwire/client';
import {at} from './dom.js';
import {feed} from './events.js';
import {adminKey, watch} from './overview.js';
import {talk} from './talk.js';
import {tokenOf, token} from './token.js';

const client = new Client(location.href, {agent: 'console', token: tokenOf});

client.on('state', ({state, error}) => {
  const element = at('state');
  element.dataset['state'] = state;
  element.title = error ? `${error.name}: ${error.message}` : '';
  at('state-name').textContent = state;
});

token(client);
const {channel, join} = talk(client);
watch({channel, join, client: () => client.id, timeline: feed(adminKey)});
void client.connect();

// A page that is gone for good has nothing to come back to; one that the browser keeps has.
addEventListener('pagehide', ({persisted}) => persisted || client.close());
