// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.Limits;
import dev.longwire.core.Principal;
import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.Hub;
import dev.longwire.core.hub.HubInput;
import dev.longwire.core.hub.HubOutput;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.codec.ClientCodec;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Drives one hub. */
final class HubMachine implements HubPort {

    private static final byte[] PING = "{\"type\":\"ping\"}".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PONG = "{\"type\":\"pong\"}".getBytes(StandardCharsets.US_ASCII);

    private static final int MAX_MESSAGE_BYTES = 64 * 1024;

    private final Hub hub;
    private final Map<Integer, Carrier> carriers = new LinkedHashMap<>();
    private final Map<Integer, ClientFrame.Connect> connecting = new LinkedHashMap<>();
    private final Map<String, String> tickets = new LinkedHashMap<>();
    private final ArrayDeque<Effect> effects = new ArrayDeque<>();

    /** What follows from outputs, for when they are all done. */
    private final ArrayDeque<HubInput> later = new ArrayDeque<>();

    private HubInput.FreshIds fresh = new HubInput.FreshIds("", "");
    private Effect current = new Effect(0, new int[0], new byte[0], "", 0);

    /** Something to be done. */
    private record Effect(int kind, int[] carriers, byte[] bytes, String text, int number) {}

    HubMachine(byte @Nullable [] state, long thenMillis) {
        hub = new Hub(Limits.DEFAULT);
        if (state != null) {
            StateReader in = new StateReader(state);
            hub.read(in, thenMillis, id -> id);
            for (Carrier carrier : hub.carriers()) {
                carriers.put((int) carrier.id(), carrier);
            }
            int count = in.count();
            for (int i = 0; i < count; i++) {
                int carrier = in.count();
                byte[] frame = in.bytes();
                ClientFrame connect =
                        Codec.of(Format.JSON).decode(frame, 0, frame.length).get(0);
                connecting.put(carrier, (ClientFrame.Connect) connect);
            }
            // Whoever waits for a verification asks again: the object that was asked may have gone.
            connecting.forEach(this::ask);
        }
    }

    @Override
    public void opened(int number, boolean cbor, double now) {
        Carrier carrier = new Carrier(number, cbor ? Carrier.Form.WS_CBOR : Carrier.Form.WS_JSON);
        carriers.put(number, carrier);
        accept(new HubInput.Opened(carrier), now);
    }

    @Override
    public void received(int number, boolean binary, byte[] message, double now) {
        Carrier carrier = carriers.get(number);
        if (carrier == null) {
            return;
        }
        boolean cbor = carrier.form() == Carrier.Form.WS_CBOR;
        if (message.length > MAX_MESSAGE_BYTES) {
            accept(new HubInput.Closed(carrier), now);
            close(carrier, CloseCode.TOO_BIG);
        } else if (!binary && Arrays.equals(message, PING)) {
            accept(new HubInput.Received(carrier, new ClientFrame.Ping(), message.length), now);
        } else if (binary != cbor) {
            accept(new HubInput.Closed(carrier), now);
            close(carrier, CloseCode.UNSUPPORTED_DATA);
        } else {
            int length = message.length;
            for (ClientFrame frame : Codec.of(format(carrier)).decode(message, 0, message.length)) {
                accept(new HubInput.Received(carrier, frame, length), now);
                length = 0;
            }
        }
    }

    @Override
    public void closed(int number, double now) {
        Carrier carrier = carriers.remove(number);
        connecting.remove(number);
        if (carrier != null) {
            accept(new HubInput.Closed(carrier), now);
        }
    }

    @Override
    public void heard(byte[] crossing, double now) {
        accept(Answers.read(crossing), now);
    }

    @Override
    public void verified(int number, String session, double ticketTurn, double now) {
        Carrier carrier = carriers.get(number);
        ClientFrame.Connect connect = connecting.remove(number);
        if (carrier == null || connect == null) {
            return;
        }
        long turn = turn(connect, (long) ticketTurn);
        accept(
                new HubInput.Verified(
                        carrier,
                        connect,
                        Principal.ANONYMOUS,
                        Principal.FOR_EVER,
                        session.isEmpty() ? null : session,
                        turn,
                        fresh),
                now);
        tickets.clear();
    }

    @Override
    public void fresh(String session, String client) {
        fresh = new HubInput.FreshIds(session, client);
    }

    @Override
    public void alive(int number, double now) {
        Carrier carrier = carriers.get(number);
        if (carrier != null) {
            accept(new HubInput.Heard(carrier), now);
        }
    }

    @Override
    public void tick(double now) {
        accept(new HubInput.Tick(), now);
    }

    @Override
    public void settle(double now) {
        accept(new HubInput.Settle(), now);
    }

    @Override
    public double wakeAt() {
        long at = hub.wakeAt();
        return at == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : at;
    }

    private void accept(HubInput input, double now) {
        hub.accept(input, (long) now);
        for (HubOutput output = hub.poll(); output != null; output = hub.poll()) {
            execute(output);
        }
        HubInput next = later.poll();
        if (next != null) {
            accept(next, now);
        }
    }

    private void execute(HubOutput output) {
        switch (output) {
            case HubOutput.Send send -> send(send.carrier(), send.frame());
            case HubOutput.Deliver deliver -> deliver(deliver);
            case HubOutput.Close close -> close(close.carrier(), close.code());
            case HubOutput.Probe probe -> add(PROBE, probe.carrier(), "");
            case HubOutput.Verify verify -> {
                int number = (int) verify.carrier().id();
                connecting.put(number, verify.connect());
                ask(number, verify.connect());
            }
            case HubOutput.Reverify asked ->
                later.add(new HubInput.Renewed(
                        asked.session(), asked.turn(), asked.refresh(), Principal.ANONYMOUS, Principal.FOR_EVER));
            case HubOutput.Ask ask ->
                effects.add(new Effect(
                        ASK,
                        new int[0],
                        Questions.write(ask.request()),
                        ask.request().channel(),
                        0));
            case HubOutput.Ended ended -> effects.add(new Effect(ENDED, new int[0], new byte[0], "", 0));
            case HubOutput.LimitHit hit -> {} // nobody counts here; the client has been told
            case HubOutput.Stray stray -> {} // its session has ended: there is one hub
            case HubOutput.Finish finish -> throw new IllegalStateException("polls are not served here");
            case HubOutput.Reject reject -> throw new IllegalStateException("polls are not served here");
            case HubOutput.Released released -> throw new IllegalStateException("there is one hub");
        }
    }

    private void ask(int number, ClientFrame.Connect connect) {
        ClientFrame.Resume resume = connect.resume();
        String ticket = resume == null || resume.session() == null ? "" : resume.session();
        effects.add(new Effect(VERIFY, new int[] {number}, new byte[0], ticket, 0));
    }

    private void send(Carrier carrier, ServerFrame frame) {
        if (frame instanceof ServerFrame.Pong) {
            effects.add(new Effect(TEXT, new int[] {(int) carrier.id()}, PONG, "", 0));
            return;
        }
        ServerFrame told = frame instanceof ServerFrame.Connected connected ? sealed(connected) : frame;
        Format format = format(carrier);
        byte[] bytes = Codec.of(format).encode(told);
        effects.add(new Effect(format == Format.CBOR ? BINARY : TEXT, new int[] {(int) carrier.id()}, bytes, "", 0));
    }

    private ServerFrame sealed(ServerFrame.Connected frame) {
        String plain = frame.session() + "." + Long.toString(frame.turn(), 36);
        String ticket = Objects.requireNonNull(tickets.get(plain), "a name that was not sealed");
        return new ServerFrame.Connected(
                frame.id(),
                ticket,
                frame.client(),
                frame.resumed(),
                frame.turn(),
                frame.user(),
                frame.pingMillis(),
                frame.windowMillis(),
                frame.expiresAtMillis(),
                frame.dedupeMillis());
    }

    private void deliver(HubOutput.Deliver deliver) {
        int[] to = new int[deliver.count()];
        for (int i = 0; i < to.length; i++) {
            to[i] = (int) deliver.carriers()[i].id();
        }
        boolean cbor = deliver.form() == Carrier.Form.WS_CBOR;
        for (byte[] json : ((StoredSlice) deliver.slice()).messages()) {
            byte[] bytes = cbor
                    ? Codec.of(Format.CBOR).encode(Codec.of(Format.JSON).decodeMessage(json, 0, json.length))
                    : json;
            effects.add(new Effect(cbor ? BINARY : TEXT, to, bytes, "", 0));
        }
    }

    private void close(Carrier carrier, CloseCode code) {
        carriers.remove((int) carrier.id());
        effects.add(new Effect(CLOSE, new int[] {(int) carrier.id()}, new byte[0], code.wire(), code.number()));
    }

    private void add(int kind, Carrier carrier, String text) {
        effects.add(new Effect(kind, new int[] {(int) carrier.id()}, new byte[0], text, 0));
    }

    private static Format format(Carrier carrier) {
        return carrier.form() == Carrier.Form.WS_CBOR ? Format.CBOR : Format.JSON;
    }

    @Override
    public void sealed(String plain, String ticket) {
        tickets.put(plain, ticket);
    }

    @Override
    public int next() {
        Effect next = effects.poll();
        if (next == null) {
            return 0;
        }
        current = next;
        return next.kind;
    }

    @Override
    public int carriers() {
        return current.carriers.length;
    }

    @Override
    public int carrier(int index) {
        return current.carriers[index];
    }

    @Override
    public byte[] bytes() {
        return current.bytes;
    }

    @Override
    public String text() {
        return current.text;
    }

    @Override
    public int number() {
        return current.number;
    }

    @Override
    public int sessions() {
        return hub.sessionCount();
    }

    @Override
    public int known() {
        return carriers.size();
    }

    @Override
    public int knownAt(int index) {
        return List.copyOf(carriers.keySet()).get(index);
    }

    @Override
    public String plain(String session, double turn) {
        return session + "." + Long.toString((long) turn, 36);
    }

    @Override
    public double turn(int number, double ticketTurn) {
        ClientFrame.Connect connect = connecting.get(number);
        return connect == null ? 0 : turn(connect, (long) ticketTurn);
    }

    private static long turn(ClientFrame.Connect connect, long ticketTurn) {
        ClientFrame.Resume resume = connect.resume();
        return resume != null && resume.turn() > 0 ? resume.turn() : ticketTurn + 1;
    }

    @Override
    public byte[] write(double now) {
        StateWriter out = new StateWriter();
        hub.write(out, (long) now);
        out.number(connecting.size());
        connecting.forEach((carrier, connect) -> {
            out.number(carrier);
            out.bytes(ClientCodec.of(Format.JSON).encode(connect));
        });
        return out.toBytes();
    }
}
