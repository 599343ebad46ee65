// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.hub.Asking.Arrival;
import dev.longwire.core.hub.Asking.Entrance;
import dev.longwire.core.hub.Asking.Errand;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame.Connect;
import dev.longwire.protocol.ClientFrame.Request;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What waits for a decision, as values. */
final class LaneState {

    private LaneState() {}

    static void write(StateWriter out, Session session, long nowMillis) {
        out.flag(session.onItsWay);
        out.number(session.questions);
        out.number(session.firstTurn);
        out.number(session.lanes.size());
        session.lanes.forEach((name, lane) -> {
            out.text(name);
            out.number(lane.size());
            for (Errand errand : lane) {
                FrameState.write(out, errand.request);
                out.flag(errand.rejoin);
                out.optionalText(errand.question == null ? null : errand.question.id());
                out.number(errand.question == null ? 0 : Math.max(1, errand.at() - nowMillis));
            }
        });
    }

    static void read(StateReader in, Session session) {
        session.onItsWay = in.flag();
        session.questions = in.number();
        session.firstTurn = in.number();
        for (int lanes = in.count(); lanes > 0; lanes--) {
            String name = in.text();
            ArrayDeque<Errand> lane = new ArrayDeque<>(2);
            for (int left = in.count(); left > 0; left--) {
                Request request = (Request) FrameState.readFrame(in);
                Errand errand = new Errand(session, name, request, in.flag());
                errand.askedBefore = in.optionalText();
                errand.leftMillis = in.number();
                lane.add(errand);
            }
            session.lanes.put(name, lane);
        }
    }

    static void write(StateWriter out, Lanes lanes, long nowMillis) {
        lanes.answers().write(out, nowMillis);
        List<Entrance> entrances = lanes.entrances();
        out.number(entrances.size());
        for (Entrance entrance : entrances) {
            out.text(Objects.requireNonNull(entrance.question).id());
            out.number(Math.max(1, entrance.at() - nowMillis));
            out.number(entrance.arrivals.size());
            for (Arrival arrival : entrance.arrivals) {
                write(out, arrival.now(nowMillis));
            }
        }
    }

    private static void write(StateWriter out, HubInput.Verified verified) {
        out.number(verified.carrier().id());
        FrameState.write(out, verified.connect());
        SessionState.writePrincipal(out, verified.principal());
        out.number(verified.lifeMillis());
        out.optionalText(verified.resume());
        out.number(verified.turn());
        out.text(verified.fresh().session());
        out.text(verified.fresh().client());
    }

    static void read(StateReader in, Lanes lanes, Map<Long, Carrier> byId, long nowMillis) {
        lanes.answers().read(in, nowMillis);
        for (int left = in.count(); left > 0; left--) {
            String id = in.text();
            long leftMillis = in.number();
            Entrance entrance = new Entrance();
            for (int arrivals = in.count(); arrivals > 0; arrivals--) {
                entrance.arrivals.add(new Arrival(read(in, byId), nowMillis));
            }
            lanes.restored(entrance, id, leftMillis);
        }
    }

    private static HubInput.Verified read(StateReader in, Map<Long, Carrier> byId) {
        long id = in.number();
        Carrier known = byId.get(id);
        Carrier carrier = known == null ? new Carrier(id, Carrier.Form.WS_JSON) : known;
        // One that is gone still has a name that its home is to forget.
        carrier.closed = known == null;
        return new HubInput.Verified(
                carrier,
                (Connect) FrameState.readFrame(in),
                SessionState.readPrincipal(in),
                in.number(),
                in.optionalText(),
                in.number(),
                new HubInput.FreshIds(in.text(), in.text()));
    }
}
