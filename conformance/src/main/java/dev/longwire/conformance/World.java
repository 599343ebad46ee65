// SPDX-License-Identifier: Apache-2.0
package dev.longwire.conformance;

import dev.longwire.core.channel.ChannelOutput;
import dev.longwire.core.channel.Channels;
import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.Hub;
import dev.longwire.core.hub.HubInput;
import dev.longwire.core.hub.HubOutput;
import dev.longwire.core.log.LogSlice;
import dev.longwire.core.log.LogView;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Poll;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.protocol.codec.PollCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The smallest home: one hub and one owner of channels in virtual time. After every input everything that follows from
 * it has happened.
 */
final class World implements Stage {

    /** Where the time of day begins; the monotonic clock begins at 0. */
    private static final long EPOCH_MILLIS = 1_790_000_000_000L;

    private final Settings.Chosen settings;
    private final Format format;
    private final Doorkeeper doorkeeper = new Doorkeeper();
    private final Backend backend = new Backend();
    private final Map<Integer, Client> clients = new LinkedHashMap<>();
    private final ArrayDeque<HubOutput.Verify> verifying = new ArrayDeque<>();
    private final ArrayDeque<HubOutput.Reverify> refreshing = new ArrayDeque<>();
    private final List<String> log = new ArrayList<>();
    private final boolean sleepy;
    private Hub hub;
    private Channels channels;
    private long now;
    private long carriers;

    /** The seq of each poll, by its carrier. */
    private final Map<Long, Long> seqs = new LinkedHashMap<>();

    /** Whether something has happened since the hub was last told that nothing more comes for now. */
    private boolean unsettled;

    /**
     * @param sleepy whether hub and channels are written out and read back between any two inputs
     */
    World(Settings.Chosen settings, Format format, boolean sleepy) {
        this.settings = settings;
        this.format = format;
        this.sleepy = sleepy;
        this.hub = newHub();
        this.channels = newChannels();
    }

    private Hub newHub() {
        return new Hub(settings.limits(), settings.namespaces(), settings.hooks(), 0);
    }

    private Channels newChannels() {
        return new Channels("e", 1, settings.channels());
    }

    List<String> log() {
        return log;
    }

    @Override
    public boolean immediate() {
        return true;
    }

    @Override
    public List<Arrival> arrivals(int connection, int atLeast) {
        return client(connection).arrivals();
    }

    @Override
    public List<Arrival> leftovers() {
        List<Arrival> all = new ArrayList<>();
        clients.values().forEach(client -> all.addAll(client.arrivals()));
        return all;
    }

    private Client client(int number) {
        Client client = clients.get(number);
        if (client == null) {
            throw new TranscriptException("connection " + number + " was never opened");
        }
        return client;
    }

    private void vacant(int number) {
        Client before = clients.get(number);
        if (before != null && before.isOpen()) {
            throw new TranscriptException("connection " + number + " is open");
        }
        if (before != null && !before.arrivals().isEmpty()) {
            throw new TranscriptException("connection " + number + " has something nobody took");
        }
    }

    @Override
    public void open(int number) {
        vacant(number);
        Carrier.Form form = format == Format.JSON ? Carrier.Form.WS_JSON : Carrier.Form.WS_CBOR;
        Carrier carrier = new Carrier(++carriers, form);
        Client client = new Client(number, carrier, format, log);
        carrier.attach(client);
        clients.put(number, client);
        feed(new HubInput.Opened(carrier));
    }

    @Override
    public void cut(int number) {
        Client client = openClient(number);
        client.leave();
        feed(new HubInput.Closed(client.carrier()));
    }

    @Override
    public void send(int number, byte[] message) {
        Client client = openClient(number);
        log.add("C" + (number == 1 ? "" : number) + "# " + Hex.text(message));
        if (format == Format.CBOR && Arrays.equals(message, Client.PING)) {
            feed(new HubInput.Received(client.carrier(), new ClientFrame.Ping()));
            return;
        }
        int length = message.length;
        for (ClientFrame frame : Codec.of(format).decode(message, 0, message.length)) {
            if (client.isOpen()) {
                feed(new HubInput.Received(client.carrier(), frame, length));
                length = 0;
            }
        }
    }

    @Override
    public void post(int number, byte[] body) {
        vacant(number);
        log.add("P" + (number == 1 ? "" : number) + "# " + Hex.text(body));
        PollCodec.Body read = PollCodec.of(format).decode(body, 0, body.length);
        Poll poll = read.poll();
        Carrier carrier = new Carrier(++carriers, Carrier.Form.POLL);
        Client client = new Client(number, carrier, format, log);
        carrier.attach(client);
        clients.put(number, client);
        if (poll == null) {
            ErrorCode fault = read.fault() == null ? ErrorCode.BAD_REQUEST : read.fault();
            client.arrive(new Arrival.Refused(400, fault.wire()));
            client.leave();
            return;
        }
        seqs.put(carrier.id(), poll.seq());
        Doorkeeper.Ticket ticket = Doorkeeper.Ticket.read(poll.session());
        String session = poll.session() == null ? "" : ticket == null ? "nobody's" : ticket.session();
        feed(new HubInput.Polled(carrier, session, ticket == null ? 0 : ticket.turn(), poll, body.length));
    }

    @Override
    public void heard(int number) {
        feed(new HubInput.Heard(openClient(number).carrier()));
    }

    @Override
    public void flow(int number, boolean stalled) {
        Carrier carrier = openClient(number).carrier();
        feed(stalled ? new HubInput.Stalled(carrier) : new HubInput.Drained(carrier));
    }

    @Override
    public void assign(String user, String channel, boolean begins) {
        feed(new HubInput.Assign(user, channel, begins));
    }

    @Override
    public void shutdown(long spreadMillis) {
        feed(new HubInput.Drain(spreadMillis));
    }

    /** Lets time pass, stopping wherever somebody wants to be woken. */
    @Override
    public void advance(long millis) {
        long target = now + millis;
        log.add("@ms " + millis);
        for (long next = wakeAt(); next <= target; next = wakeAt()) {
            now = Math.max(now, next);
            channels.tick(now);
            feed(new HubInput.Tick());
            if (wakeAt() <= now) {
                throw new TranscriptException("the machine wants to be woken for ever");
            }
        }
        now = target;
    }

    private long wakeAt() {
        return Math.min(backend.wakeAt(), Math.min(hub.wakeAt(), channels.wakeAt()));
    }

    private Client openClient(int number) {
        Client client = client(number);
        if (!client.isOpen()) {
            throw new TranscriptException("connection " + number + " is closed");
        }
        return client;
    }

    private void feed(HubInput input) {
        for (HubInput next = input; next != null; next = next()) {
            unsettled = !(next instanceof HubInput.Settle);
            hub.accept(next, now);
            for (HubOutput output = hub.poll(); output != null; output = hub.poll()) {
                output(output);
            }
            if (sleepy) {
                sleepHub();
            }
        }
        if (sleepy) {
            sleepChannels();
        }
    }

    /** The hub is written out, and a new one reads it back. */
    private void sleepHub() {
        StateWriter out = new StateWriter();
        hub.write(out, now);
        hub = newHub();
        hub.read(new StateReader(out.toBytes()), now, this::homesEnd);
        for (Carrier carrier : hub.carriers()) {
            client(carrier).carry(carrier);
        }
    }

    private Object homesEnd(long carrier) {
        for (Client client : clients.values()) {
            if (client.carrier().id() == carrier) {
                return client;
            }
        }
        throw new IllegalStateException("a carrier of nobody");
    }

    /** The same for the channels. Only after everything they had to say has been heard. */
    private void sleepChannels() {
        StateWriter out = new StateWriter();
        channels.write(out, now);
        channels = newChannels();
        channels.read(new StateReader(out.toBytes()), now);
    }

    private @Nullable HubInput next() {
        HubOutput.Verify verify = verifying.poll();
        if (verify != null) {
            // The carrier that asked may be another object since, if the hub was read back.
            return doorkeeper.answer(client(verify.carrier()).carrier(), verify.connect(), EPOCH_MILLIS + now);
        }
        HubOutput.Reverify refresh = refreshing.poll();
        if (refresh != null) {
            return doorkeeper.answer(refresh, EPOCH_MILLIS + now);
        }
        ChannelOutput.Reply reply = channels.poll();
        if (reply != null) {
            return new HubInput.Answered(reply.reply());
        }
        for (ChannelOutput.Moved moved = channels.moved(); moved != null; moved = channels.moved()) {
            LogView view = moved.view();
            long from = hub.headOf(moved.channel());
            if (from >= 0) {
                return new HubInput.Pushed(
                        moved.channel(), view.epoch(), view.slice(from, view.head(), Integer.MAX_VALUE));
            }
        }
        HubInput decided = backend.decided(now);
        return decided != null ? decided : unsettled ? new HubInput.Settle() : null;
    }

    private void output(HubOutput output) {
        switch (output) {
            case HubOutput.Send send -> client(send.carrier()).write(doorkeeper.sealed(send.frame()));
            case HubOutput.Deliver deliver -> deliver(deliver);
            case HubOutput.Close close -> close(close);
            case HubOutput.Probe probe -> client(probe.carrier()).arrive(new Arrival.Probed());
            case HubOutput.Verify verify -> verifying.add(verify);
            case HubOutput.Reverify refresh -> refreshing.add(refresh);
            case HubOutput.Finish finish -> client(finish.carrier()).finish(finish.seq());
            case HubOutput.Reject reject -> {
                Client client = client(reject.carrier());
                client.arrive(
                        new Arrival.Refused(reject.code().http(), reject.code().wire()));
                client.leave();
            }
            case HubOutput.Released released -> throw new IllegalStateException("there is one hub");
            case HubOutput.Stray stray -> throw new IllegalStateException("there is one hub");
            case HubOutput.Consult consult -> backend.ask(consult.question(), now);
            case HubOutput.Astray astray -> {} // its session has ended
            case HubOutput.LimitHit hit -> {} // the client is told by a frame of its own
            case HubOutput.Ended ended -> {} // nothing is kept about a session here
            case HubOutput.Ask ask -> channels.accept(0, ask.request(), now, EPOCH_MILLIS + now);
        }
    }

    /** A poll's answer is complete with the goodbye; there is nothing to close. */
    private void close(HubOutput.Close close) {
        Client client = client(close.carrier());
        if (close.carrier().form() == Carrier.Form.POLL) {
            client.finish(seqs.getOrDefault(close.carrier().id(), 0L));
        } else {
            client.arrive(new Arrival.Closed(close.code().number()));
            client.leave();
        }
    }

    private void deliver(HubOutput.Deliver deliver) {
        LogSlice slice = (LogSlice) deliver.slice();
        for (int i = 0; i < deliver.count(); i++) {
            Client client = client(deliver.carriers()[i]);
            slice.read((offset, array, start, length) -> client.writeMessage(array, start, length));
        }
    }

    private static Client client(Carrier carrier) {
        if (carrier.attachment() instanceof Client client) {
            return client;
        }
        throw new IllegalStateException("a carrier of nobody");
    }
}
