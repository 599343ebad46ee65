// SPDX-License-Identifier: Apache-2.0
// A room: what is said, who is here, and who is typing.
const RESTS_MILLIS = 3000;
const at = (id) => document.getElementById(id);

const line = (...children) => {
  const item = document.createElement('li');
  item.append(...children); // texts, never markup
  at('log').append(item);
  item.scrollIntoView({block: 'nearest'});
  return item;
};

export const chat = async (client, Presence) => {
  const room = client.channel('chat:lobby');
  const people = new Presence(client, 'chat:lobby');
  const me = () => at('name').value || 'somebody';
  at('name').value = new URLSearchParams(location.search).get('name') ?? '';

  client.on('state', ({state}) => (at('state').textContent = state));
  room.on('message', ({data}) => {
    const name = document.createElement('b');
    name.textContent = data.name;
    line(name, data.text);
  });
  // Never a hole without a word.
  room.on('reset', ({reason}) => (line(`what was said meanwhile is gone (${reason})`).className = 'gap'));
  people.on('changed', () => {
    const members = [...people.members.values()].map(({data}) => data).sort((one, other) => one.name.localeCompare(other.name));
    at('people').replaceChildren(
      ...members.map(({name, typing}) => {
        const item = document.createElement('li');
        item.textContent = name;
        item.className = typing ? 'typing' : '';
        return item;
      }),
    );
    const busy = members.filter(({name, typing}) => typing && name !== me()).map(({name}) => name);
    at('typing').textContent = busy.length > 0 ? `${busy.join(', ')} ${busy.length > 1 ? 'are' : 'is'} typing` : '';
  });

  // Said when it begins and when it is over, not at every key.
  let typing = false;
  let rest;
  const type = (now) => {
    clearTimeout(rest);
    rest = now ? setTimeout(type, RESTS_MILLIS, false) : undefined;
    if (typing !== now) {
      typing = now;
      void people.update({name: me(), typing});
    }
  };
  at('text').addEventListener('input', () => type(at('text').value !== ''));
  at('name').addEventListener('change', () => void people.update({name: me(), typing}));
  at('say').addEventListener('submit', (event) => {
    event.preventDefault();
    const text = at('text').value;
    if (text) {
      // Without a connection it waits, and goes out once.
      void room.publish({name: me(), text});
      at('text').value = '';
      type(false);
    }
  });
  addEventListener('pagehide', ({persisted}) => persisted || client.close());

  void client.connect();
  await Promise.all([room.subscribe({last: 20}), people.observe(), people.enter({name: me(), typing})]);
};
