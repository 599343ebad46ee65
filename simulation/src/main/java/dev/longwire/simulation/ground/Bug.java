// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.ground;

/** Mistakes planted in the home of a world, each to prove that some promise is really judged. */
public enum Bug {
    /** A push is not written to one of its subscribers. */
    DROP_PUSH,
    /** A push is written twice. */
    DELIVER_TWICE,
    /** A message reaches a subscriber with another payload. */
    CHANGE_PAYLOAD,
    /** A publish is acked and not appended. */
    LOSE_APPEND,
    /** An owner wakes up with an older state. */
    ROLL_BACK,
    /** Requests between hub and owner overtake each other. */
    SWAP_REQUESTS,
    /** The idempotency key is lost on the way. */
    FORGET_KEY,
    /** A publish runs, but is answered with an error. */
    REFUSE_AND_RUN,
    /** Messages are still written to a carrier that has been replaced. */
    SERVE_REPLACED,
    /** What is not recovered is said to be. */
    RECOVER_FALSELY,
    /** A replay loses its last message. */
    CUT_REPLAY,
    /** Back-pressure is ignored. */
    IGNORE_STALL,
    /** Lost hints are never repaired. */
    NEVER_REPAIR,
    /** What is asked for again by a repeated poll comes without its messages. */
    EMPTY_REPEAT,
    /** Held polls are not answered before their time. */
    NEVER_SETTLE,
    /** What an old carrier brings late runs in the new one's turn. */
    RUN_LATE_INPUT,
    /** What a token doesn't allow is allowed. */
    IGNORE_RIGHTS,
    /** Tokens don't end. */
    IGNORE_END,
    /** Revoked tokens are still good. */
    IGNORE_REVOCATION,
    /** A hub does not hear what the application subscribes users to. */
    FORGET_ASSIGNMENT,
    /** What happened to a session is not told. */
    LOSE_EVENT
}
