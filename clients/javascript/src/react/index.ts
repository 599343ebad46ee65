// SPDX-License-Identifier: Apache-2.0
import {createContext, createElement, type ReactElement, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore} from 'react';
import type {Channel, SubscribeOptions} from '../channel.js';
import type {Client} from '../client.js';
import type {LongwireError} from '../errors.js';
import type {Via} from '../machine/routes.js';
import type {State} from '../machine/phases.js';
import type {Reset} from '../machine/subscriptions.js';
import type {Message} from '../payload.js';
import {type Member, Presence} from '../presence/index.js';
import {Shelf} from './held.js';

const Context = createContext<Client | null>(null);

/** Gives a client to everything below it. It neither connects nor closes it: that is the application's. */
export const LongwireProvider = ({client, children}: {readonly client: Client; readonly children?: ReactNode}): ReactElement =>
  createElement(Context.Provider, {value: client}, children);

/** The client of the nearest `LongwireProvider`. */
export const useClient = (): Client => {
  const client = useContext(Context);
  if (!client) {
    throw new Error('no LongwireProvider above this component');
  }
  return client;
};

export interface Connection {
  readonly state: State;
  readonly transport: Via | null;
  readonly id: string | null;
  readonly user: string | null;
}

/** How the client is connected, as it changes. */
export const useConnection = (): Connection => {
  const client = useClient();
  const listen = useMemo(
    () =>
      (changed: () => void): (() => void) => {
        const stops = [client.on('state', changed), client.on('attached', changed), client.on('notice', changed)];
        return () => stops.forEach((stop) => stop());
      },
    [client],
  );
  // Compared as text: a new object at each look would be a change at each look.
  const look = (): string => JSON.stringify([client.state, client.transport, client.id, client.user]);
  const [state, transport, id, user] = JSON.parse(useSyncExternalStore(listen, look, look)) as [State, Via | null, string | null, string | null];
  return {state, transport, id, user};
};

/** Subscriptions that components hold; one that the application had before them stays when they have gone. */
const subscriptions = new Shelf<Channel>((client, name) => {
  const channel = client.channel(name);
  const foreign = channel.position !== null;
  return {thing: channel, end: () => void (foreign || channel.unsubscribe())};
});

export interface Subscription<T> {
  readonly channel: Channel<T>;
  readonly subscribed: boolean;
  /** Why the server refused or ended it. */
  readonly error?: LongwireError | undefined;
}

/** Subscribed while the component is there. Where to begin is read once for each name: later `options` change nothing. */
export const useChannel = <T = unknown>(name: string, options?: SubscribeOptions): Subscription<T> => {
  const client = useClient();
  const channel = useMemo(() => client.channel<T>(name), [client, name]);
  const [now, setNow] = useState<Subscription<T>>({channel, subscribed: false});
  useEffect(() => {
    const {release} = subscriptions.hold(client, name);
    const stops = [
      channel.on('subscribed', () => setNow({channel, subscribed: true})),
      channel.on('unsubscribed', ({error}) => setNow({channel, subscribed: false, error})),
    ];
    let gone = false;
    channel.subscribe(options).then(
      () => gone || setNow({channel, subscribed: true}),
      (error: LongwireError) => gone || setNow({channel, subscribed: false, error}),
    );
    return () => {
      gone = true;
      stops.forEach((stop) => stop());
      release();
    };
  }, [client, name, channel]);
  return now.channel === channel ? now : {channel, subscribed: false};
};

export interface UseMessagesOptions extends SubscribeOptions {
  /** How many of the newest are kept; 100. */
  readonly keep?: number;
}

export interface MessagesOf<T> extends Subscription<T> {
  /** The newest, oldest first. */
  readonly messages: readonly Message<T>[];
  /** The last loss of messages, if any: what is shown has a hole there. */
  readonly reset?: Reset | undefined;
}

/** The newest messages of a channel, as they come. */
export const useMessages = <T = unknown>(name: string, {keep = 100, ...start}: UseMessagesOptions = {}): MessagesOf<T> => {
  const client = useClient();
  const channel = useMemo(() => client.channel<T>(name), [client, name]);
  const [now, setNow] = useState<{channel: Channel<T>; messages: readonly Message<T>[]; reset?: Reset}>({channel, messages: []});
  useEffect(() => {
    // Listens before `useChannel` below subscribes: effects run in the order of their hooks.
    setNow((before) => (before.channel === channel ? before : {channel, messages: []}));
    const stops = [
      channel.on('message', (message) => setNow((before) => ({...before, messages: [...before.messages, message].slice(-keep)}))),
      channel.on('reset', (reset) => setNow((before) => ({...before, reset}))),
    ];
    return () => stops.forEach((stop) => stop());
  }, [channel, keep]);
  const subscription = useChannel<T>(name, start);
  return {...subscription, messages: now.channel === channel ? now.messages : [], reset: now.channel === channel ? now.reset : undefined};
};

/** Presence that components hold: one object for each channel, because a session observes it once. */
const rooms = new Shelf<Presence>((client, name) => {
  const thing = new Presence(client, name);
  // What fails here fails because the connection or the right is gone, and the presence with it.
  return {thing, end: () => void thing.unobserve().catch(() => {})};
});

/** Who is seen, while somebody wants to be: leaves when the last one has gone. */
const seats = new Shelf<undefined>((client, name) => {
  const {thing, release} = rooms.hold(client, name);
  const end = (): void => void thing.leave().catch(() => {}).finally(release);
  return {thing: undefined, end};
});

export interface Room<Data, Info> {
  readonly members: readonly Member<Data, Info>[];
  readonly count: number;
  readonly error?: LongwireError | {readonly name: string} | undefined;
}

export interface UsePresenceOptions<Data> {
  /** Be seen too, with this; a change of it is told. Without it the component only looks. */
  readonly enter?: Data;
}

/** Who is in a channel, as it changes. */
export const usePresence = <Data = unknown, Info = unknown>(name: string, options: UsePresenceOptions<Data> = {}): Room<Data, Info> => {
  const client = useClient();
  const [now, setNow] = useState<Room<Data, Info> & {name: string}>({name, members: [], count: 0});
  const said = 'enter' in options ? JSON.stringify(options.enter) : undefined;
  useEffect(() => {
    const {thing, release} = rooms.hold(client, name);
    const room = thing as Presence<Data, Info>;
    let gone = false;
    const show = (error?: LongwireError | {readonly name: string}): void => {
      if (!gone) {
        setNow({name, members: [...room.members.values()], count: room.count, error});
      }
    };
    const stops = [room.on('changed', () => show()), room.on('ended', show)];
    room.observe().then(() => show(), show);
    return () => {
      gone = true;
      stops.forEach((stop) => stop());
      release();
    };
  }, [client, name]);
  const enters = said !== undefined;
  useEffect(() => (enters ? seats.hold(client, name).release : undefined), [client, name, enters]);
  useEffect(() => {
    if (said !== undefined) {
      const {thing, release} = rooms.hold(client, name);
      thing.enter(JSON.parse(said)).catch((error: LongwireError) => setNow((before) => ({...before, error})));
      return release;
    }
    return undefined;
  }, [client, name, said]);
  return now.name === name ? now : {members: [], count: 0};
};
