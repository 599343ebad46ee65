// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import dev.longwire.faults.Fault.How;
import dev.longwire.faults.Fault.Side;
import dev.longwire.faults.Fault.Where;
import dev.longwire.faults.Talk.Asked;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A client's connection and the one to the server that belongs to it. Everything here runs on their event loop. */
final class Link {

    /** How much of what a client said first is kept to be said again. */
    private static final int KEPT = 64 * 1024;

    private final FaultProxy proxy;
    private final int number;
    private final Channel client;
    private final Channel server;
    private final Lane up;
    private final Lane down;
    private final Talk talk = new Talk();
    private final Splitter requests = new Requests(talk);
    private final Splitter answers = new Answers(talk);
    private final Pile fromClient = new Pile();
    private final Pile fromServer = new Pile();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    /** Nothing passes any more, and neither side learns from the other's end. */
    private boolean swallowing;

    Link(FaultProxy proxy, int number, Channel client, Channel server) {
        this.proxy = proxy;
        this.number = number;
        this.client = client;
        this.server = server;
        this.up = new Lane(client, server);
        this.down = new Lane(server, client);
    }

    void read(Direction direction, ByteBuf bytes) {
        if (swallowing) {
            return;
        }
        if (direction == Direction.UP) {
            fromClient.add(bytes);
        } else {
            fromServer.add(bytes);
        }
        pass(direction);
    }

    private void pass(Direction direction) {
        Pile pile = direction == Direction.UP ? fromClient : fromServer;
        Splitter splitter = direction == Direction.UP ? requests : answers;
        Unit unit = swallowing ? null : splitter.split(pile);
        while (unit != null) {
            pass(direction, unit);
            if (direction == Direction.DOWN && unit.frames().contains("http.upgrade")) {
                // What the client said after its request to upgrade can be understood now.
                pass(Direction.UP);
            }
            unit = swallowing ? null : splitter.split(pile);
        }
    }

    void readComplete(Direction direction) {
        lane(direction).flush();
    }

    private Lane lane(Direction direction) {
        return direction == Direction.UP ? up : down;
    }

    private void pass(Direction direction, Unit unit) {
        Passing passing = new Passing(number, unit.carriage(), direction, unit.frames());
        Plan.Verdict verdict = unit.frames().isEmpty() ? null : proxy.judge(passing);
        if (direction == Direction.UP && said.size() < KEPT) {
            said.writeBytes(unit.bytes());
        }
        if (verdict == null) {
            write(direction, unit.bytes());
        } else {
            apply(verdict.fault(), direction, unit);
        }
    }

    private void write(Direction direction, byte[] bytes) {
        lane(direction).write(bytes);
    }

    private void apply(Fault fault, Direction direction, Unit unit) {
        switch (fault) {
            case Fault.Drop() -> withdraw(direction, unit);
            case Fault.Delay(long millis) -> {
                lane(direction).delay(millis);
                write(direction, unit.bytes());
            }
            case Fault.Duplicate duplicate -> duplicate(duplicate, direction, unit);
            case Fault.Replay(long afterMillis) -> {
                write(direction, unit.bytes());
                byte[] all = said.toByteArray();
                later(afterMillis, () -> proxy.again(client.eventLoop(), all, null, () -> {}));
            }
            case Fault.Cut cut -> cut(cut, direction, unit);
            case Fault.HalfOpen() -> swallow();
            case Fault.Throttle(int rate) -> {
                lane(direction).throttle(rate);
                write(direction, unit.bytes());
            }
            case Fault.Refuse(int status) -> refuse(status);
            case Fault.KillAfter(long millis, How how) -> {
                write(direction, unit.bytes());
                later(millis, () -> cut(how, Side.BOTH));
            }
            case Fault.StopReading(long millis) -> {
                write(direction, unit.bytes());
                lane(direction).stopReading(millis);
            }
        }
    }

    private void swallow() {
        swallowing = true;
        client.config().setAutoRead(true);
        server.config().setAutoRead(true);
    }

    private void withdraw(Direction direction, Unit unit) {
        boolean request =
                unit.frames().contains("http.request") || unit.frames().contains("http.upgrade");
        if (direction == Direction.UP && request) {
            talk.withdraw();
        }
    }

    private void duplicate(Fault.Duplicate duplicate, Direction direction, Unit unit) {
        Asked asked = talk.latest();
        if (direction == Direction.UP && unit.frames().contains("http.request") && asked != null) {
            asked.discard = duplicate.answerFromCopy();
            Consumer<Unit> answered = duplicate.answerFromCopy() ? this::answered : null;
            if (duplicate.afterMillis() == 0) {
                // Together: neither may have been answered when the other one arrives.
                proxy.again(client.eventLoop(), unit.bytes(), answered, () -> leave(direction, unit));
                return;
            }
            write(direction, unit.bytes());
            later(duplicate.afterMillis(), () -> proxy.again(client.eventLoop(), unit.bytes(), answered, () -> {}));
            return;
        }
        write(direction, unit.bytes());
        later(duplicate.afterMillis(), () -> leave(direction, unit));
    }

    private void leave(Direction direction, Unit unit) {
        if (!swallowing) {
            write(direction, unit.bytes());
            lane(direction).flush();
        }
    }

    /** A copy of a request has its answer. */
    private void answered(Unit answer) {
        if (!swallowing) {
            down.write(answer.bytes());
            down.flush();
        }
    }

    private void later(long millis, Runnable what) {
        if (millis == 0) {
            what.run();
        } else {
            client.eventLoop().schedule(what, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void refuse(int status) {
        swallowing = true;
        String answer = "HTTP/1.1 " + status + " Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        client.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.ISO_8859_1))
                .addListener(ChannelFutureListener.CLOSE);
        server.close();
    }

    private void cut(Fault.Cut cut, Direction direction, Unit unit) {
        byte[] bytes = unit.bytes();
        if (cut.where() == Where.AFTER) {
            write(direction, bytes);
        } else if (cut.where() == Where.WITHIN) {
            write(direction, Arrays.copyOf(bytes, bytes.length / 2));
        }
        cut(cut.how(), cut.side());
    }

    void cut(How how, Side side) {
        swallow();
        if (side != Side.SERVER) {
            end(client, how);
        }
        if (side != Side.CLIENT) {
            end(server, how);
        }
    }

    private static void end(Channel channel, How how) {
        if (how == How.RST) {
            channel.flush();
            if (channel.isOpen()) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
            }
            channel.close();
        } else {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** One side has ended, and so does the other. */
    void ended(Direction direction, boolean abruptly) {
        if (swallowing) {
            return;
        }
        swallowing = true;
        Channel other = direction == Direction.UP ? server : client;
        if (abruptly) {
            end(other, How.RST);
        } else {
            Pile pile = direction == Direction.UP ? fromClient : fromServer;
            lane(direction).write(pile.takeAll());
            lane(direction).end();
        }
    }

    /** The side that speaks in this direction takes more of what the other one says. */
    void writable(Direction speaker) {
        lane(speaker == Direction.UP ? Direction.DOWN : Direction.UP).flow();
    }
}
