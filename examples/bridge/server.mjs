// SPDX-License-Identifier: Apache-2.0
// Somebody else's server, as the manual of `ws` has it: it knows nothing of Longwire.
import {createRequire} from 'node:module';

const {WebSocketServer} = createRequire(new URL('../../clients/javascript/package.json', import.meta.url))('ws');
const server = new WebSocketServer({port: Number(process.env.PORT ?? 9000), host: '127.0.0.1'});
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    for (const each of server.clients) {
      each.send(String(data));
    }
  });
});
server.on('listening', () => console.log(`ws://127.0.0.1:${server.address().port}`));
