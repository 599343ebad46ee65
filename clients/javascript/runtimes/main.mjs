// SPDX-License-Identifier: Apache-2.0
// The program for what runs programs: Node, Bun, Deno. Its arguments come as JSON in the last word.
import {run} from './smoke.mjs';

const [last] = (globalThis.Deno?.args ?? globalThis.process.argv).slice(-1);
console.log(`RESULTS ${JSON.stringify(await run(JSON.parse(last)))}`);
(globalThis.Deno ?? globalThis.process).exit(0);
