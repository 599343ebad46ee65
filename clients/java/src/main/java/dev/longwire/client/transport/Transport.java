// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client.transport;

import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import org.jspecify.annotations.Nullable;

/**
 * One carrier: opened once, then texts go both ways until it is closed, fails or is aborted.
 *
 * <p>Whoever uses it sends one text at a time (the next after {@link Events#sent}) and asks for each text that may come
 * ({@link #demand}), so that a slow reader slows the server down instead of filling memory.
 *
 * <p>Threads: calls come from one thread at a time; events come from any thread, one at a time and in order. No method
 * blocks, and none calls back before it returns is relied upon.
 */
public interface Transport {
    /** Begins to open. Called once, first. */
    void open(Events events);

    /** Sends a text. Called after {@link Events#opened}, and again only after {@link Events#sent}. */
    void send(String text);

    /** One text more may come. A transport may read a few ahead. */
    void demand();

    /** What was sent last is the last: {@link Events#closed} follows when the peer has answered it. */
    void leave();

    /** Lets go at once. Nothing that is reported afterwards matters any more. */
    void abort();

    /** What happens to a transport. */
    interface Events {
        /** Texts can be sent now. */
        void opened();

        /** The text that was being sent is with the operating system. */
        void sent();

        /** A text came, whole. */
        void received(String text);

        /** Something came that is no text, or part of one: the peer lives. */
        void heard();

        /** The transport has said something by itself, which tells the peer as much as a ping. */
        void asked();

        /** The peer closed, with a code of RFC 6455 (1005 and 1006 where there was none). */
        void closed(int code);

        /** It could not be opened, or broke. */
        void failed(Failure failure);
    }

    /**
     * Why a transport is no more.
     *
     * @param status the HTTP status with which the server refused, or 0
     * @param retryAfterMillis when the server says to try again, or 0
     * @param text for people
     */
    record Failure(int status, long retryAfterMillis, String text) {
        /** The JDK says little about connections that did not come about, but the causes tell them apart. */
        static Failure of(@Nullable Throwable fault) {
            for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
                if (cause instanceof UnresolvedAddressException) {
                    return new Failure(0, 0, "the host is not known");
                }
            }
            if (fault instanceof ConnectException) {
                return new Failure(0, 0, "nobody listens there");
            }
            if (fault == null) {
                return new Failure(0, 0, "the server did not answer in time");
            }
            String what = fault.getMessage();
            return new Failure(0, 0, fault.getClass().getSimpleName() + (what == null ? "" : ": " + what));
        }

        static long retryAfterMillis(HttpResponse<?> response) {
            String seconds = response.headers().firstValue("Retry-After").orElse("");
            return seconds.matches("[0-9]{1,6}") ? Long.parseLong(seconds) * 1000 : 0;
        }
    }
}
