// SPDX-License-Identifier: Apache-2.0
// Longwire and its peers side by side; see bench/README.md. Rounds are interleaved, so that a noisy minute hits all alike.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connect } from "node:net";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));
const SERVER_CPU = "0";
const LOAD_CPU = "1";
const verb = process.argv[2];
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const rounds = Number(option("rounds", "5"));
const seconds = option("seconds", "5");

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const spread = (values, digits) => `${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)}`;

function generator() {
  mkdirSync(`${here}target`, { recursive: true });
  const binary = `${here}target/fanload`;
  if (!existsSync(binary) || statSync(binary).mtimeMs < statSync(`${here}fanload.c`).mtimeMs) {
    execFileSync("gcc", ["-O2", "-o", binary, `${here}fanload.c`], { stdio: "inherit" });
  }
  return binary;
}

function peers() {
  if (!existsSync(`${here}peers/node_modules/ws`)) {
    execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: `${here}peers`, stdio: "ignore" });
  }
}

/** Starts a server on the server's processor and waits until it listens. */
async function start(name, command, args, ready, env = {}) {
  const child = spawn("taskset", ["-c", SERVER_CPU, command, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const found = ready(line);
    if (found) return { name, pid: child.pid, port: found, path: name === "longwire" ? "/v1/ws" : "/", child };
  }
  throw new Error(`${name} did not start`);
}

let nextPort = 18200 + (process.pid % 500) * 3;
const starters = {
  longwire: () =>
    start("longwire", "./longwire", ["serve", "--port", "0"], (line) => Number(/:(\d+)\//.exec(line)?.[1] ?? 0), {
      LONGWIRE_LOG: "WARN",
      LONGWIRE_JAVA_OPTS: option("java", ""),
    }),
  bun: () => {
    const port = nextPort++;
    const binary = `${here}peers/node_modules/@oven/bun-linux-x64/bin/bun`;
    return start("bun", binary, [`${here}peers/bun.mjs`, String(port)], () => port);
  },
  ws: () => {
    const port = nextPort++;
    return start("ws", process.execPath, [`${here}peers/ws.mjs`, String(port)], () => port);
  },
};

const frames = [
  ...["-i", '{"type":"connect","id":1}', "-i", '{"type":"subscribe","id":2,"channel":"bench:%d"}'],
  ...["-I", '{"type":"connect","id":1}'],
  ...["-m", '{"type":"publish","id":%n,"channel":"bench:%d","data":"%T%P"}'],
];

function load(server, args) {
  const all = ["-c", LOAD_CPU, generator(), "-p", server.port, "-u", server.path, ...frames, ...args, "-S", server.pid];
  try {
    return JSON.parse(execFileSync("taskset", all.map(String), { maxBuffer: 1 << 20 }));
  } catch (failure) {
    if (failure.stdout?.length) return JSON.parse(failure.stdout);
    throw failure;
  }
}

const SHAPES = [
  ["1 channel x 1,000, one in flight", ["-n", 1000, "-c", 1, "-w", 1]],
  ["1 channel x 1,000, 32 in flight", ["-n", 1000, "-c", 1, "-w", 32]],
  ["1 channel x 1,000, 100 messages/s", ["-n", 1000, "-c", 1, "-r", 100]],
  ["1,000 channels x 10, 32 in flight", ["-n", 10000, "-c", 1000, "-w", 32]],
];

/** With this padding a message on channel 0 is 137 bytes as the peers send it, payload and envelope together. */
const PAD = 71;

async function fanout() {
  peers();
  const names = option("servers", "longwire,bun,ws").split(",");
  const servers = [];
  for (const name of names) servers.push(await starters[name]());
  let complete = true;
  console.log("| shape | server | CPU µs per delivery | spread | deliveries/s | p50 ms | p99 ms | completeness |");
  console.log("|---|---|---|---|---|---|---|---|");
  for (const [shape, args] of SHAPES.filter(([shape]) => shape.includes(option("shape", "")))) {
    const results = new Map(servers.map((server) => [server, []]));
    for (const server of servers) load(server, [...args, "-s", PAD, "-d", "2", "-W", "3", "-q", "1500"]);
    for (let round = 0; round < rounds; round++) {
      for (const server of servers) {
        const q = String(args).includes("10000") ? "4000" : "1000";
        results.get(server).push(load(server, [...args, "-s", PAD, "-d", seconds, "-W", "1", "-q", q]));
      }
    }
    for (const [server, all] of results) {
      const of = (key) => all.map((result) => result[key]);
      const cpu = of("cpu_us_per_delivery");
      const whole = Math.min(...of("completeness"));
      complete &&= whole === 1 && Math.max(...of("completeness")) === 1;
      const ms = (key) => (median(of(key)) / 1000).toFixed(1);
      console.log(
        `| ${shape} | ${server.name} | ${median(cpu).toFixed(3)} | ${spread(cpu, 3)} | ` +
          `${Math.round(median(of("deliveries_per_s"))).toLocaleString("en")} | ${ms("p50_us")} | ${ms("p99_us")} | ${whole.toFixed(3)} |`,
      );
    }
  }
  for (const server of servers) server.child.kill("SIGKILL");
  process.exitCode = complete ? 0 : 1;
}

const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;

/** Live bytes of the heap after a full collection. */
function heap(server) {
  const jcmd = `${readFileSync(`/proc/${server.pid}/cmdline`, "utf8").split("\0")[0].replace(/java$/, "")}jcmd`;
  execFileSync(jcmd, [String(server.pid), "GC.run"], { stdio: "ignore" });
  const histogram = execFileSync(jcmd, [String(server.pid), "GC.class_histogram"], { maxBuffer: 1 << 26 }).toString();
  return Number(/^Total\s+\d+\s+(\d+)/m.exec(histogram)[1]);
}

async function idle() {
  peers();
  const count = Number(option("sessions", "10000"));
  console.log(`${count} idle sessions, each subscribed to one of 1,000 channels\n`);
  console.log("| server | live heap bytes each | RSS bytes each | connect CPU µs each |\n|---|---|---|---|");
  for (const name of option("servers", "longwire,bun,ws").split(",")) {
    const server = await starters[name]();
    load(server, ["-n", 1000, "-c", 100, "-w", 8, "-d", "2", "-W", "1"]);
    const java = name === "longwire";
    await sleep(1000);
    const before = { rss: rss(server.pid), heap: java ? heap(server) : 0 };
    const args = ["-p", server.port, "-u", server.path, ...frames, "-n", count, "-c", 1000, "-q", 3000, "-x"];
    const child = spawn("taskset", ["-c", LOAD_CPU, generator(), ...args.map(String), "-S", String(server.pid)]);
    const [line] = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next().then((r) => [r.value]);
    const held = { heap: java ? heap(server) : 0, rss: rss(server.pid) };
    const each = (key) => Math.round((held[key] - before[key]) / count);
    console.log(`| ${name} | ${java ? each("heap") : "–"} | ${each("rss")} | ${JSON.parse(line).connect_cpu_us} |`);
    child.stdin.write("\n");
    await new Promise((done) => child.on("exit", done));
    server.child.kill("SIGKILL");
  }
}

/** From starting the process to the first accepted connection. */
async function startUp() {
  await starters.longwire().then((server) => server.child.kill("SIGKILL"));
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const port = nextPort++;
    const begun = process.hrtime.bigint();
    const child = spawn("./longwire", ["serve", "--port", String(port)], { cwd: root, stdio: "ignore" });
    while (!(await accepts(port))) await sleep(5);
    times.push(Number(process.hrtime.bigint() - begun) / 1e6);
    child.kill("SIGKILL");
  }
  console.log(`first accepted connection after ${Math.round(median(times))} ms (${spread(times, 0)}), median of ${rounds}`);
}

const accepts = (port) =>
  new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => (socket.destroy(), done(true)));
    socket.on("error", () => done(false));
  });

const verbs = { fanout, idle, start: startUp };
if (!verbs[verb]) {
  console.error(`usage: bench/run ${Object.keys(verbs).join("|")} [--rounds N] [--seconds N] [--servers a,b] [--shape TEXT]`);
  process.exit(2);
}
await verbs[verb]();
