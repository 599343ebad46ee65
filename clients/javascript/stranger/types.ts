// SPDX-License-Identifier: Apache-2.0
// What a stranger's compiler has to accept, and what it has to refuse. It is compiled, and not run.
import {Client, CloseCodes, eventStream, LongwireError, type Message, type Position, type Published, type Reset} from '@longwire/client';
import {cbor} from '@longwire/client/cbor';
import {Presence} from '@longwire/client/presence';
import {LongwireSocket} from '@longwire/client/socket';

interface Said {
  readonly text: string;
}

const client: Client = new Client(new URL('https://example.com'), {codec: cbor, token: async () => 'a token', transports: ['websocket', 'stream', 'poll'], eventStream});
const chat = client.channel<Said>('chat:1');
chat.on('message', ({data, offset}: Message<Said>) => console.log(offset.toFixed(), data.text.trim()));
chat.on('reset', ({reason, from}: Reset) => console.log(reason, from));
const published: Promise<Published> = chat.publish({text: 'hello'}, {key: 'k', headers: {trace: 't'}});
// @ts-expect-error: another shape than the channel's
void chat.publish({texts: 'hello'});
// @ts-expect-error: no event of this name
chat.on('messages', () => {});
// @ts-expect-error: no option of this name
new Client('https://example.com', {tokens: 'a token'});

const pages = async (since: Position): Promise<readonly string[]> => (await chat.history({since})).messages.map(({data}) => data.text);
const loop = async (): Promise<void> => {
  for await (const {data} of chat.messages({last: 1})) {
    console.log(data.text);
  }
};
const room = new Presence<{typing: boolean}, {name: string}>(client, 'chat:1');
room.on('joined', ({data, info}) => console.log(data?.typing, info?.name.length));
const socket: WebSocket = new LongwireSocket('wss://example.com/v1/bridge/echo');
client.on('state', ({error}) => error instanceof LongwireError && error.code === CloseCodes.token_expired);
export {loop, pages, published, socket};
