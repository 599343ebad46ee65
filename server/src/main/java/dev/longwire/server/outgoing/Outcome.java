// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.outgoing;

import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** What became of a request. */
public sealed interface Outcome {

    /**
     * An answer, whole; a redirect is one like others.
     *
     * @param status 200 to 999
     */
    record Answer(int status, HttpHeaders headers, byte[] body) implements Outcome {

        /** The first of the headers of that name, or null. */
        public @Nullable String header(String name) {
            return headers.get(name);
        }

        /** Says as much as may be logged. */
        @Override
        public String toString() {
            return "Answer[" + status + "]";
        }
    }

    /** None. */
    record Failed(Failure why) implements Outcome {}
}
