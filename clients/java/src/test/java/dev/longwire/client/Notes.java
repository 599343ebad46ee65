// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A listener that notes what it hears, in words. */
final class Notes implements ChannelListener {
    private static final long DEADLINE_SECONDS = 30;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Override
    public void onMessage(Message message) {
        heard.add(message.position() + " " + message.payload());
    }

    @Override
    public void onAttached(Attached attached) {
        heard.add("attached " + attached.position() + (attached.recovered() ? " recovered" : ""));
    }

    @Override
    public void onReset(Reset reset) {
        heard.add(reset.reason() + " " + reset.before() + " " + reset.after());
    }

    @Override
    public void onEnd(@Nullable LongwireException cause) {
        heard.add(cause == null ? "end" : "end " + cause.name());
    }

    void note(String what) {
        heard.add(what);
    }

    /** The next notes, waiting for them. */
    List<String> next(int count) throws InterruptedException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String note = heard.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            if (note == null) {
                throw new AssertionError("after " + all + " nothing more was heard");
            }
            all.add(note);
        }
        return all;
    }
}
