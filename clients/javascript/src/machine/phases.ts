// SPDX-License-Identifier: Apache-2.0
// The one table of how a connection lives. docs/states.md shows it as a picture; a test holds the two together.

/** What the application sees. */
export type State = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'closed';

/** Where a connection stands. */
export type Phase = 'idle' | 'opening' | 'attaching' | 'attached' | 'waiting' | 'closed';

/** What can happen to it. */
export type Happening =
  /** The application wants it. */
  | 'connect'
  /** A carrier is open; `connect` has been said. */
  | 'opened'
  /** `connected` was answered. */
  | 'connected'
  /** The carrier is gone, and coming back is allowed. */
  | 'lost'
  /** It is time for the next attempt. */
  | 'due'
  /** A better carrier may work: go there with the session. */
  | 'move'
  /** The application said goodbye, or the server said not to come back. */
  | 'close';

export const transitions: Readonly<Record<Phase, Partial<Record<Happening, Phase>>>> = {
  idle: {connect: 'opening', close: 'closed'},
  opening: {opened: 'attaching', lost: 'waiting', close: 'closed'},
  attaching: {connected: 'attached', lost: 'waiting', close: 'closed'},
  attached: {lost: 'waiting', move: 'opening', close: 'closed'},
  waiting: {due: 'opening', close: 'closed'},
  closed: {connect: 'opening'},
};
