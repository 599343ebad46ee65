// SPDX-License-Identifier: Apache-2.0
// The same as a Worker: it runs when it is asked to.
import {run} from './smoke.mjs';

export default {
  fetch: async (request) => Response.json(await run(await request.json())),
};
