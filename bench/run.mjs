// SPDX-License-Identifier: Apache-2.0
// Longwire and its peers side by side; see bench/README.md. Rounds are interleaved, so that a noisy minute hits all alike.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { crowd } from "./crowd.mjs";
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

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
const spread = (values, digits) => `${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)}`;

function generator(name = "fanload") {
  mkdirSync(`${here}target`, { recursive: true });
  const binary = `${here}target/${name}`;
  const sources = [`${here}${name}.c`, `${here}load.h`];
  if (!existsSync(binary) || sources.some((source) => statSync(binary).mtimeMs < statSync(source).mtimeMs)) {
    execFileSync("gcc", ["-O2", "-o", binary, `${here}${name}.c`], { stdio: "inherit" });
  }
  return binary;
}

function peers() {
  if (!existsSync(`${here}peers/node_modules/ws`)) {
    execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: `${here}peers`, stdio: "ignore" });
  }
}

/** A tool of the newest JDK, as ./longwire finds it. */
function java(tool) {
  const home = execFileSync("bash", ["-c", ". .build/need.sh && longwire_need_jdk && echo $JAVA_HOME"], { cwd: root });
  return `${home.toString().trim()}/bin/${tool}`;
}

function cometd() {
  if (existsSync(`${here}peers/cometd/target/dependency`)) return;
  const env = { ...process.env, JAVA_HOME: java("").replace(/\/bin\/$/, "") };
  execFileSync("mvn", ["-q", "package"], { cwd: `${here}peers/cometd`, env, stdio: "ignore" });
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
  longwire: (...more) =>
    start("longwire", "./longwire", ["serve", "--port", "0", "--set", "limits.frame_rate=0", ...more], (line) => Number(/:(\d+)\//.exec(line)?.[1] ?? 0), {
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
  engineio: () => {
    const port = nextPort++;
    return start("engineio", process.execPath, [`${here}peers/engineio.mjs`, String(port)], () => port);
  },
  cometd: () => {
    const port = nextPort++;
    const path = `${here}peers/cometd/target/classes:${here}peers/cometd/target/dependency/*`;
    return start("cometd", java("java"), ["-cp", path, "CometdPeer", String(port)], () => port);
  },
};

const frames = [
  ...["-i", '{"type":"connect","id":1}', "-i", '{"type":"subscribe","id":2,"channel":"bench:%d"}'],
  ...["-I", '{"type":"connect","id":1}'],
  ...["-m", '{"type":"publish","id":%n,"channel":"bench:%d","data":"%T%P"}'],
];

const load = (server, args) => run(generator(), server, ["-u", server.path, ...frames, ...args]);
const poll = (server, args) => run(generator("pollload"), server, ["-k", server.name, ...args]);

function run(program, server, args) {
  const all = ["-c", LOAD_CPU, program, "-p", server.port, ...args, "-S", server.pid];
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
    for (const server of servers) load(server, [...args, "-s", PAD, "-d", "2", "-W", "8", "-q", "1500"]);
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

const table = (...names) => console.log(`| ${names.join(" | ")} |\n|${"---|".repeat(names.length)}`);
const stop = (servers) => servers.forEach((server) => server.child.kill("SIGKILL"));

/** Measures every server once in every round; answers the results by server. */
function interleaved(servers, measure, times = rounds) {
  const results = new Map(servers.map((server) => [server, []]));
  for (let round = 0; round < times; round++) {
    for (const server of servers) results.get(server).push(measure(server));
  }
  return results;
}

/** One channel, 1,000 clients that poll. */
async function polling() {
  peers();
  cometd();
  const servers = [];
  for (const name of option("servers", "longwire,engineio,cometd").split(",")) servers.push(await starters[name]());
  const clients = option("clients", "1000");
  let complete = true;
  table("messages in flight", "server", "CPU µs per delivery", "spread", "deliveries/s", "p50 ms", "p99 ms", "completeness");
  for (const window of ["1", "32"]) {
    const args = ["-n", clients, "-w", window];
    for (const server of servers) poll(server, [...args, "-d", "1", "-W", "8"]);
    for (const [server, all] of interleaved(servers, (each) => poll(each, [...args, "-d", seconds, "-W", "1"]))) {
      const of = (key) => all.map((result) => result[key]);
      const cpu = of("cpu_us_per_delivery");
      const whole = Math.min(...of("completeness"));
      complete &&= whole === 1 && Math.max(...of("completeness")) === 1;
      const ms = (key) => (median(of(key)) / 1000).toFixed(1);
      const speed = Math.round(median(of("deliveries_per_s"))).toLocaleString("en");
      console.log(
        `| ${window} | ${server.name} | ${median(cpu).toFixed(2)} | ${spread(cpu, 2)} | ${speed} | ${ms("p50_us")} | ${ms("p99_us")} | ${whole.toFixed(3)} |`,
      );
    }
  }
  stop(servers);
  process.exitCode = complete ? 0 : 1;
}

/** 100 publishers send 10,000 messages a second to 100 channels with one subscriber each. */
async function roundTrip() {
  peers();
  const servers = [];
  for (const name of option("servers", "longwire,bun,ws").split(",")) servers.push(await starters[name]());
  const asked = ["-m", '{"type":"publish","id":%n,"ack":true,"channel":"bench:%d","data":"%T%P"}'];
  const args = [...asked, "-n", 100, "-c", 100, "-b", 100, "-r", option("rate", "10000"), "-s", PAD];
  let complete = true;
  table("server", "CPU µs per message", "ack p50 ms", "ack p99 ms", "delivery p50 ms", "delivery p99 ms", "spread of p99", "completeness");
  for (const server of servers) load(server, [...args, "-d", "1", "-W", "8"]);
  for (const [server, all] of interleaved(servers, (each) => load(each, [...args, "-d", seconds, "-W", "1"]))) {
    const of = (key) => all.map((result) => result[key]);
    const whole = all.every((result) => result.completeness === 1 && result.acks === result.published);
    complete &&= whole;
    const ms = (key) => (median(of(key)) / 1000).toFixed(2);
    const wide = spread(of("p99_us").map((us) => us / 1000), 2);
    console.log(
      `| ${server.name} | ${median(of("cpu_us_per_delivery")).toFixed(1)} | ${ms("ack_p50_us")} | ${ms("ack_p99_us")} | ` +
        `${ms("p50_us")} | ${ms("p99_us")} | ${wide} | ${whole ? "1.000" : "INCOMPLETE"} |`,
    );
  }
  stop(servers);
  process.exitCode = complete ? 0 : 1;
}

/** CPU seconds of a process. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** 5,000 sessions are cut, miss 20 messages each, and come back at once. */
async function reconnectStorm() {
  peers();
  const { storm } = await import("./storm.mjs");
  const server = await starters.longwire();
  const shape = { sessions: Number(option("sessions", "5000")), channels: 50, missed: 20 };
  const url = `ws://127.0.0.1:${server.port}${server.path}`;
  const all = [];
  for (let round = 0; round <= rounds; round++) {
    const result = await storm(url, shape, () => cpuSeconds(server.pid));
    if (round > 0) all.push(result); // The first one warms up.
  }
  stop([server]);
  const of = (key) => all.map((result) => result[key]);
  const ratios = all.map((result) => result.resuming / result.plain);
  table("", "median", "spread");
  console.log(`| plain connect and subscribe, CPU µs each | ${median(of("plain")).toFixed(0)} | ${spread(of("plain"), 0)} |`);
  console.log(`| resume with ${shape.missed} missed messages, CPU µs each | ${median(of("resuming")).toFixed(0)} | ${spread(of("resuming"), 0)} |`);
  console.log(`| ratio | ${median(ratios).toFixed(2)} | ${spread(ratios, 2)} |`);
  console.log(`| all ${shape.sessions} are back after s | ${median(of("seconds")).toFixed(2)} | ${spread(of("seconds"), 2)} |`);
  console.log(`| resumed | ${median(of("resumed"))} | ${spread(of("resumed"), 0)} |`);
  console.log(`| messages lost, or out of order | ${median(of("lost"))}, ${median(of("wrong"))} | ${spread(of("lost"), 0)}, ${spread(of("wrong"), 0)} |`);
  process.exitCode = all.every((each) => each.resumed === shape.sessions && !each.lost && !each.wrong) ? 0 : 1;
}

/** Memory of sessions between polls, and of held polls. */
async function parked() {
  const count = Number(option("sessions", "5000"));
  console.log(`${count} sessions on one channel\n`);
  table("state", "live heap bytes each", "RSS bytes each");
  for (const state of ["parked", "held"]) {
    const server = await starters.longwire();
    poll(server, ["-n", 200, "-w", 8, "-d", "2", "-W", "3"]);
    await sleep(1000);
    const before = { heap: heap(server), rss: rss(server.pid) };
    const args = ["-k", "longwire", "-p", server.port, "-n", count, "-x", state].map(String);
    const child = spawn("taskset", ["-c", LOAD_CPU, generator("pollload"), ...args]);
    await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    const after = { heap: heap(server), rss: rss(server.pid) };
    const each = (key) => Math.round((after[key] - before[key]) / count);
    console.log(`| ${state === "held" ? "held poll, its connection included" : "between polls, no connection"} | ${each("heap")} | ${each("rss")} |`);
    child.kill();
    stop([server]);
  }
}

/** Alternating rounds with and without a subscriber that does not read. */
async function slowReader() {
  const server = await starters.longwire();
  const pairs = Math.max(10, rounds);
  const args = ["-n", 500, "-c", 1, "-r", 100, "-s", 1000, "-q", 1000, "-W", "1"];
  load(server, [...args, "-d", "8"]);
  const ratios = [];
  const all = [];
  for (let pair = 0; pair < pairs; pair++) {
    const order = pair % 2 ? [1, 0] : [0, 1];
    const p99 = [];
    for (const slow of order) {
      const result = load(server, [...args, "-d", seconds, ...(slow ? ["-z", 1] : [])]);
      p99[slow] = result.p99_us;
      all.push(result.completeness);
    }
    ratios.push(p99[1] / p99[0]);
  }
  stop([server]);
  const complete = all.every((each) => each === 1);
  console.log(
    `the others' p99 with a slow reader / without: median ${median(ratios).toFixed(2)} (${spread(ratios, 2)}), ` +
      `${pairs} pairs of alternating rounds, completeness of the others ${complete ? "1.000" : "INCOMPLETE"}`,
  );
  process.exitCode = complete ? 0 : 1;
}

/** Alternating rounds with and without four connections that flood, for every kind of flood; limits as they are by themselves. */
async function flood() {
  const server = await start("longwire", "./longwire", ["serve", "--port", "0", "--set", "deflate=1KiB"], (line) => Number(/:(\d+)\//.exec(line)?.[1] ?? 0), { LONGWIRE_LOG: "WARN" });
  const args = ["-n", 500, "-c", 1, "-r", 100, "-s", 1000, "-q", 1000, "-W", "1"];
  load(server, [...args, "-d", "8"]);
  console.log("| flood | the others' p99 with it / without | spread | completeness of the others | cut, per second |\n|---|---|---|---|---|");
  let complete = true;
  for (const kind of option("kinds", "frames,pings,subscribes,bombs,connections").split(",")) {
    const ratios = [];
    let cut = 0;
    let whole = true;
    for (let pair = 0; pair < rounds; pair++) {
      const p99 = [];
      for (const flooded of pair % 2 ? [1, 0] : [0, 1]) {
        const offender = flooded ? spawn("taskset", ["-c", LOAD_CPU, "nice", "node", `${here}offend.mjs`, kind, String(server.port)], { stdio: ["ignore", "pipe", "inherit"] }) : null;
        if (offender) await sleep(500);
        const result = load(server, [...args, "-d", seconds]);
        p99[flooded] = result.p99_us;
        whole &&= result.completeness === 1;
        if (!offender) continue;
        offender.kill();
        const [line] = await createInterface({ input: offender.stdout })[Symbol.asyncIterator]().next().then((r) => [r.value]);
        cut += JSON.parse(line).cut / Number(seconds);
      }
      ratios.push(p99[1] / p99[0]);
    }
    complete &&= whole;
    console.log(`| ${kind} | ${median(ratios).toFixed(2)} | ${spread(ratios, 2)} | ${whole ? "1.000" : "INCOMPLETE"} | ${Math.round(cut / rounds)} |`);
  }
  stop([server]);
  process.exitCode = complete ? 0 : 1;
}

/** What it costs to let somebody in, without a token and with one. */
async function accept() {
  const { createHmac } = await import("node:crypto");
  const secret = "only-for-measuring-only-for-measuring";
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: "bench", aud: "longwire", sub: "ann", exp: Math.floor(Date.now() / 1000) + 3600, cap: { "bench:*": ["*"] } };
  const content = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  const token = `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
  const settings = { "tokens.app.issuer": "bench", "tokens.app.audiences": "longwire", "tokens.app.keys.k1.algorithm": "HS256", "tokens.app.keys.k1.secret": secret, "limits.sessions_per_user": "0" };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const kinds = new Map([
    ["anonymous", [await starters.longwire(), '{"type":"connect","id":1}']],
    ["HS256 token", [await starters.longwire(...flags), JSON.stringify({ type: "connect", id: 1, token })]],
  ]);
  const costs = new Map([...kinds.keys()].map((kind) => [kind, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [kind, [server, frame]] of kinds) {
      const args = ["-p", server.port, "-u", server.path, "-i", frame, "-i", '{"type":"subscribe","id":2,"channel":"bench:%d"}', "-I", frame, ...frames.slice(-2), "-n", 2000, "-c", 100, "-q", 1000, "-x"];
      const child = spawn("taskset", ["-c", LOAD_CPU, generator(), ...args.map(String), "-S", String(server.pid)]);
      const [line] = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next().then((r) => [r.value]);
      child.stdin.write("\n");
      await new Promise((done) => child.on("exit", done));
      if (round >= 0) costs.get(kind).push(JSON.parse(line).connect_cpu_us);
    }
  }
  console.log("| 2,000 connections | CPU µs for each | spread |\n|---|---|---|");
  for (const [kind, all] of costs) console.log(`| ${kind} | ${median(all).toFixed(0)} | ${spread(all, 0)} |`);
  stop([...kinds.values()].map(([server]) => server));
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

/** A presence channel with 10,000 members. */
async function presence() {
  peers();
  await crowd(starters.longwire, stop);
}

const verbs = { fanout, idle, start: startUp, poll: polling, roundtrip: roundTrip, storm: reconnectStorm, parked, slow: slowReader, flood, accept, presence };
if (!verbs[verb]) {
  console.error(`usage: bench/run ${Object.keys(verbs).join("|")} [--rounds N] [--seconds N] [--servers a,b] [--shape TEXT]`);
  process.exit(2);
}
await verbs[verb]();
