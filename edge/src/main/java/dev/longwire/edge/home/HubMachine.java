// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.Principal;
import dev.longwire.core.access.Claims;
import dev.longwire.core.access.Revocation;
import dev.longwire.core.hub.Carrier;
import dev.longwire.core.hub.Hub;
import dev.longwire.core.hub.HubInput;
import dev.longwire.core.hub.HubOutput;
import dev.longwire.core.hub.Session;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.edge.home.Tickets.Ticket;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.CloseCode;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Poll;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.protocol.codec.PollCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Drives one hub. */
final class HubMachine implements HubPort {

    private static final byte[] PING = "{\"type\":\"ping\"}".getBytes(StandardCharsets.US_ASCII);

    /** It wasn't said which sessions are meant. */
    private static final int WHICH = -1;

    private static final int[] NOBODY = {};
    private static final byte[] NOTHING = {};

    /** By how much the clocks of a token's maker and of the edge may differ. */
    private static final long LEEWAY_MILLIS = 5_000;

    private final Hub hub;
    private final boolean open;
    private final HomeSettings settings;
    private final Tickets tickets;
    private final Writings writings;
    private final Post post = new Post();
    private final Map<Integer, Carrier> carriers = new LinkedHashMap<>();

    /** Tokens that came in a header. */
    private final Map<Integer, String> tokens = new LinkedHashMap<>();

    private final Map<Integer, Job> jobs = new LinkedHashMap<>();
    private final ArrayDeque<Effect> effects = new ArrayDeque<>();

    /** What follows from outputs, for when they are all done. */
    private final ArrayDeque<HubInput> later = new ArrayDeque<>();

    private List<Session> listed = List.of();
    private int lastJob;
    private Effect current = Effect.NONE;
    private Post.Batch batch = new Post.Batch(new byte[0], 0);

    /**
     * @param number which of the home's hubs this is
     * @param life tells it from others that had its number
     * @param open whether everybody is let in, anonymous
     */
    HubMachine(int number, long life, boolean open, HomeSettings settings, Secrets secrets) {
        this.hub = new Hub(settings.limits, settings.namespaces(), life);
        this.open = open;
        this.settings = settings;
        this.tickets = new Tickets(secrets, number);
        this.writings = new Writings(tickets, effects);
    }

    @Override
    public void read(byte[] state, double thenMillis) {
        StateReader in = new StateReader(state);
        post.read(in);
        hub.read(in, (long) thenMillis, id -> id);
        for (Carrier carrier : hub.carriers()) {
            carriers.put((int) carrier.id(), carrier);
        }
        for (int left = in.count(); left > 0; left--) {
            int carrier = in.count();
            tokens.put(carrier, in.text());
        }
        lastJob = in.count();
        for (int left = in.count(); left > 0; left--) {
            int number = in.count();
            Job job = Jobs.read(in, carriers);
            if (job != null) {
                // Whoever was asked may be gone: all are asked again.
                jobs.put(number, job);
                effects.add(Effect.job(number, token(job)));
            }
        }
    }

    @Override
    public void opened(int number, boolean cbor, String token, double now) {
        Carrier carrier = new Carrier(number, cbor ? Carrier.Form.WS_CBOR : Carrier.Form.WS_JSON);
        add(carrier, token);
        accept(new HubInput.Opened(carrier), now);
        settle(now);
    }

    private void add(Carrier carrier, String token) {
        carriers.put((int) carrier.id(), carrier);
        if (!token.isEmpty()) {
            tokens.put((int) carrier.id(), token);
        }
    }

    @Override
    public void received(int number, boolean binary, byte[] message, double now) {
        Carrier carrier = carriers.get(number);
        if (carrier == null) {
            return;
        }
        boolean cbor = carrier.form() == Carrier.Form.WS_CBOR;
        if (message.length > settings.messageBytes) {
            accept(new HubInput.Closed(carrier), now);
            close(carrier, CloseCode.TOO_BIG);
        } else if (!binary && Arrays.equals(message, PING)) {
            accept(new HubInput.Received(carrier, new ClientFrame.Ping(), message.length), now);
        } else if (binary != cbor) {
            accept(new HubInput.Closed(carrier), now);
            close(carrier, CloseCode.UNSUPPORTED_DATA);
        } else {
            int bytes = message.length;
            for (ClientFrame frame : Codec.of(Writings.format(carrier)).decode(message, 0, message.length)) {
                accept(new HubInput.Received(carrier, frame, bytes), now);
                bytes = 0;
            }
        }
        settle(now);
    }

    @Override
    public void polled(int number, boolean cbor, byte[] body, String token, double now) {
        Format format = cbor ? Format.CBOR : Format.JSON;
        PollCodec.Body read = PollCodec.of(format).decode(body, 0, body.length);
        Poll poll = read.poll();
        boolean stream = poll != null && poll.stream();
        Carrier carrier = new Carrier(number, stream ? Carrier.Form.STREAM : Carrier.Form.POLL);
        Ticket ticket = poll == null || poll.session() == null ? null : tickets.open(poll.session());
        if (poll == null) {
            ErrorCode fault = read.fault();
            reject(carrier, fault == null ? ErrorCode.MALFORMED : fault);
        } else if (poll.session() != null && ticket == null) {
            reject(carrier, ErrorCode.SESSION_GONE);
        } else {
            add(carrier, token);
            writings.polls.put(number, new PollLine(format, poll.seq()));
            String session = ticket == null ? "" : ticket.session();
            long turn = ticket == null ? 0 : ticket.turn();
            accept(new HubInput.Polled(carrier, session, turn, within(poll, settings.messageBytes), body.length), now);
            settle(now);
        }
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

    @Override
    public void closed(int number, double now) {
        Carrier carrier = forget(number);
        if (carrier != null) {
            accept(new HubInput.Closed(carrier), now);
            settle(now);
        }
    }

    private @Nullable Carrier forget(int number) {
        tokens.remove(number);
        writings.polls.remove(number);
        jobs.values()
                .removeIf(job -> job instanceof Job.Door door && door.carrier().id() == number);
        return carriers.remove(number);
    }

    @Override
    public void alive(int number, double now) {
        Carrier carrier = carriers.get(number);
        if (carrier != null) {
            accept(new HubInput.Heard(carrier), now);
        }
    }

    @Override
    public void letters(String from, byte[] letters, double now) {
        for (byte[] each : post.open(from, letters, (long) now)) {
            accept(Answers.read(each), now);
        }
        settle(now);
    }

    @Override
    public void vouched(int number, byte[] claims, String rules, boolean failed, double now) {
        Job job = jobs.remove(number);
        if (job == null) {
            return;
        }
        List<String> lines = lines(rules);
        String issuer = lines.get(0);
        Claims.Rules meant =
                new Claims.Rules(issuer.isEmpty() ? null : issuer, lines.subList(1, lines.size()), LEEWAY_MILLIS);
        Principal principal = claims.length == 0 ? null : Claims.principal(claims, meant, (long) now);
        accept(answer(job, principal, failed ? ErrorCode.UNAVAILABLE : ErrorCode.UNAUTHORIZED, (long) now), now);
        settle(now);
    }

    static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
            lines.add(text.substring(from, end));
            from = end + 1;
        }
        lines.add(text.substring(from));
        return lines;
    }

    private HubInput answer(Job job, @Nullable Principal principal, ErrorCode refusal, long nowMillis) {
        return switch (job) {
            case Job.Door(Carrier carrier, ClientFrame.Connect connect) ->
                principal == null
                        ? new HubInput.Denied(carrier, connect, refusal)
                        : admitted(carrier, connect, principal, nowMillis);
            case Job.Again(HubOutput.Reverify asked) ->
                principal == null
                        ? new HubInput.Kept(asked.session(), asked.turn(), asked.refresh(), refusal)
                        : new HubInput.Renewed(
                                asked.session(),
                                asked.turn(),
                                asked.refresh(),
                                principal,
                                principal.lifeMillis(nowMillis));
        };
    }

    private HubInput.Verified admitted(
            Carrier carrier, ClientFrame.Connect connect, Principal principal, long nowMillis) {
        ClientFrame.Resume resume = connect.resume();
        Ticket ticket = resume == null || resume.session() == null ? null : tickets.open(resume.session());
        long asked = resume == null ? 0 : resume.turn();
        long turn = asked > 0 ? asked : ticket == null ? 1 : ticket.turn() + 1;
        HubInput.FreshIds fresh = new HubInput.FreshIds(tickets.freshSession(), tickets.freshClient());
        String session = ticket == null ? null : ticket.session();
        return new HubInput.Verified(
                carrier, connect, principal, principal.lifeMillis(nowMillis), session, turn, fresh);
    }

    @Override
    public void tick(double now) {
        post.tick((long) now);
        accept(new HubInput.Tick(), now);
        settle(now);
    }

    private void settle(double now) {
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
            execute(output, (long) now);
        }
        HubInput next = later.poll();
        if (next != null) {
            accept(next, now);
        }
    }

    private void execute(HubOutput output, long nowMillis) {
        switch (output) {
            case HubOutput.Send send -> writings.send(send.carrier(), send.frame());
            case HubOutput.Deliver deliver -> writings.deliver(deliver);
            case HubOutput.Close close -> close(close.carrier(), close.code());
            case HubOutput.Probe probe -> writings.probe(probe.carrier());
            case HubOutput.Verify verify -> ask(new Job.Door(verify.carrier(), verify.connect()), nowMillis);
            case HubOutput.Reverify asked -> ask(new Job.Again(asked), nowMillis);
            case HubOutput.Ask ask -> post.send(ask.request().channel(), Questions.write(ask.request()));
            case HubOutput.Finish finish -> finish(finish.carrier(), finish.seq());
            case HubOutput.Reject reject -> reject(reject.carrier(), reject.code());
            case HubOutput.LimitHit hit ->
                effects.add(new Effect(LIMIT, NOBODY, NOTHING, hit.limit().label(), 0));
            case HubOutput.Ended ended -> {} // nothing else is kept about a session
            case HubOutput.Stray stray -> {} // its session has ended: none goes to another hub
            case HubOutput.Consult consult -> throw new IllegalStateException("no hook is configured here");
            case HubOutput.Astray astray -> throw new IllegalStateException("no hook is configured here");
            case HubOutput.Released released -> throw new IllegalStateException("no session goes to another hub");
        }
    }

    private void ask(Job job, long nowMillis) {
        if (open) {
            later.add(answer(job, Principal.ANONYMOUS, ErrorCode.UNAUTHORIZED, nowMillis));
        } else if (token(job).isEmpty() && settings.namespaces().openSomewhere()) {
            later.add(answer(job, Principal.NOBODY, ErrorCode.UNAUTHORIZED, nowMillis));
        } else {
            jobs.put(++lastJob, job);
            effects.add(Effect.job(lastJob, token(job)));
        }
    }

    private String token(Job job) {
        return switch (job) {
            case Job.Door(Carrier carrier, ClientFrame.Connect connect) -> {
                String own = connect.token();
                yield own == null ? tokens.getOrDefault((int) carrier.id(), "") : own;
            }
            case Job.Again(HubOutput.Reverify asked) -> asked.refresh().token();
        };
    }

    /** A poll's answer is complete with the goodbye; there is nothing to close. */
    private void close(Carrier carrier, CloseCode code) {
        if (carrier.form() == Carrier.Form.POLL) {
            PollLine line = writings.polls.get((int) carrier.id());
            finish(carrier, line == null ? 0 : line.seq);
        } else {
            forget((int) carrier.id());
            effects.add(Effect.text(CLOSE, carrier, code.wire(), code.number()));
        }
    }

    private void finish(Carrier carrier, long seq) {
        PollLine line = writings.polls.get((int) carrier.id());
        forget((int) carrier.id());
        if (line != null) {
            Effect done = Effect.bytes(FINISH, carrier, line.finish(seq));
            effects.add(
                    new Effect(FINISH, done.carriers(), done.bytes(), line.format == Format.CBOR ? "cbor" : "json", 0));
        }
    }

    private void reject(Carrier carrier, ErrorCode code) {
        forget((int) carrier.id());
        effects.add(Effect.text(REJECT, carrier, code.wire(), 0));
    }

    @Override
    public int list(String query, int most) {
        listed = Operators.list(hub.sessions(), query, most);
        return listed.size();
    }

    @Override
    public SessionPort listed(int index) {
        return new Row(listed.get(index));
    }

    @Override
    public int kick(String query, double now) {
        List<Session> ended = Operators.toClose(hub.sessions(), query);
        if (ended == null) {
            return WHICH;
        }
        ended.forEach(session -> accept(new HubInput.Kick(session.id(), CloseCode.KICKED), now));
        settle(now);
        return ended.size();
    }

    @Override
    public int revoke(String query, double now) {
        Revocation revocation = Operators.revocation(query, (long) now);
        if (revocation == null) {
            return WHICH;
        }
        int before = hub.sessionCount();
        accept(new HubInput.Revoke(revocation), now);
        settle(now);
        return before - hub.sessionCount();
    }

    @Override
    public int next() {
        Effect next = effects.poll();
        current = next == null ? Effect.NONE : next;
        return current.kind();
    }

    @Override
    public int carriers() {
        return current.carriers().length;
    }

    @Override
    public int carrier(int index) {
        return current.carriers()[index];
    }

    @Override
    public byte[] bytes() {
        return current.bytes();
    }

    @Override
    public String text() {
        return current.text();
    }

    @Override
    public int number() {
        return current.number();
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
        hub.write(out, (long) now);
        out.number(tokens.size());
        tokens.forEach((carrier, token) -> {
            out.number(carrier);
            out.text(token);
        });
        out.number(lastJob);
        out.number(jobs.size());
        jobs.forEach((number, job) -> {
            out.number(number);
            Jobs.write(out, job);
        });
        return out.toBytes();
    }
}
