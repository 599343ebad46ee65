// SPDX-License-Identifier: Apache-2.0
// Runs the example as its README says, and comes and goes.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {node, root, until} from '../../e2e/stage.mjs';

const java = process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/java` : 'java';
const program = spawn(java, ['-cp', 'cli/target/longwire-cli.jar', 'examples/embedded-java/Door.java', '0'], {cwd: root, stdio: ['ignore', 'pipe', 'inherit']});
const lines = [];
let over = false;
program.on('close', () => (over = true));
createInterface({input: program.stdout}).on('line', (line) => lines.push(line));
let failed = 0;
try {
  const url = await until('the example is ready', () => {
    assert.ok(!over, lines.join('\n'));
    return lines.map((line) => /ready on (http:\S+)\//.exec(line)?.[1]).find(Boolean);
  });
  const watcher = await node(url);
  const heard = [];
  watcher.channel('lobby').on('message', ({data}) => heard.push(data));
  await watcher.channel('lobby').subscribe();
  const guest = await node(url);
  await guest.channel('chat:1').subscribe();
  await until('it is announced', () => heard.length === 1);
  await guest.channel('chat:1').unsubscribe();
  await until('the end of it is announced', () => heard.length === 2);
  assert.deepEqual(heard, ['channel.occupied', 'channel.vacated'].map((event) => ({event, channel: 'chat:1'})));
  guest.close();
  watcher.close();
  program.kill('SIGTERM');
  await until('it has ended', () => over);
} catch (error) {
  failed = 1;
  console.log(`${error.stack}\n${lines.join('\n')}`);
  program.kill('SIGKILL');
}
console.log(`SUITE embedded: ${1 - failed} passed, ${failed} failed`);
process.exit(failed);
