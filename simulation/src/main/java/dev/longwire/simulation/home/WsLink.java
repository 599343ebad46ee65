// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation.home;

import dev.longwire.core.hub.Carrier;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.simulation.ground.Agenda;
import dev.longwire.simulation.ground.Bug;
import dev.longwire.simulation.ground.Fault;
import dev.longwire.simulation.ground.Ground;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket. Each direction keeps its order; between connections there is none. It can be slow to open, break with
 * or without anybody noticing, lose everything in one direction, or have a client that does not read.
 */
final class WsLink extends Peer implements Link {

    private static final int ENVELOPE_BYTES = 60;

    private record Parcel(
            @Nullable ServerFrame frame, @Nullable CloseCode close, int bytes, long at) {}

    private final long id;
    private final Ground ground;
    private final Agenda agenda;
    private final ClientEnd client;
    private final ServerEnd server;
    private final Tap tap;

    private final ArrayDeque<Parcel> down = new ArrayDeque<>();
    /** How much longer everything takes from the client to the home: its bytes may outlive its successor's connect. */
    private final int lag;

    private long upAt;
    private long downAt;
    private boolean greeted;
    private int inFlight;
    private boolean full;
    private boolean paused;
    private boolean broken;
    private boolean upDead;
    private boolean downDead;
    private boolean clientGone;
    private boolean serverGone;

    WsLink(Carrier carrier, Ground ground, ClientEnd client, ServerEnd server, Tap tap) {
        super(carrier);
        this.id = carrier.id();
        this.ground = ground;
        this.agenda = ground.agenda();
        this.client = client;
        this.server = server;
        this.tap = tap;
        boolean slow = ground.has(Fault.LATE_CONNECT) && ground.dice().chance(10)
                || ground.has(Bug.RUN_LATE_INPUT) && ground.dice().chance(50);
        this.lag = slow ? ground.dice().between(300, 2_500) : 0;
    }

    @Override
    public long id() {
        return id;
    }

    void open(long delayMillis) {
        upAt = ground.now() + delayMillis;
        agenda.at(upAt, () -> {
            if (!broken && !serverGone) {
                server.opened(this);
            }
        });
    }

    // ---- the client's end

    @Override
    public void send(ClientFrame frame) {
        if (clientGone) {
            return;
        }
        tap.sent(this, frame);
        upAt = Math.max(upAt, ground.now() + ground.latency() + (greeted ? lag : 0));
        greeted = true;
        agenda.at(upAt, () -> {
            if (!broken && !upDead && !serverGone) {
                server.came(this, Wire.up(ground.plan(), carrier.form(), frame));
            }
        });
    }

    @Override
    public void leave() {
        if (clientGone) {
            return;
        }
        clientGone = true;
        down.clear();
        upAt = Math.max(upAt, ground.now() + ground.latency());
        agenda.at(upAt, () -> {
            if (!broken && !upDead && !serverGone) {
                serverGone = true;
                server.closed(this);
            }
        });
    }

    // ---- the weather

    @Override
    public boolean alive() {
        return !broken && !clientGone && !serverGone;
    }

    @Override
    public void cut(boolean clientNotices, boolean serverNotices) {
        if (broken) {
            return;
        }
        broken = true;
        down.clear();
        if (clientNotices) {
            agenda.in(ground.dice().below(30), () -> clientLost(null));
        }
        if (serverNotices) {
            agenda.in(ground.dice().below(30), () -> {
                if (!serverGone) {
                    serverGone = true;
                    server.closed(this);
                }
            });
        }
    }

    @Override
    public void goDeaf(boolean up, boolean downToo) {
        upDead |= up;
        downDead |= downToo;
    }

    @Override
    public void stall(long millis) {
        paused = true;
        agenda.in(millis, () -> {
            paused = false;
            pump();
        });
    }

    // ---- the home's end

    @Override
    Link link() {
        return this;
    }

    @Override
    public boolean selfChecking() {
        return false;
    }

    @Override
    boolean serverGone() {
        return serverGone;
    }

    @Override
    void lose() {
        serverGone = true;
        cut(true, false);
    }

    @Override
    void write(ServerFrame frame, int bytes) {
        put(new Parcel(Wire.down(ground.plan(), carrier.form(), frame), null, bytes + ENVELOPE_BYTES, arrival()));
    }

    @Override
    void close(CloseCode code) {
        serverGone = true;
        put(new Parcel(null, code, 0, arrival()));
    }

    private long arrival() {
        downAt = Math.max(downAt, ground.now() + ground.latency());
        return downAt;
    }

    private void put(Parcel parcel) {
        if (broken || clientGone) {
            return;
        }
        down.add(parcel);
        inFlight += parcel.bytes();
        agenda.at(parcel.at(), this::pump);
    }

    @Override
    boolean becameFull() {
        if (full || inFlight <= ground.plan().bufferBytes()) {
            return false;
        }
        full = true;
        return true;
    }

    @Override
    public int inFlight() {
        return inFlight;
    }

    /** A ping of RFC 6455: answered by whatever reads on the other side. */
    @Override
    void probe() {
        if (!broken && !clientGone && !paused && !upDead && !downDead) {
            agenda.in(2 * ground.latency(), () -> {
                if (!broken && !serverGone) {
                    server.heard(this);
                }
            });
        }
    }

    private void pump() {
        if (broken || downDead || paused || clientGone) {
            return;
        }
        boolean took = false;
        while (!down.isEmpty() && down.element().at() <= ground.now() && !paused && !clientGone && !broken) {
            Parcel parcel = down.remove();
            inFlight -= parcel.bytes();
            took = true;
            arrive(parcel);
        }
        if (took && full && !broken && !serverGone) {
            server.heard(this);
            if (inFlight <= ground.plan().bufferBytes() / 2) {
                full = false;
                server.drained(this);
            }
        }
    }

    private void arrive(Parcel parcel) {
        ServerFrame frame = parcel.frame();
        if (frame != null) {
            tap.saw(this, frame);
            client.came(this, frame);
        } else {
            clientLost(parcel.close());
        }
    }

    private void clientLost(@Nullable CloseCode code) {
        if (!clientGone) {
            clientGone = true;
            down.clear();
            client.closed(this, code);
        }
    }

    @Override
    public String toString() {
        return "link" + id;
    }
}
