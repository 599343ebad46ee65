// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

/**
 * What one connection may cost. Each limit names what happens when it is hit.
 *
 * @param messageBytes a client's message, fragments together; longer closes with 1009
 * @param fragments of one message, empty ones included; more closes with 1008
 * @param pings pings whose pongs are not written yet; more closes with 1008
 * @param unsentBytes written and not yet taken by the socket; then the session's cursors wait
 * @param requestLineBytes of an HTTP request; longer is 400 and closes
 * @param headerBytes of an HTTP request; more is 400 and closes
 * @param bodyBytes of an HTTP request; more is 413
 * @param requestMillis for a request line, headers and body to arrive; then 408, and the connection closes
 * @param messageMillis for a WebSocket message that has begun to arrive; then it closes with 1008
 * @param idleMillis a kept-alive HTTP connection may be idle; then it closes
 * @param closeMillis to wait for the peer's half of a WebSocket close; then the connection is cut
 */
public record NetworkLimits(
        int messageBytes,
        int fragments,
        int pings,
        int unsentBytes,
        int requestLineBytes,
        int headerBytes,
        int bodyBytes,
        long requestMillis,
        long messageMillis,
        long idleMillis,
        long closeMillis) {

    public static final NetworkLimits DEFAULT = new NetworkLimits(
            64 * 1024, 1_024, 16, 64 * 1024, 4 * 1024, 16 * 1024, 1024 * 1024, 10_000, 30_000, 75_000, 2_000);

    public NetworkLimits {
        positive(messageBytes, "messageBytes");
        positive(fragments, "fragments");
        positive(pings, "pings");
        positive(unsentBytes, "unsentBytes");
        positive(requestLineBytes, "requestLineBytes");
        positive(headerBytes, "headerBytes");
        positive(bodyBytes, "bodyBytes");
        positive(requestMillis, "requestMillis");
        positive(messageMillis, "messageMillis");
        positive(idleMillis, "idleMillis");
        positive(closeMillis, "closeMillis");
    }

    private static void positive(long value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be greater than 0");
        }
    }
}
