// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.channel.ChannelOutput;
import dev.longwire.core.channel.ChannelReply;
import dev.longwire.core.channel.ChannelRequest;
import dev.longwire.core.channel.ChannelSettings;
import dev.longwire.core.channel.Channels;
import dev.longwire.core.log.LogSlice;
import dev.longwire.core.log.LogView;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Drives the owner of one channel. */
final class ChannelMachine implements ChannelPort {

    private static final int PUSH_BYTES = 64 * 1024;

    private final Channels channels;

    /** Where each hub's next news begins: after what it was told last. */
    private final Map<Integer, Long> told = new LinkedHashMap<>();

    private int hub;
    private byte[] bytes = {};

    /** News that didn't fit in one push. */
    private ChannelOutput.@Nullable Moved rest;

    ChannelMachine(String boot, long seed, byte @Nullable [] state, long thenMillis) {
        channels = new Channels(boot, seed, ChannelSettings.DEFAULT);
        if (state != null) {
            StateReader in = new StateReader(state);
            int count = in.count();
            for (int i = 0; i < count; i++) {
                int number = in.count();
                told.put(number, in.number());
            }
            channels.read(in, thenMillis);
        }
    }

    @Override
    public void asked(int from, byte[] question, double now) {
        ChannelRequest request = Questions.read(question);
        if (request instanceof ChannelRequest.Detach) {
            told.remove(from);
        }
        channels.accept(from, request, (long) now, (long) now);
    }

    @Override
    public void tick(double now) {
        channels.tick((long) now);
    }

    @Override
    public double wakeAt() {
        long at = channels.wakeAt();
        return at == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : at;
    }

    @Override
    public boolean next() {
        ChannelOutput.Reply reply = channels.poll();
        if (reply != null) {
            hub = reply.hub();
            if (reply.reply() instanceof ChannelReply.Attached attached) {
                told.putIfAbsent(hub, attached.head().offset());
            }
            bytes = Answers.write(reply.reply());
            return true;
        }
        ChannelOutput.Moved moved = rest == null ? channels.moved() : rest;
        if (moved == null) {
            return false;
        }
        push(moved);
        return true;
    }

    private void push(ChannelOutput.Moved moved) {
        LogView view = moved.view();
        long from = told.getOrDefault(moved.hub(), view.head());
        LogSlice slice = view.slice(from, view.head(), PUSH_BYTES);
        told.put(moved.hub(), slice.to());
        rest = slice.to() < view.head() ? moved : null;
        hub = moved.hub();
        bytes = Answers.pushed(moved.channel(), view.epoch(), slice);
    }

    @Override
    public int hub() {
        return hub;
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public byte[] write(double now) {
        StateWriter out = new StateWriter();
        out.number(told.size());
        told.forEach((number, offset) -> {
            out.number(number);
            out.number(offset);
        });
        channels.write(out, (long) now);
        return out.toBytes();
    }
}
