// SPDX-License-Identifier: Apache-2.0
// Generates the client from a running server's description, compiles the example with it, and calls everything there is.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {runTests, serve} from '../../e2e/stage.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const KEY = 'canary-backend-5d1e';
const hash = createHash('sha256').update(KEY).digest('hex');

const run = (...command) => {
  const {status, stdout, stderr} = spawnSync(command[0], command.slice(1), {cwd: here, encoding: 'utf8'});
  assert.equal(status, 0, `${command.join(' ')}\n${stdout}${stderr}`);
};

const {url, stop} = await serve(
  '--set', `admin.keys.backend.hash=sha256:${hash}`,
  '--set', 'admin.keys.backend.scopes=read,close,revoke,publish,history,presence,webhooks,subscribe',
  // Nobody may connect there, and nothing that happens here is told.
  '--set', 'webhooks.backend.url=http://127.0.0.1:1/',
  '--set', `webhooks.backend.secrets=whsec_${Buffer.alloc(32).toString('base64')}`,
  '--set', 'webhooks.backend.events=user.online',
);
const description = await (await fetch(`${url}/v1/openapi.json`)).json();
mkdirSync(`${here}target`, {recursive: true});
writeFileSync(`${here}target/openapi.json`, JSON.stringify(description));
run('node_modules/.bin/openapi-typescript', 'target/openapi.json', '-o', 'target/api.ts');
run('node_modules/.bin/tsc');
const {all, announce, connect} = await import('./target/backend.js');
const api = connect(url, KEY);

/** Whether a value is what the description says; enough of JSON Schema for what stands there. */
const fits = (value, schema) => {
  if (schema.$ref) {
    return fits(value, description.components.schemas[schema.$ref.split('/').at(-1)]);
  }
  if (schema.oneOf) {
    return schema.oneOf.filter((one) => fits(value, one)).length === 1;
  }
  if ('const' in schema) {
    return value === schema.const;
  }
  if (schema.enum) {
    return schema.enum.includes(value);
  }
  const types = [schema.type ?? []].flat();
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  if (types.length > 0 && !types.includes(type)) {
    return false;
  }
  if (type === 'array') {
    return value.every((each) => fits(each, schema.items ?? {}));
  }
  return type !== 'object'
    || ((schema.required ?? []).every((name) => name in value)
      && Object.entries(schema.properties ?? {}).every(([name, one]) => !(name in value) || fits(value[name], one)));
};

/** Asks, and holds the answer against the description of this status. */
const asked = new Set();

const ask = async (method, path, options, expected) => {
  asked.add(`${method} ${path}`);
  const {response, data, error} = await api[method](path, options);
  assert.equal(response.status, expected, `${method} ${path}: ${JSON.stringify(data ?? error)}`);
  let said = description.paths[path][method.toLowerCase()].responses[expected];
  assert.ok(said, `${method} ${path} does not describe ${expected}`);
  said = said.$ref ? description.components.responses[said.$ref.split('/').at(-1)] : said;
  const [type, {schema}] = Object.entries(said.content)[0];
  assert.equal(response.headers.get('content-type'), type);
  assert.ok(fits(data ?? error, schema), `${method} ${path} ${expected}: ${JSON.stringify(data ?? error)}`);
  return data ?? error;
};

const tests = {
  'the example announces once and reads everything back': async () => {
    const first = await announce(api, 'articles', {id: 1, title: 'one'});
    const again = await announce(api, 'articles', {id: 1, title: 'one'});
    assert.equal(again.offset, first.offset);
    await announce(api, 'articles', {id: 2, title: 'two'});
    await announce(api, 'articles', {id: 3, title: 'three'});
    assert.deepEqual((await all(api, 'articles')).map(({data}) => data.id), [1, 2, 3]);
  },
  'every answer is as described': async () => {
    await ask('POST', '/v1/publish', {body: {channel: 'a', data: 1}}, 200);
    await ask('POST', '/v1/publish', {body: {channels: ['a', 'b'], data: 1}}, 200);
    await ask('POST', '/v1/publish', {body: {messages: [{channel: 'a', data64: 'AA=='}, {channel: '$', data: 1}]}}, 200);
    await ask('GET', '/v1/history', {params: {query: {channel: 'a'}}}, 200);
    await ask('GET', '/v1/history', {params: {query: {channel: 'a', key: 'k'}}}, 200);
    await ask('GET', '/v1/admin/stats', {}, 200);
    await ask('GET', '/v1/admin/connections', {params: {query: {limit: 1}}}, 200);
    const page = await ask('GET', '/v1/admin/channels', {params: {query: {limit: 1}}}, 200);
    await ask('GET', '/v1/admin/channels', {params: {query: {limit: 1, cursor: page.next}}}, 200);
    await ask('GET', '/v1/users', {params: {query: {limit: 1}}}, 200);
    await ask('GET', '/v1/subscriptions', {params: {query: {user: 'nobody'}}}, 200);
    await ask('POST', '/v1/subscribe', {params: {query: {user: 'ann', channel: 'a'}}}, 200);
    await ask('POST', '/v1/unsubscribe', {params: {query: {user: 'ann', channel: 'a'}}}, 200);
    await ask('POST', '/v1/admin/close', {params: {query: {user: 'nobody'}}}, 200);
    await ask('POST', '/v1/admin/revoke', {params: {query: {user: 'nobody', lasts: 1_000}}}, 200);
    assert.equal((await ask('GET', '/v1/admin/webhooks', {}, 200)).webhooks.length, 1);
    await ask('POST', '/v1/admin/webhooks/redeliver', {params: {query: {webhook: 'backend', after: '0'}}}, 200);
    await ask('GET', '/v1/presence', {params: {query: {channel: 'a'}}}, 200);
    await ask('GET', '/v1/presence', {params: {query: {channel: 'a', count: true}}}, 200);
  },
  'every refusal is as described': async () => {
    await ask('POST', '/v1/publish', {body: {channel: 'a'}}, 400);
    await ask('POST', '/v1/publish', {body: {channel: 'a', data: 'x'.repeat(70_000)}}, 400);
    await ask('POST', '/v1/publish', {body: {channel: 'a', data: 'x'.repeat(1_100_000)}}, 413);
    await ask('POST', '/v1/publish', {body: {channel: 'a', data: 1}, headers: {'content-type': 'text/plain'}}, 415);
    await ask('POST', '/v1/publish', {body: {channel: 'k', data: 1, key: 'k'}}, 200);
    await ask('POST', '/v1/publish', {body: {channel: 'k', data: 2, key: 'k'}}, 409);
    await ask('GET', '/v1/history', {params: {query: {channel: ''}}}, 400);
    await ask('GET', '/v1/subscriptions', {}, 400);
    await ask('GET', '/v1/admin/channels', {params: {query: {limit: 'many'}}}, 400);
    await ask('POST', '/v1/subscribe', {params: {query: {user: 'ann', channel: '$user:bob'}}}, 400);
    await ask('POST', '/v1/unsubscribe', {params: {query: {user: 'ann', channel: 'no name'}}}, 400);
    await ask('POST', '/v1/admin/close', {}, 400);
    await ask('POST', '/v1/admin/revoke', {}, 400);
    await ask('POST', '/v1/admin/webhooks/redeliver', {}, 400);
    await ask('POST', '/v1/admin/webhooks/redeliver', {params: {query: {webhook: 'nobody'}}}, 404);
    await ask('GET', '/v1/presence', {params: {query: {channel: ''}}}, 400);
    await ask('GET', '/v1/admin/events', {params: {query: {types: 'nothing'}}}, 400);
  },
  'everything that is described was asked for': () => {
    const described = Object.entries(description.paths)
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    assert.deepEqual([...asked].sort(), described.sort());
  },
  'nothing that is described opens without a key': async () => {
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const answer = await fetch(url + path, {method, headers: {authorization: `Bearer ${KEY}x`}});
        assert.equal(answer.status, 401, `${method} ${path}`);
        assert.ok(operation.responses[401] && operation.responses[403], `${method} ${path} does not describe 401 and 403`);
        assert.ok(!(await answer.text()).includes('canary'));
      }
    }
  },
};

await runTests('api', tests, {end: stop});
