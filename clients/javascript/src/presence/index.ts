// SPDX-License-Identifier: Apache-2.0
import type {Client} from '../client.js';
import {Emitter} from '../emitter.js';
import type {LongwireError} from '../errors.js';
import type {ConnectedFrame, ServerFrame} from '../frames.js';

/** Somebody who is in a channel: a user, however many sessions they have, or an anonymous session. */
export interface Member<Data = unknown, Info = unknown> {
  /** The user's id; absent of an anonymous session. */
  readonly user?: string;
  /** The session's public id; absent of a user. */
  readonly client?: string;
  /** What the user's token shows of them. */
  readonly info?: Info;
  /** What they said of themselves. */
  readonly data?: Data;
  /** Grows with each change of this member. */
  readonly version: number;
}

/** The events of a channel's presence. */
export interface PresenceEvents<Data = unknown, Info = unknown> {
  joined: Member<Data, Info>;
  updated: Member<Data, Info>;
  left: Member<Data, Info>;
  /** Something of the above has happened, and `members` and `count` are as they are now. */
  changed: undefined;
  /** It goes on no more: the right to it was lost, or the server refused. */
  ended: LongwireError | {readonly name: string};
}

interface Changes {
  readonly channel: string;
  readonly id?: number;
  readonly epoch: string;
  readonly version: number;
  readonly count: number;
  readonly sync?: 'part' | 'end';
  readonly members?: readonly Member[];
  readonly joined?: readonly Member[];
  readonly updated?: readonly Member[];
  readonly left?: readonly Member[];
  readonly action?: string;
  readonly reason?: string;
  readonly recovered?: boolean;
}

const keyOf = ({user, client}: Member): string => (user === undefined ? `c:${client}` : `u:${user}`);

/**
 * Who is in a channel, over every loss of the connection: whoever entered stays, or enters again, and what is observed is
 * made good by what changed meanwhile. It needs no subscription to the channel's messages.
 */
export class Presence<Data = unknown, Info = unknown> extends Emitter<PresenceEvents<Data, Info>> {
  readonly #client: Client;
  readonly #channel: string;
  #members = new Map<string, Member<Data, Info>>();
  #part: Map<string, Member<Data, Info>> | undefined;
  #epoch: string | undefined;
  #version = 0;
  #count = 0;
  #observing = false;
  #said: {readonly data: Data | undefined} | undefined;
  #stops: (() => void)[] = [];

  constructor(client: Client, channel: string) {
    super();
    this.#client = client;
    this.#channel = channel;
  }

  /** Those who are there, by a name of no meaning; empty until `observe` has been answered. */
  get members(): ReadonlyMap<string, Member<Data, Info>> {
    return this.#members;
  }

  /** How many are there, as far as this client was told. */
  get count(): number {
    return this.#count;
  }

  /** Is there from now on, until `leave` or the end of the session, and says this of itself. */
  async enter(data?: Data): Promise<void> {
    await this.#ask('enter', data);
    this.#said = {data};
    this.#listen();
  }

  /** Says something else of itself. */
  async update(data: Data): Promise<void> {
    await this.#ask('update', data);
    this.#said = {data};
  }

  async leave(): Promise<void> {
    this.#said = undefined;
    await this.#ask('leave');
    this.#rest();
  }

  /** Sees who is there, from now on; resolves when that begins. Rejects without the right to it. */
  async observe(): Promise<void> {
    if (this.#observing) {
      return;
    }
    this.#observing = true;
    this.#listen();
    try {
      await this.#observe();
    } catch (error) {
      this.#observing = false;
      this.#rest();
      throw error;
    }
  }

  async unobserve(): Promise<void> {
    this.#observing = false;
    this.#epoch = undefined;
    this.#members = new Map();
    await this.#ask('unobserve');
    this.#rest();
  }

  /** How many there are now, without seeing who. */
  async ask(): Promise<number> {
    return ((await this.#ask('count')) as Changes).count;
  }

  #ask(action: string, data?: Data, more = {}): Promise<unknown> {
    return this.#client.request('read', {type: 'presence', channel: this.#channel, action, ...(data !== undefined && {data}), ...more});
  }

  async #observe(): Promise<void> {
    const since = this.#epoch === undefined ? {} : {since: {epoch: this.#epoch, version: this.#version}};
    this.#part = undefined;
    await this.#ask('observe', undefined, since);
  }

  #listen(): void {
    if (this.#stops.length === 0) {
      this.#stops = [
        this.#client.on('attached', (frame) => this.#attached(frame)),
        this.#client.on('frame', (frame) => this.#frame(frame as ServerFrame & Changes)),
      ];
    }
  }

  #rest(): void {
    if (!this.#observing && !this.#said) {
      this.#stops.forEach((stop) => stop());
      this.#stops = [];
    }
  }

  /** What an attach does not name is not observed any more; and a new session has entered nothing. */
  #attached({resumed}: ConnectedFrame): void {
    if (this.#said && !resumed) {
      this.#ask('enter', this.#said.data).catch((error: LongwireError) => this.#ended('leave', error));
    }
    if (this.#observing) {
      this.#observe().catch((error: LongwireError) => {
        // What had not been answered before the connection was lost is asked once more by itself, and was first.
        if (error.name !== 'already_subscribed') {
          this.#ended('unobserve', error);
        }
      });
    }
  }

  #ended(action: string, why: LongwireError | {readonly name: string}): void {
    if (action === 'leave') {
      this.#said = undefined;
    } else {
      this.#observing = false;
      this.#epoch = undefined;
    }
    this.#rest();
    this.emit('ended', why);
  }

  #frame(frame: ServerFrame & Changes): void {
    if ((frame.type as string) !== 'presence' || frame.channel !== this.#channel || frame.id) {
      return;
    }
    if (frame.reason) {
      this.#ended(frame.action ?? '', {name: frame.reason});
    } else if (this.#observing && frame.sync) {
      this.#sync(frame);
    } else if (this.#observing && frame.epoch === this.#epoch && !this.#part && frame.version > this.#version) {
      this.#change(frame);
    }
  }

  #sync(frame: Changes): void {
    const part = (this.#part ??= new Map());
    for (const member of (frame.members ?? []) as Member<Data, Info>[]) {
      part.set(keyOf(member), member);
    }
    if (frame.sync === 'end') {
      const before = this.#members;
      const sameEpoch = this.#epoch === frame.epoch;
      this.#members = part;
      this.#part = undefined;
      this.#stand(frame);
      for (const [key, member] of before) {
        if (!part.has(key)) {
          this.emit('left', member);
        }
      }
      for (const [key, member] of part) {
        const known = before.get(key);
        if (!known) {
          this.emit('joined', member);
        } else if (!sameEpoch || member.version > known.version) {
          this.emit('updated', member);
        }
      }
      this.emit('changed', undefined);
    }
  }

  #change(frame: Changes): void {
    if (frame.version !== this.#version + 1) {
      // Something is missing, which the server would not leave out: everything is asked for again.
      this.#epoch = undefined;
      this.#ask('unobserve')
        .then(() => this.#observe())
        .catch((error: LongwireError) => this.#ended('unobserve', error));
      return;
    }
    this.#stand(frame);
    for (const [name, list] of [['joined', frame.joined], ['updated', frame.updated], ['left', frame.left]] as const) {
      for (const member of (list ?? []) as Member<Data, Info>[]) {
        const key = keyOf(member);
        const known = this.#members.get(key);
        if (name === 'left') {
          this.#members.delete(key);
          this.emit('left', known ? {...known, version: member.version} : member);
        } else if (!known || member.version > known.version) {
          this.#members.set(key, member);
          this.emit(name, member);
        }
      }
    }
    this.emit('changed', undefined);
  }

  #stand({epoch, version, count}: Changes): void {
    this.#epoch = epoch;
    this.#version = version;
    this.#count = count;
  }
}
