// SPDX-License-Identifier: Apache-2.0
// Tokens as an application's backend makes them, and the settings of a server that believes them.
import {createHmac} from 'node:crypto';

const SECRET = 'canary-secret-of-the-client-tests-of-64-bytes-or-a-few-more-than-that';

export const BELIEVES: readonly string[] = [
  '--set', 'tokens.app.issuer=app', '--set', 'tokens.app.audiences=longwire',
  '--set', 'tokens.app.keys.k.algorithm=HS256', '--set', `tokens.app.keys.k.secret=${SECRET}`,
];

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token for a user who may do everything, for so many seconds. */
export const tokenOf = (user: string, seconds = 3_600): string => {
  const text = `${part({alg: 'HS256', kid: 'k'})}.${part({
    iss: 'app', aud: 'longwire', sub: user, cap: {'*': ['*']}, exp: Math.floor(Date.now() / 1000) + seconds,
  })}`;
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
};
