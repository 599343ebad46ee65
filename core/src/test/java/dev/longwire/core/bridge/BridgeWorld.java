// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.bridge;

import dev.longwire.protocol.bridge.Body;
import dev.longwire.protocol.bridge.ClientHead;
import dev.longwire.protocol.bridge.Piece;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A client, a bridge and an upstream under one seed: carriers are cut, answers lost, polls copied, the bridge written out
 * and read back. What both ends saw is kept for whoever judges.
 */
final class BridgeWorld {

    static final BridgeLimits LIMITS = new BridgeLimits(10_000, 5_000, 4_000, 200, 1_500);
    private static final ClientHead.Opening OPENING = new ClientHead.Opening(false, "", "", "");

    final List<String> sentUp = new ArrayList<>();
    final List<String> seenUp = new ArrayList<>();
    final List<String> sentDown = new ArrayList<>();
    final List<String> seenDown = new ArrayList<>();
    int cuts;
    int mostKept;

    private final Random random;
    private Bridge bridge = new Bridge(LIMITS, 0);
    private final Outgoing up = new Outgoing();
    private long got;
    private long turn;
    private long seq;
    private @Nullable String carrier;
    private boolean polling;
    private boolean opened;
    private boolean reading = true;
    private int untaken;
    private long now;

    /** Polls whose answer has not been heard, and bodies sent but not read yet, oldest first. */
    private final List<String> unanswered = new ArrayList<>();

    private final List<BridgeOutput.Send> inFlight = new ArrayList<>();

    BridgeWorld(long seed) {
        random = new Random(seed);
    }

    /** Does one thing after the other, with faults; then lets everything arrive. */
    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step(true);
        }
        // So many quiet steps let everything arrive, whatever is left.
        for (int i = 0; i < 4_000 && !done(); i++) {
            step(false);
        }
    }

    private boolean done() {
        return opened && seenUp.equals(sentUp) && seenDown.equals(sentDown);
    }

    private void step(boolean faults) {
        now += random.nextInt(20);
        switch (random.nextInt(faults ? 12 : 8)) {
            case 0, 1 -> go();
            case 2 -> hear();
            case 3 -> taken();
            case 4 -> open();
            case 5 -> hear();
            case 6, 7 -> tell(new BridgeInput.Settle());
            case 8 -> {
                if (opened && sentUp.size() < 200) {
                    send();
                }
            }
            case 9, 10 -> arrive();
            default -> fault();
        }
        mostKept = Math.max(mostKept, kept);
    }

    private int kept;

    private void open() {
        if (!opened) {
            opened = true;
            tell(new BridgeInput.Opened("chat"));
            sentDown.add("opened chat");
        }
    }

    private void send() {
        Piece.Part part = part();
        sentUp.add(text(part));
        up.add(part);
    }

    private Piece.Part part() {
        byte[] bytes = new byte[random.nextInt(4) == 0 ? 900 : random.nextInt(40)];
        random.nextBytes(bytes);
        return new Piece.Part(random.nextBoolean(), true, bytes);
    }

    private void arrive() {
        if (opened && reading && sentDown.size() < 300) {
            Piece.Part part = part();
            sentDown.add(text(part));
            kept += part.cost();
            tell(new BridgeInput.Arrived(part));
        }
    }

    private void taken() {
        if (untaken > 0) {
            int count = 1 + random.nextInt(untaken);
            untaken -= count;
            tell(new BridgeInput.Taken(count));
        }
    }

    /** Attaches, polls, or sends what there is. */
    private void go() {
        if (carrier == null) {
            polling = random.nextBoolean();
            turn++;
            seq = 0;
            up.rewind();
            carrier = "turn " + turn;
            if (!polling) {
                tell(new BridgeInput.Attached(carrier, body(0)));
                return;
            }
        }
        if (polling) {
            if (unanswered.size() < 2) {
                poll();
            }
        } else if (up.hasMore() || random.nextInt(4) == 0) {
            tell(new BridgeInput.Received(carrier, body(0)));
        }
    }

    private void poll() {
        boolean busy = !unanswered.isEmpty();
        String name = carrier + " poll " + ++seq;
        unanswered.add(name);
        Body body = busy && !up.hasMore() ? new Body(head(seq, up.next()), List.of()) : body(seq);
        tell(new BridgeInput.Polled(name, body));
        if (random.nextInt(10) == 0) {
            // Somebody on the way sends it again: the copy is what is answered with something.
            tell(new BridgeInput.Polled(name, body));
        }
    }

    private Body body(long number) {
        long from = up.next();
        return new Body(head(number, from), up.take(2_000));
    }

    private ClientHead head(long number, long from) {
        return new ClientHead("s", turn, number, got, from, 100, 0, OPENING);
    }

    /** The next answer or message that is on its way comes, or is lost with its carrier. */
    private void hear() {
        if (inFlight.isEmpty()) {
            return;
        }
        BridgeOutput.Send send = inFlight.remove(0);
        String on = (String) send.carrier();
        if (carrier == null || !on.equals(carrier) && !on.startsWith(carrier + " ")) {
            return;
        }
        unanswered.remove(on);
        if (send.head().from() > got + 1) {
            lose();
            return;
        }
        up.confirm(send.head().ack());
        long number = send.head().from();
        for (Piece piece : send.pieces()) {
            if (number++ == got + 1) {
                got++;
                kept -= piece.cost();
                seenDown.add(text(piece));
            }
        }
    }

    private void fault() {
        switch (random.nextInt(3)) {
            case 0 -> lose();
            case 1 -> {
                // An answer is lost; whoever waited for it gives up its carrier.
                if (!inFlight.isEmpty()) {
                    inFlight.remove(random.nextInt(inFlight.size()));
                    lose();
                }
            }
            default -> {
                bridge = Bridge.read(LIMITS, bridge.save());
                lose();
            }
        }
    }

    private void lose() {
        cuts++;
        String old = carrier;
        carrier = null;
        List<String> polls = List.copyOf(unanswered);
        unanswered.clear();
        // Sometimes the bridge does not hear of it.
        if (old != null && random.nextBoolean()) {
            tell(new BridgeInput.Gone(old));
            polls.forEach(poll -> tell(new BridgeInput.Gone(poll)));
        }
    }

    private void tell(BridgeInput input) {
        bridge.accept(input, now);
        for (BridgeOutput output = bridge.poll(); output != null; output = bridge.poll()) {
            switch (output) {
                case BridgeOutput.Forward forward -> {
                    seenUp.add(text(forward.part()));
                    untaken++;
                }
                case BridgeOutput.Send send -> inFlight.add(send);
                case BridgeOutput.Read read -> reading = read.wanted();
                case BridgeOutput.Reject reject -> {
                    if (carrier != null && ((String) reject.carrier()).startsWith(carrier)) {
                        lose();
                    }
                }
                case BridgeOutput.CloseUpstream close -> throw new AssertionError("closed with " + close.code());
                case BridgeOutput.Forget forget -> throw new AssertionError("forgotten while it was used: " + forget);
            }
        }
    }

    static String text(Piece piece) {
        return switch (piece) {
            case Piece.Opened opened -> "opened " + opened.subprotocol();
            case Piece.Part part -> part.binary() + " " + part.bytes().length + " #" + Arrays.hashCode(part.bytes());
            case Piece.Close close -> "close " + close.code() + " " + close.reason();
        };
    }
}
