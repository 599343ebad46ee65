// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import org.teavm.jso.JSByRef;
import org.teavm.jso.JSObject;

/**
 * A hub as JavaScript sees it: inputs go in, then {@link #next} until it says 0; after each, the accessors say what is to
 * be done. Carriers are numbers that the home chooses; times are its clock's ms.
 */
public interface HubPort extends JSObject {

    int TEXT = 1;
    int BINARY = 2;
    int CLOSE = 3;
    int VERIFY = 4;
    int ASK = 5;
    int ENDED = 6;
    int PROBE = 7;

    void opened(int carrier, boolean cbor, double now);

    void received(int carrier, boolean binary, @JSByRef byte[] message, double now);

    void closed(int carrier, double now);

    /** The runtime has answered a ping in the hub's stead. */
    void alive(int carrier, double now);

    /** The bytes that came from a channel: an answer or news. */
    void heard(@JSByRef byte[] crossing, double now);

    /**
     * The carrier that asked to be verified is let in, as nobody in particular.
     *
     * @param session what the genuine ticket names; empty when there is none
     * @param ticketTurn the turn that it names
     */
    void verified(int carrier, String session, double ticketTurn, double now);

    /** Unpredictable names for the session that the next verified connect may need. */
    void fresh(String session, String client);

    /** What stands on the wire for a session's plain name. */
    void sealed(String plain, String ticket);

    void tick(double now);

    void settle(double now);

    /** When a tick is wanted; infinite for never. */
    double wakeAt();

    /** The kind of the next output; 0 when there is none. */
    int next();

    /** How many carriers it is for. */
    int carriers();

    int carrier(int index);

    @JSByRef
    byte[] bytes();

    /** A close's reason, a question's channel, a ticket to be opened. */
    String text();

    /** A close's number. */
    int number();

    /** A session's plain name at a turn; what a connect may be told is to be {@link #sealed} before it is verified. */
    String plain(String session, double turn);

    /** The turn that a connect would have, which waits to be verified. */
    double turn(int carrier, double ticketTurn);

    int sessions();

    /** How many carriers the hub takes for open. */
    int known();

    int knownAt(int index);

    @JSByRef
    byte[] write(double now);
}
