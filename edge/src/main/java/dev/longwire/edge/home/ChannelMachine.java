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
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Drives the owner of one channel. */
final class ChannelMachine implements ChannelPort {

    private static final int PUSH_BYTES = 64 * 1024;

    /** Who asks for the application's backend; hubs are numbered from 0. */
    private static final int BACKEND = -1;

    private final Channels channels;
    private final Post post = new Post();

    /** Where each hub's next news begins: after what it was told last. */
    private final Map<Integer, Long> told = new LinkedHashMap<>();

    private Post.Batch batch = new Post.Batch(new byte[0], 0);
    private byte[] answered = new byte[0];

    ChannelMachine(String boot, long seed, ChannelSettings settings, byte @Nullable [] state, long thenMillis) {
        channels = new Channels(boot, seed, settings);
        if (state != null) {
            StateReader in = new StateReader(state);
            post.read(in);
            int count = in.count();
            for (int i = 0; i < count; i++) {
                int number = in.count();
                told.put(number, in.number());
            }
            channels.read(in, thenMillis);
        }
    }

    @Override
    public void letters(String from, byte[] letters, double now) {
        int hub = Integer.parseInt(from);
        for (byte[] question : post.open(from, letters, (long) now)) {
            ChannelRequest request = Questions.read(question);
            if (request instanceof ChannelRequest.Detach) {
                told.remove(hub);
            }
            channels.accept(hub, request, (long) now, (long) now);
            answer();
        }
        move();
    }

    @Override
    public byte[] ask(byte[] question, double now) {
        channels.accept(BACKEND, Questions.read(question), (long) now, (long) now);
        answer();
        move();
        return answered;
    }

    @Override
    public void tick(double now) {
        post.tick((long) now);
        channels.tick((long) now);
        answer();
        move();
    }

    private void answer() {
        for (ChannelOutput.Reply reply = channels.poll(); reply != null; reply = channels.poll()) {
            if (reply.hub() == BACKEND) {
                answered = Codec.of(Format.JSON).encode(Answers.frame(reply.reply()));
                continue;
            }
            if (reply.reply() instanceof ChannelReply.Attached attached) {
                told.putIfAbsent(reply.hub(), attached.head().offset());
            }
            post.send(String.valueOf(reply.hub()), Answers.write(reply.reply()));
        }
    }

    private void move() {
        for (ChannelOutput.Moved moved = channels.moved(); moved != null; moved = channels.moved()) {
            push(moved);
        }
    }

    private void push(ChannelOutput.Moved moved) {
        LogView view = moved.view();
        long from = told.getOrDefault(moved.hub(), view.head());
        while (from < view.head()) {
            LogSlice slice = view.slice(from, view.head(), PUSH_BYTES);
            post.send(String.valueOf(moved.hub()), Answers.pushed(moved.channel(), view.epoch(), slice));
            from = slice.to();
        }
        told.put(moved.hub(), view.head());
    }

    @Override
    public double wakeAt() {
        long at = channels.wakeAt();
        return at == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : at;
    }

    @Override
    public int addressees() {
        return post.addressees().size();
    }

    @Override
    public String addressee(int index) {
        return post.addressees().get(index);
    }

    @Override
    public byte[] batch(String to) {
        batch = post.batch(to);
        return batch.bytes();
    }

    @Override
    public double batchEnd() {
        return batch.end();
    }

    @Override
    public void confirmed(String to, double end) {
        post.confirmed(to, (long) end);
    }

    @Override
    public byte[] write(double now) {
        StateWriter out = new StateWriter();
        post.write(out);
        out.number(told.size());
        told.forEach((number, offset) -> {
            out.number(number);
            out.number(offset);
        });
        channels.write(out, (long) now);
        return out.toBytes();
    }
}
