// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.HubInput;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Poll;
import dev.longwire.protocol.codec.Format;
import dev.longwire.protocol.codec.PollCodec;
import dev.longwire.server.auth.Tickets.Ticket;
import dev.longwire.server.loop.Line;
import dev.longwire.server.loop.Loop;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/poll}: finds the session's hub and gives it the poll. The connection may be on another loop than the
 * session; then the poll goes there and its answer comes back.
 */
final class PollRoute implements Router.Route {

    private final Credentials credentials;

    PollRoute(Credentials credentials) {
        this.credentials = credentials;
    }

    @Override
    public void handle(Exchange exchange) {
        Format format = format(exchange.headers().get(HttpHeaderNames.CONTENT_TYPE));
        if (format == null || exchange.headers().contains(HttpHeaderNames.CONTENT_ENCODING)) {
            exchange.refuse(ErrorCode.UNSUPPORTED_MEDIA_TYPE);
            return;
        }
        byte[] bytes = exchange.body();
        PollCodec.Body body = PollCodec.of(format).decode(bytes, 0, bytes.length);
        Poll poll = body.poll();
        if (poll == null) {
            exchange.refuse(body.fault() == null ? ErrorCode.MALFORMED : body.fault(), body.field());
            return;
        }
        exchange.loop().loops().metrics().bytesIn(bytes.length);
        exchange.loop().loops().metrics().received(poll.frames().size());
        route(exchange, within(poll, exchange.loop().loops().config().network().messageBytes()), format);
    }

    /** A body may be longer than a message, since it may hold many; a payload may not, whatever carries it. */
    private static Poll within(Poll poll, int longest) {
        List<ClientFrame> frames =
                poll.frames().stream().map(frame -> within(frame, longest)).toList();
        return new Poll(poll.session(), poll.seq(), poll.ack(), poll.waitMillis(), poll.stream(), frames);
    }

    static ClientFrame within(ClientFrame frame, int longest) {
        boolean tooLong = frame instanceof ClientFrame.Publish publish
                && publish.payload().bytes().length > longest;
        return tooLong ? new ClientFrame.Bad(((ClientFrame.Publish) frame).id(), ErrorCode.TOO_LARGE, "data") : frame;
    }

    /** Text is taken for JSON, which spares a browser's page a preflight. */
    private static @Nullable Format format(@Nullable String contentType) {
        return switch (mediaType(contentType)) {
            case "application/json", "text/plain" -> Format.JSON;
            case "application/cbor" -> Format.CBOR;
            default -> null;
        };
    }

    /** Without parameters, in lower case; JSON where nothing is said. */
    static String mediaType(@Nullable String contentType) {
        String type = contentType == null ? "application/json" : contentType.toLowerCase(Locale.ROOT);
        int end = type.indexOf(';');
        return end < 0 ? type.trim() : type.substring(0, end).trim();
    }

    private void route(Exchange exchange, Poll poll, Format format) {
        Loop here = exchange.loop();
        if (poll.session() == null) {
            start(home(here, poll.frames()), exchange, poll, format, new Ticket("", 0));
            return;
        }
        Ticket ticket = here.tickets().open(poll.session());
        Loop home = ticket == null ? null : here.loops().homeOf(ticket.session());
        if (ticket == null || home == null) {
            exchange.refuse(ErrorCode.SESSION_GONE);
        } else {
            start(home, exchange, poll, format, ticket);
        }
    }

    /**
     * Where a session begins: at home, if it has one; else where a copy of the same poll would be sent too, since the
     * first one's answer may be lost.
     */
    private static Loop home(Loop here, List<ClientFrame> frames) {
        if (!frames.isEmpty() && frames.get(0) instanceof ClientFrame.Connect connect) {
            ClientFrame.Resume resume = connect.resume();
            Ticket ticket = resume == null || resume.session() == null
                    ? null
                    : here.tickets().open(resume.session());
            Loop home = ticket == null ? null : here.loops().homeOf(ticket.session());
            if (home != null) {
                return home;
            }
            if (connect.nonce() != null) {
                return here.loops().byHash(connect.nonce());
            }
        }
        return here;
    }

    private void start(Loop home, Exchange exchange, Poll poll, Format format, Ticket ticket) {
        boolean stream = poll.stream();
        String token = credentials.of(exchange);
        HttpLine line = stream
                ? new StreamLine(home, exchange, false, token)
                : new PollLine(home, exchange, format, poll.seq(), token);
        exchange.watch(line);
        Runnable run = () -> {
            Carrier carrier = home.carrier(stream ? Carrier.Form.STREAM : Carrier.Form.POLL, line);
            line.serve(carrier);
            home.accept(new HubInput.Polled(carrier, ticket.session(), ticket.turn(), poll, exchange.bodyLength()));
        };
        if (home == exchange.loop()) {
            run.run();
        } else {
            home.post(run);
        }
    }

    /** A line over an exchange. */
    interface HttpLine extends Line, Exchange.Watcher {
        /** The carrier is known to the hub from now on. On the hub's loop. */
        void serve(Carrier carrier);
    }
}
