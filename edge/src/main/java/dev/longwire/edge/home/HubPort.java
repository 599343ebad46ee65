// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import org.teavm.jso.JSByRef;

/**
 * A hub as JavaScript sees it: inputs go in; then it is stored; then {@link #next} until it says 0, and after each the
 * accessors say what is to be done. Carriers are numbers that the home chooses; times are its clock's ms.
 */
public interface HubPort extends PostPort {

    /** {@link #bytes} are a message for the carriers, as text. */
    int TEXT = 1;

    /** The same, as bytes. */
    int BINARY = 2;

    /** The carrier ends: a socket with {@link #number} and {@link #text}, a stream without a word. */
    int CLOSE = 3;

    /** Is the token in {@link #text} genuine? Answered by {@link #vouched}, with the same {@link #number}. */
    int VERIFY = 4;

    /** {@link #bytes} are the answer to a poll. */
    int FINISH = 5;

    /** A poll or stream is refused: {@link #text} is the code's name. */
    int REJECT = 6;

    /** {@link #bytes} are a piece of an event stream. */
    int PIECE = 7;

    /** The limit in {@link #text} was hit, and the client told: to be logged. */
    int LIMIT = 8;

    /** What it was when it was written out, so late; before anything else. */
    void read(@JSByRef byte[] state, double thenMillis);

    /**
     * A socket is open.
     *
     * @param token what stood in a header; empty for none
     */
    void opened(int carrier, boolean cbor, String token, double now);

    void received(int carrier, boolean binary, @JSByRef byte[] message, double now);

    /**
     * A request to {@code /v1/poll} came; it is held until it is answered.
     *
     * @param token what stood in a header; empty for none
     */
    void polled(int carrier, boolean cbor, @JSByRef byte[] body, String token, double now);

    void closed(int carrier, double now);

    /** The peer gave a sign of life that the hub has not seen: an auto-answered ping, a piece that was taken. */
    void alive(int carrier, double now);

    /**
     * A job's token.
     *
     * @param claims of a genuine one; empty for any other
     * @param rules for its claims: the issuer that they must name, or nothing; then the audiences of which they must name one, a
     *     line each
     * @param failed whether that can't be told now
     */
    void vouched(int job, @JSByRef byte[] claims, String rules, boolean failed, double now);

    /** The kind of the next output; 0 when there is none. */
    int next();

    /** How many carriers it is for. */
    int carriers();

    int carrier(int index);

    @JSByRef
    byte[] bytes();

    String text();

    int number();

    int sessions();

    /** How many carriers the hub takes for open. */
    int known();

    int knownAt(int index);

    /**
     * Looks for sessions, by public id.
     *
     * @param query names and values by turns, each in a line
     * @return how many are {@link #listed}
     */
    int list(String query, int most);

    SessionPort listed(int index);

    /** Ends sessions: one, or all of a user; says how many, or -1 when it is not said which. */
    int kick(String query, double now);

    /**
     * Ends sessions by the tokens that they came with, and remembers it.
     *
     * @return how many; -1 when it is not said which
     */
    int revoke(String query, double now);
}
