// SPDX-License-Identifier: Apache-2.0
// Runs every scenario with every client. Words pick scenarios by what stands in their names, or a client by its own.
import { existsSync } from "node:fs";
import { checkCitations } from "./citations.mjs";
import { JvmHome, Kind, Peer, Proxy, root, WorkerHome } from "./harness.mjs";
import { all as peerScenarios } from "./presence.scenarios.mjs";
import { all as homeScenarios } from "./home.scenarios.mjs";

const AT_A_TIME = 4;
const LIMIT_MS = 180_000;
const words = process.argv.slice(2);
const classes = `${root}clients/java/target`;
const oldJava = ["/usr/lib/jvm/java-17-openjdk-amd64", "/usr/lib/jvm/temurin-17-jdk-amd64"].map((home) => `${home}/bin/java`).find(existsSync);
const java = process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/java` : "java";
const kinds = [
  new Kind("javascript", process.execPath, [`${root}clients/conformance/driver.mjs`]),
  new Kind("java", oldJava ?? java, ["-cp", `${classes}/classes:${classes}/test-classes`, "dev.longwire.client.ConformanceDriver"]),
];
// The peer of the scripted scenarios speaks JSON: this one meets homes only.
const binary = new Kind("javascript-cbor", process.execPath, [`${root}clients/conformance/driver.mjs`, "--cbor"]);
console.log(`the Java client runs on ${oldJava ?? java}`);

let passed = 0;
let failed = 0;
const check = async (name, body) => {
  const started = Date.now();
  try {
    await body();
    passed++;
    console.log(`ok ${name} (${Date.now() - started} ms)`);
  } catch (fault) {
    failed++;
    console.log(`FAILED ${name}: ${fault.stack}`);
  }
};

const limited = async (run) => {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error("it took too long")), LIMIT_MS)));
  try {
    await Promise.race([run, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** Runs one with clients that are closed at its end. */
const withClients = async (kind, url, options, run) => {
  const made = [];
  const make = (more) => {
    const client = kind.make(url, { ...options, ...more });
    made.push(client);
    return client;
  };
  try {
    await limited(run(make));
  } finally {
    made.forEach((client) => client.tell("close"));
  }
};

const jobs = [];
const wanted = (name) => words.every((word) => name.includes(word));
for (const { name, options, run } of peerScenarios) {
  for (const kind of kinds) {
    const title = `${kind.name}: ${name}`;
    if (!wanted(title)) continue;
    jobs.push(() => check(title, async () => {
      const peer = await Peer.start();
      try {
        await withClients(kind, peer.url, options, (make) => run({ peer, make }));
      } finally {
        peer.stop();
      }
    }));
  }
}

const homes = [["jvm", JvmHome]];
if (existsSync(`${root}edge/target/worker/worker.mjs`) && existsSync(`${root}edge/worker/node_modules`)) homes.push(["worker", WorkerHome]);
else console.log("the Worker is not built: only the JVM");
const started = [];
for (const [home, Home] of homes) {
  const picked = homeScenarios.filter(({ on }) => on.includes(home));
  if (!picked.some(({ name }) => [...kinds, binary].some((kind) => wanted(`${kind.name} on ${home}: ${name}`)))) continue;
  const server = await Home.start();
  started.push(server);
  for (const { name, run } of picked) {
    for (const kind of [...kinds, binary]) {
      const title = `${kind.name} on ${home}: ${name}`;
      if (!wanted(title)) continue;
      jobs.push(() => check(title, async () => {
        const proxy = await Proxy.to(server.port, java);
        const room = `${kind.name}-${home}-${jobs.length}-${Math.random().toString(36).slice(2, 8)}`;
        try {
          await withClients(kind, proxy.url, {}, (make) => run({ proxy, make, room, home, direct: (more) => kind.make(`http://127.0.0.1:${server.port}`, more) }));
        } finally {
          await proxy.stop();
        }
      }));
    }
  }
}

await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
  for (let job = jobs.shift(); job; job = jobs.shift()) await job();
}));
await check("every rule is cited, and what is cited exists", () => checkCitations());
for (const one of [...[...kinds, binary].map((kind) => kind.end()), ...started.map((server) => server.stop())]) await one;
console.log(`SUITE client conformance: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
