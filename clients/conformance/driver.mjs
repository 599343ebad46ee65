// SPDX-License-Identifier: Apache-2.0
// The JavaScript client on a leash (with `--cbor` it speaks CBOR): commands come in as lines of JSON, what it tells its application goes out as such.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { Client } from "../javascript/dist/index.js";
import { cbor } from "../javascript/dist/cbor/index.js";
import { Presence } from "../javascript/dist/presence/index.js";

const { WebSocket } = createRequire(new URL("../javascript/package.json", import.meta.url))("ws");
const codec = process.argv.includes("--cbor") ? { codec: cbor } : {};
const clients = new Map();

const make = (number, { url, tokens, ...options }) => {
  const tell = (event, more) => console.log(JSON.stringify({ client: number, event, ...more }));
  const texts = new Map();
  const memory = { getItem: (key) => texts.get(key) ?? null, setItem: (key, value) => void texts.set(key, value), removeItem: (key) => void texts.delete(key) };
  let asked = 0;
  const token = tokens && (async () => {
    const next = tokens[Math.min(asked++, tokens.length - 1)];
    if (next === null) throw new Error("no token now");
    return next;
  });
  const client = new Client(url, { webSocket: WebSocket, memory, ...codec, ...options, ...(token && { token }) });
  client.on("state", ({ state, error }) => tell("state", { state, ...(error && { name: error.name }) }));
  client.on("error", ({ name, code }) => tell("failure", { name, code }));
  const settle = (tag, promise, of = () => ({})) =>
    promise.then((answer) => tell("done", { tag, ...of(answer) }), ({ name, code }) => tell("failed", { tag, name, code }));
  const watched = new Set();
  const watch = (name) => {
    const channel = client.channel(name);
    if (watched.has(name)) return channel;
    watched.add(name);
    channel.on("subscribed", ({ recovered, position }) => tell("subscribed", { channel: name, recovered, at: position.offset }));
    channel.on("message", ({ offset, data }) => tell("message", { channel: name, offset, data }));
    channel.on("reset", ({ reason, position }) => tell("reset", { channel: name, reason, at: position.offset }));
    channel.on("unsubscribed", ({ error, reason }) => tell("ended", { channel: name, name: error?.name ?? reason }));
    return channel;
  };
  const rooms = new Map();
  const room = (name) => {
    let presence = rooms.get(name);
    if (!presence) {
      rooms.set(name, (presence = new Presence(client, name)));
      const who = ({ user, client }) => user ?? client;
      for (const what of ["joined", "updated", "left"]) presence.on(what, (member) => tell(what, { channel: name, who: who(member), ...(member.data !== undefined && { data: member.data }) }));
      presence.on("ended", (why) => tell("presence_ended", { channel: name, name: why.name }));
    }
    return presence;
  };
  return {
    connect: () => void client.connect(),
    close: () => client.close(),
    subscribe: ({ channel, since, last }) => void watch(channel).subscribe({ ...(since && { since }), ...(last && { last }) }).catch(() => {}),
    unsubscribe: ({ channel }) => client.channel(channel).unsubscribe(),
    publish: ({ channel, data, tag, key }) => settle(tag, client.channel(channel).publish(data, key ? { key } : {}), ({ offset, duplicate }) => ({ offset, duplicate })),
    history: ({ channel, tag }) => settle(tag, client.channel(channel).history(), ({ messages }) => ({ data: messages.map(({ data }) => data) })),
    call: ({ method, data, tag }) => settle(tag, client.call(method, data), (answer) => ({ data: answer })),
    enter: ({ channel, data, tag }) => settle(tag, room(channel).enter(data)),
    leave: ({ channel, tag }) => settle(tag, room(channel).leave()),
    observe: ({ channel, tag }) => settle(tag, room(channel).observe()),
    ask: ({ tag }) => tell("done", { tag, state: client.state, transport: client.transport, id: client.id }),
  };
};

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { client, make: options, ...command } = JSON.parse(line);
    if (options) clients.set(client, make(client, options));
    else clients.get(client)[command.do](command);
  })
  .on("close", () => process.exit(0));
