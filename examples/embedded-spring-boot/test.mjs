// SPDX-License-Identifier: Apache-2.0
// Starts the example as its README says, and does what that shows. The build's output is on standard error.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {node, root, until} from '../../e2e/stage.mjs';

const program = spawn('./examples/embedded-spring-boot/run', ['--server.port=0', '--longwire.port=0'], {cwd: root, stdio: ['ignore', 'pipe', 'pipe']});
const lines = [];
let over = false;
program.on('close', () => (over = true));
for (const stream of [program.stdout, program.stderr]) {
  createInterface({input: stream}).on('line', (line) => lines.push(line));
}
let failed = 0;
let client;
try {
  const port = await until('the application is ready', () => {
    assert.ok(!over, 'it ended');
    return lines.map((line) => /Tomcat started on port (\d+)/.exec(line)?.[1]).find(Boolean);
  }, 300_000);
  const app = `http://127.0.0.1:${port}`;
  const json = async (path, options) => {
    const answer = await fetch(app + path, options);
    assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
    return answer.json();
  };
  const {url} = await json('/realtime');
  assert.deepEqual(await json('/rooms'), []);
  client = await node(url.replace(/\/$/, ''));
  const heard = [];
  const news = client.channel('news');
  news.on('message', ({data}) => heard.push(data));
  await news.subscribe();
  await until('the application is told of it', async () => (await json('/rooms')).includes('news'));
  const article = {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({title: 'It "works"'})};
  assert.deepEqual(await json('/articles', article), {offset: 1});
  await until('the subscriber has it', () => heard.length === 1);
  assert.deepEqual(heard, [{title: 'It "works"'}]);
  await assert.rejects(news.publish({title: 'Not mine to say'}), {name: 'forbidden'});
  await client.channel('chat:1').publish('anybody may');
  await news.unsubscribe();
  await until('the application is told of the end', async () => !(await json('/rooms')).includes('news'));
  client.close();
  program.kill('SIGTERM');
  await until('it has ended', () => over);
} catch (error) {
  failed = 1;
  console.log(`${error.stack}\n${lines.slice(-60).join('\n')}`);
  client?.close();
  program.kill('SIGKILL');
}
console.log(`SUITE spring: ${1 - failed} passed, ${failed} failed`);
process.exit(failed);
