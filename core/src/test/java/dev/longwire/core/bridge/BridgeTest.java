// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.longwire.protocol.bridge.Body;
import dev.longwire.protocol.bridge.ClientHead;
import dev.longwire.protocol.bridge.Piece;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a bridge promises: every piece once and in order, whatever happens to carriers; nothing is skipped. */
final class BridgeTest {

    private static final BridgeLimits LIMITS = BridgeWorld.LIMITS;
    private static final ClientHead.Opening OPENING = new ClientHead.Opening(true, "", "", "");

    private final Bridge bridge = new Bridge(LIMITS, 0);

    @Test
    void cutsCopiesAndLostAnswersChangeNothingOfWhatBothEndsSee() {
        int cuts = 0;
        int pieces = 0;
        for (long seed = 1; seed <= 200; seed++) {
            BridgeWorld world = new BridgeWorld(seed);
            world.run(1_500);
            assertThat(world.seenUp).as("up, seed %d", seed).isEqualTo(world.sentUp);
            assertThat(world.seenDown).as("down, seed %d", seed).isEqualTo(world.sentDown);
            assertThat(world.mostKept)
                    .as("unconfirmed, seed %d", seed)
                    .isLessThan(LIMITS.unconfirmedBytes() + 900 + 2 * Piece.OVERHEAD);
            cuts += world.cuts;
            pieces += world.seenUp.size() + world.seenDown.size();
        }
        assertThat(cuts).isGreaterThan(2_000);
        assertThat(pieces).isGreaterThan(10_000);
    }

    @Test
    void aLowerTurnIsNotServed() {
        tell(new BridgeInput.Attached("new", body(2, 0, 0, 1)), 0);
        assertThat(tell(new BridgeInput.Attached("old", body(1, 0, 0, 1)), 0))
                .containsExactly(new BridgeOutput.Reject("old", BridgeOutput.Refusal.REPLACED));
        assertThat(tell(new BridgeInput.Polled("poll", body(2, 1, 0, 1)), 0))
                .containsExactly(new BridgeOutput.Reject("poll", BridgeOutput.Refusal.REPLACED));
        assertThat(tell(new BridgeInput.Polled("later", body(3, 1, 0, 1)), 0))
                .containsExactly(new BridgeOutput.Reject("new", BridgeOutput.Refusal.REPLACED));
    }

    @Test
    void aMissingPieceIsAskedForByANewTurn() {
        open();
        assertThat(tell(new BridgeInput.Received("ws", body(0, 0, 1, 2, part(1))), 0))
                .containsExactly(new BridgeOutput.Reject("ws", BridgeOutput.Refusal.ORDER));
    }

    @Test
    void aMessageThatIsTooLongClosesBothSidesWith1009() {
        open();
        assertThat(tell(new BridgeInput.Received("ws", body(0, 0, 1, 1, part(3_000), rest(3_000))), 0))
                .contains(new BridgeOutput.CloseUpstream(1009, ""));
        assertThat(closes(tell(new BridgeInput.Settle(), 0))).containsExactly("close 1009 ");

        Bridge other = new Bridge(LIMITS, 0);
        tell(other, new BridgeInput.Opened(""), 0);
        tell(other, new BridgeInput.Arrived(new Piece.Part(true, false, new byte[3_000])), 0);
        assertThat(tell(other, new BridgeInput.Arrived(new Piece.Part(true, true, new byte[3_000])), 0))
                .contains(new BridgeOutput.CloseUpstream(1009, ""));
        assertThat(tell(other, new BridgeInput.Attached("ws", body(1, 0, 0, 1)), 0))
                .isEmpty();
        assertThat(closes(tell(other, new BridgeInput.Settle(), 0))).containsExactly("close 1009 ");
    }

    @Test
    void theUpstreamIsNotReadWhileTooMuchIsUnconfirmed() {
        open();
        assertThat(tell(new BridgeInput.Arrived(new Piece.Part(true, true, new byte[4_000])), 0))
                .containsExactly(new BridgeOutput.Read(false));
        assertThat(tell(new BridgeInput.Received("ws", body(0, 0, 1, 0)), 0)).isEmpty();
        assertThat(tell(new BridgeInput.Settle(), 0)).allMatch(output -> output instanceof BridgeOutput.Send);
        tell(new BridgeInput.Received("ws", body(0, 0, 2, 0)), 0);
        assertThat(tell(new BridgeInput.Settle(), 0)).contains(new BridgeOutput.Read(true));
    }

    @Test
    void whatIsSentBeyondTheRoomGivenIsRefused() {
        open();
        List<BridgeOutput> all = new ArrayList<>();
        for (int number = 1; number <= 12; number++) {
            Piece whole = new Piece.Part(true, true, new byte[900]);
            all.addAll(tell(new BridgeInput.Received("ws", body(0, 0, 1, number, whole)), 0));
        }
        assertThat(all).contains(new BridgeOutput.CloseUpstream(1008, ""));
    }

    @Test
    void closeCodesPassInBothDirections() {
        open();
        assertThat(tell(new BridgeInput.Received("ws", body(0, 0, 1, 1, new Piece.Close(4321, "bye"))), 0))
                .containsExactly(new BridgeOutput.CloseUpstream(4321, "bye"));
        tell(new BridgeInput.Ended(4321, "bye too"), 0);
        assertThat(closes(tell(new BridgeInput.Settle(), 0))).containsExactly("close 4321 bye too");
    }

    @Test
    void aCloseIsNotConfirmedBeforeWhatTheUpstreamHasStillToTake() {
        open();
        tell(new BridgeInput.Received("ws", body(0, 0, 1, 1, part(10), rest(10), new Piece.Close(1000, ""))), 0);
        assertThat(tell(new BridgeInput.Settle(), 0)).isEmpty();
        tell(new BridgeInput.Taken(1), 0);
        assertThat(acks(tell(new BridgeInput.Settle(), 0))).containsExactly(1L);
        Bridge written = Bridge.read(LIMITS, bridge.save());
        tell(new BridgeInput.Taken(1), 0);
        assertThat(acks(tell(new BridgeInput.Settle(), 0))).containsExactly(3L);
        tell(written, new BridgeInput.Taken(1), 0);
        tell(written, new BridgeInput.Attached("later", body(2, 0, 1, 4)), 0);
        assertThat(acks(tell(written, new BridgeInput.Settle(), 0))).containsExactly(3L);
    }

    @Test
    void whoIsAwayForTheWindowFindsNothing() {
        open();
        tell(new BridgeInput.Gone("ws"), 1_000);
        assertThat(bridge.wakeAt()).isEqualTo(11_000);
        assertThat(tell(new BridgeInput.Settle(), 10_999)).isEmpty();
        assertThat(tell(new BridgeInput.Settle(), 11_000))
                .containsExactly(new BridgeOutput.CloseUpstream(1001, ""), new BridgeOutput.Forget());
        assertThat(tell(new BridgeInput.Attached("ws", body(9, 0, 0, 1)), 11_001))
                .containsExactly(new BridgeOutput.Reject("ws", BridgeOutput.Refusal.GONE));
    }

    @Test
    void aPollIsHeldUntilThereIsNewsOrItsTimeIsOver() {
        tell(new BridgeInput.Polled("first", body(1, 1, 0, 1)), 0);
        assertThat(tell(new BridgeInput.Settle(), 0)).isEmpty();
        tell(new BridgeInput.Opened("chat"), 5);
        assertThat(tell(new BridgeInput.Settle(), 5))
                .containsExactly(new BridgeOutput.Send(
                        "first", new BridgeOutput.ServerHead(0, 1, 0), List.of(new Piece.Opened("chat")), true));
        tell(new BridgeInput.Polled("second", body(1, 2, 1, 1)), 10);
        assertThat(tell(new BridgeInput.Settle(), 10)).isEmpty();
        assertThat(bridge.wakeAt()).isEqualTo(110);
        assertThat(tell(new BridgeInput.Settle(), 110)).hasSize(1);
    }

    private void open() {
        tell(new BridgeInput.Attached("ws", body(1, 0, 0, 1)), 0);
        tell(new BridgeInput.Opened(""), 0);
        tell(new BridgeInput.Settle(), 0);
    }

    private static List<String> closes(List<BridgeOutput> outputs) {
        return outputs.stream()
                .filter(output -> output instanceof BridgeOutput.Send)
                .flatMap(output -> ((BridgeOutput.Send) output).pieces().stream())
                .filter(piece -> piece instanceof Piece.Close)
                .map(BridgeWorld::text)
                .toList();
    }

    private static List<Long> acks(List<BridgeOutput> outputs) {
        return outputs.stream()
                .filter(output -> output instanceof BridgeOutput.Send)
                .map(output -> ((BridgeOutput.Send) output).head().ack())
                .toList();
    }

    private static Body body(long turn, long seq, long ack, long from, Piece... pieces) {
        return new Body(new ClientHead("s", turn, seq, ack, from, 100, 0, OPENING), List.of(pieces));
    }

    private static Piece part(int length) {
        return new Piece.Part(true, false, new byte[length]);
    }

    private static Piece rest(int length) {
        return new Piece.Part(true, true, new byte[length]);
    }

    private List<BridgeOutput> tell(BridgeInput input, long now) {
        return tell(bridge, input, now);
    }

    private static List<BridgeOutput> tell(Bridge to, BridgeInput input, long now) {
        to.accept(input, now);
        List<BridgeOutput> outputs = new ArrayList<>();
        for (BridgeOutput output = to.poll(); output != null; output = to.poll()) {
            outputs.add(output);
        }
        return outputs;
    }
}
