// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.ground;

/** What may go wrong in a world without anybody being wrong. */
public enum Fault {
    /** Connections break, noticed or not. */
    CUT,
    /** Bytes vanish in one direction or both, and nobody is told. */
    HALF_OPEN,
    /** Clients stop reading for a while. */
    STALL,
    /** Connections take so long to open that the client has given up on them when they do. */
    LATE_CONNECT,
    /** Clients poll on some of their attempts. */
    POLLING,
    /** Polls and their answers are lost or late. */
    POLL_LOSS,
    /** A poll comes once more long after it was answered. */
    POLL_STALE,
    /** A client comes back through another hub. */
    ROAM,
    /** A hub is lost with its sessions. */
    HUB_RESTART,
    /** Channel logs are lost while hubs go on. */
    OWNER_RESTART,
    /** Everything is lost. */
    HOME_RESTART,
    /** Hubs and owners are written out and read back. */
    SLEEP,
    /** Hints of new messages are lost. */
    HINT_LOSS,
    /** Hints come late, twice, or in another order. */
    HINT_DISORDER,
    /** The time of day jumps. */
    CLOCK_JUMP,
    /** A hub tells its clients to go elsewhere. */
    DRAIN,
    /** Sessions are ended by an administrator. */
    KICK,
    /** Clients say goodbye. */
    GOODBYE,
    /** Clients ask for more than they may. */
    FLOOD,
    /** Clients claim positions that they never had. */
    FORGE,
    /** Tokens allow some channels only, and end; clients are asked for fresh ones. */
    TOKENS,
    /** Tokens are revoked. */
    REVOKE,
    /** A backend is asked first, and is late, silent, down, or says no. */
    HOOKS,
    /** The application subscribes users, and ends that. */
    ASSIGN;

    /** Not in every world: those whose seeds once found something are to stay as they were. */
    boolean rare() {
        return this == TOKENS || this == REVOKE || this == HOOKS || this == ASSIGN;
    }
}
