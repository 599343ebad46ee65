// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.channel;

import dev.longwire.core.SlowPolicy;
import dev.longwire.core.channel.ChannelReply.Appended;
import dev.longwire.core.channel.ChannelReply.Attached;
import dev.longwire.core.channel.ChannelReply.Paged;
import dev.longwire.core.channel.ChannelReply.Refused;
import dev.longwire.core.channel.ChannelReply.Sliced;
import dev.longwire.core.channel.ChannelReply.Traced;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.core.event.Events;
import dev.longwire.core.log.LogView;
import dev.longwire.core.log.MemoryLog;
import dev.longwire.core.log.Slice;
import dev.longwire.core.presence.Attendance;
import dev.longwire.core.presence.PresenceName;
import dev.longwire.core.presence.Roster;
import dev.longwire.core.presence.Roster.News;
import dev.longwire.core.presence.Roster.Place;
import dev.longwire.core.rate.Limit;
import dev.longwire.core.rate.Rate;
import dev.longwire.core.state.StateReader;
import dev.longwire.core.state.StateWriter;
import dev.longwire.protocol.ClientFrame.Presence.Action;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Position;
import dev.longwire.protocol.ServerFrame.Changed;
import dev.longwire.protocol.ServerFrame.Message;
import dev.longwire.protocol.ServerFrame.Unrecovered;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The one owner of a set of channels whose logs live in memory. It answers requests in the order they come, and tells
 * each interested hub once per turn that a log has grown.
 *
 * <p>Single-threaded: one caller at a time. After {@link #accept} the caller drains {@link #poll}; at the end of its
 * turn, {@link #moved}.
 */
public final class Channels {

    private static final int PAGE_MESSAGES = 100;
    private static final int PAGE_BYTES = 256 * 1024;
    private static final String LEVEL = "memory";

    private final ChannelSettings settings;
    private final Directory directory;
    private final Budget budget;
    private final Attendance attendance = new Attendance();
    private final KeyIndex keys;
    private final Codec codec = Codec.of(Format.JSON);
    private final ArrayDeque<ChannelOutput.Reply> replies = new ArrayDeque<>();
    private final ArrayDeque<Channel> grown = new ArrayDeque<>();
    private final Chronicle chronicle = new Chronicle();
    private int nextHub;
    private @Nullable LogView view;

    /** When the owner was last called. */
    private long now;

    /**
     * @param boot names this life of the home: no two starts may share it unless the logs survive
     * @param seed secret randomness for hashing keys
     */
    public Channels(String boot, long seed, ChannelSettings settings) {
        this.settings = settings;
        this.directory = new Directory(boot, settings.namespaces(), attendance);
        this.budget = new Budget(settings, directory);
        this.keys = new KeyIndex(seed, settings.dedupeMillis(), settings.dedupeEntries());
    }

    /**
     * Takes one request.
     *
     * @param nowMillis monotonic time
     * @param wallMillis time of day, for people: ms since 1970
     */
    public void accept(int hub, ChannelRequest request, long nowMillis, long wallMillis) {
        now = nowMillis;
        switch (request) {
            case ChannelRequest.Attach attach -> reply(hub, attach(hub, attach, nowMillis));
            case ChannelRequest.Detach detach -> detach(hub, detach);
            case ChannelRequest.Append append -> {
                ChannelReply reply = append(append, nowMillis, wallMillis);
                chronicle.answered(append, reply);
                reply(hub, reply);
            }
            case ChannelRequest.Read read -> reply(hub, read(read));
            case ChannelRequest.Page page -> reply(hub, page(page));
            case ChannelRequest.Trace trace -> reply(hub, trace(trace, nowMillis));
            case ChannelRequest.OnPresence presence -> {
                ChannelReply answer = presence(hub, presence, nowMillis);
                if (answer != null) {
                    reply(hub, answer);
                }
            }
        }
    }

    private @Nullable ChannelReply presence(int hub, ChannelRequest.OnPresence request, long nowMillis) {
        return switch (request) {
            case ChannelRequest.Enter enter -> {
                Channel channel = directory.open(enter.channel(), nowMillis);
                Roster roster = directory.attend(channel);
                Place place = new Place(hub, enter.life());
                roster.enter(place, enter.who(), enter.info(), enter.data(), nowMillis);
                yield enter.tag().id() == 0 ? null : entered(channel.name, enter.tag(), enter.action());
            }
            case ChannelRequest.Leave leave -> {
                Channel channel = directory.find(leave.channel());
                if (channel != null && channel.roster != null) {
                    Place place = new Place(hub, leave.life());
                    channel.roster.leave(place, leave.who(), leave.lateMillis(), nowMillis);
                }
                yield leave.tag().id() == 0 ? null : entered(leave.channel(), leave.tag(), Action.LEAVE);
            }
            case ChannelRequest.Renew renew -> {
                Channel channel = directory.find(renew.channel());
                boolean known = channel != null
                        && channel.roster != null
                        && channel.roster.renew(new Place(hub, renew.life()), renew.holdings(), nowMillis);
                yield known ? null : new ChannelReply.Unknown(renew.channel(), Tag.HUB);
            }
            case ChannelRequest.Who who -> roll(who);
        };
    }

    /** Where observers know of it: with the next telling, if there is something to tell. */
    private ChannelReply.Entered entered(String name, Tag tag, Action action) {
        Channel channel = directory.find(name);
        boolean news = channel != null && channel.roster != null && channel.roster.hasNews();
        MemoryLog log = directory.peek(name);
        return new ChannelReply.Entered(name, tag, action, new Position(log.epoch(), log.head() + (news ? 1 : 0)));
    }

    private ChannelReply.Roll roll(ChannelRequest.Who request) {
        Channel channel = directory.find(request.channel());
        Roster roster = channel == null ? null : channel.roster;
        Roster.Page page = roster == null || !request.list() ? Roster.Page.NONE : roster.page(request.after());
        Position at = head(directory.peek(request.channel()));
        return new ChannelReply.Roll(request.channel(), request.tag(), at, roster == null ? 0 : roster.count(), page);
    }

    /** Tells observers what has changed, by a log of its own. */
    private void tell() {
        for (Roster roster = attendance.next(); roster != null; roster = attendance.next()) {
            Channel channel = directory.open(roster.name(), now);
            for (News news = roster.tell(channel.log.head() + 1);
                    news != null;
                    news = roster.tell(channel.log.head() + 1)) {
                Position at = new Position(channel.log.epoch(), channel.log.head() + 1);
                byte[] frame = codec.encode(new Changed(
                        PresenceName.channel(channel.name),
                        at,
                        news.count(),
                        news.joined(),
                        news.updated(),
                        news.left()));
                channel.log.append(frame, now);
                budget.add(frame.length);
                chronicle.members(channel, news);
            }
            trim(channel, now);
            grow(channel);
            attendance.told(roster, now);
        }
    }

    private void grow(Channel channel) {
        if (!channel.grew) {
            channel.grew = true;
            grown.add(channel);
        }
    }

    /** A hub is gone with everything it wanted; one that takes its number counts its generations from the beginning. */
    public void forget(int hub) {
        for (Channel channel : directory.all()) {
            channel.forget(hub);
            chronicle.look(channel, now);
        }
    }

    /** What happened in channels; nothing until somebody wants it. To be emptied after {@link #moved}. */
    public Events events() {
        return chronicle.events();
    }

    /** The next answer, or null. */
    public ChannelOutput.@Nullable Reply poll() {
        return replies.poll();
    }

    /** The next hub to be told of a log that grew since the last turn, or null. */
    public ChannelOutput.@Nullable Moved moved() {
        if (view == null && attendance.hasNews()) {
            tell();
        }
        for (Channel channel = grown.peek(); channel != null; channel = grown.peek()) {
            if (view == null) {
                view = channel.log.view();
            }
            while (nextHub < channel.hubs()) {
                int hub = nextHub++;
                if (channel.wanted(hub)) {
                    return new ChannelOutput.Moved(hub, channel.name, view);
                }
            }
            channel.grew = false;
            grown.remove();
            nextHub = 0;
            view = null;
        }
        return null;
    }

    /** When {@link #tick} is wanted, in monotonic ms. */
    public long wakeAt() {
        return Math.min(chronicle.wakeAt(), Math.min(directory.wakeAt(), attendance.wakeAt()));
    }

    /** Does what is due; {@link #moved} may have something afterwards. */
    public void tick(long nowMillis) {
        now = nowMillis;
        attendance.tick(nowMillis);
        chronicle.tick(nowMillis);
        budget.add(-directory.tick(nowMillis));
    }

    /** How many channels have a log or a hub. */
    public int size() {
        return directory.size();
    }

    /** What a log has now, whether or not there is such a channel. */
    public LogView view(String log) {
        return directory.peek(log).view();
    }

    /** What a channel looks like from outside. */
    public record Glance(String channel, Position head, int hubs, long bytes) {}

    /**
     * The first so many channels by name.
     *
     * @param prefix what their names begin with
     * @param after whose names come after this one
     * @param occupied whether only those that somebody is subscribed to
     */
    public List<Glance> glance(String prefix, String after, boolean occupied, int limit) {
        TreeMap<String, Channel> first = new TreeMap<>();
        for (Channel channel : directory.all()) {
            if (!PresenceName.is(channel.name)
                    && channel.name.startsWith(prefix)
                    && channel.name.compareTo(after) > 0
                    && (!occupied || channel.interestedHubs() > 0)) {
                first.put(channel.name, channel);
                if (first.size() > limit) {
                    first.pollLastEntry();
                }
            }
        }
        List<Glance> glances = new ArrayList<>();
        for (var each : first.values()) {
            glances.add(new Glance(each.name, head(each.log), each.interestedHubs(), each.log.bytes()));
        }
        return glances;
    }

    private void reply(int hub, ChannelReply reply) {
        replies.add(new ChannelOutput.Reply(hub, reply));
    }

    private Attached attach(int hub, ChannelRequest.Attach request, long nowMillis) {
        boolean known = directory.known(request.channel());
        Channel channel = directory.open(request.channel(), nowMillis);
        channel.attach(hub, request.generation());
        chronicle.look(channel, now);
        trim(channel, nowMillis);
        MemoryLog log = channel.log;
        Position since = request.since();
        Unrecovered reason = since == null ? null : unrecovered(log, since, known);
        long start = log.head();
        if (since != null && reason == null) {
            start = since.offset();
        } else if (since == null && request.last() > 0) {
            start = Math.max(log.tail(), log.head() - request.last());
        }
        boolean recovered = since != null && reason == null;
        return new Attached(channel.name, request.tag(), request.generation(), head(log), start, recovered, reason);
    }

    private static @Nullable Unrecovered unrecovered(MemoryLog log, Position since, boolean known) {
        if (!since.epoch().equals(log.epoch())) {
            return known ? Unrecovered.EPOCH_CHANGED : Unrecovered.UNKNOWN;
        }
        if (since.offset() > log.head()) {
            return Unrecovered.AHEAD;
        }
        return since.offset() < log.tail() ? Unrecovered.TOO_OLD : null;
    }

    private void detach(int hub, ChannelRequest.Detach request) {
        Channel channel = directory.find(request.channel());
        if (channel != null) {
            channel.detach(hub, request.generation());
            chronicle.look(channel, now);
        }
    }

    private ChannelReply append(ChannelRequest.Append request, long nowMillis, long wallMillis) {
        if (request.refusal() != null && !directory.known(request.channel())) {
            // Whoever may not publish does not make channels either.
            return refused(request, request.refusal());
        }
        Channel channel = directory.open(request.channel(), nowMillis);
        MemoryLog log = channel.log;
        String key = request.extras().key();
        KeyIndex.Hashed hashed = null;
        long content = 0;
        if (key != null) {
            hashed = keys.hash(channel.name, log.epoch(), request.publisher(), key);
            content = keys.content(request.sent().bytes(), request.sent().binary());
            KeyIndex.Found found = keys.find(hashed, nowMillis);
            if (found != null) {
                return repeated(channel, request, found, content, nowMillis);
            }
        }
        if (request.refusal() != null) {
            return refused(request, request.refusal());
        }
        Rate rate = settings.namespaces().of(channel.name).publishes();
        if (!channel.publishes.take(rate, 1, nowMillis)) {
            long wait = channel.publishes.waitMillis(nowMillis);
            return new Refused(channel.name, request.tag(), ErrorCode.RATE_LIMITED, wait, Limit.PUBLISHES);
        }
        Message message = new Message(
                channel.name,
                log.head() + 1,
                wallMillis,
                request.user(),
                request.client(),
                request.extras().slot(),
                request.extras().headers(),
                request.payload());
        byte[] frame = codec.encode(message);
        if (!budget.room(channel, frame.length, nowMillis)) {
            directory.dropIfEmpty(channel, nowMillis);
            return new Refused(channel.name, request.tag(), ErrorCode.OVERLOADED, Budget.BUSY_MILLIS);
        }
        long offset = log.append(frame, nowMillis);
        budget.add(frame.length);
        chronicle.published(log.epoch(), message);
        if (settings.namespaces().slow(channel.name).action() == SlowPolicy.Action.LATEST) {
            channel.conflate(request.extras().slot(), offset);
        }
        trim(channel, nowMillis);
        if (hashed != null) {
            keys.add(hashed, offset, content, nowMillis);
        }
        grow(channel);
        return appended(channel, request, offset, false, nowMillis);
    }

    private static Refused refused(ChannelRequest.Append request, ChannelRequest.Refusal refusal) {
        return new Refused(request.channel(), request.tag(), refusal.code(), refusal.retryAfterMillis());
    }

    private ChannelReply repeated(
            Channel channel, ChannelRequest.Append request, KeyIndex.Found found, long content, long nowMillis) {
        if (found.content() != content) {
            return new Refused(channel.name, request.tag(), ErrorCode.IDEMPOTENCY_CONFLICT, 0);
        }
        return appended(channel, request, found.offset(), true, nowMillis);
    }

    private Appended appended(
            Channel channel, ChannelRequest.Append request, long offset, boolean duplicate, long nowMillis) {
        long window = request.extras().key() == null ? 0 : keys.windowMillis(nowMillis);
        return new Appended(
                channel.name, request.tag(), new Position(channel.log.epoch(), offset), LEVEL, duplicate, window);
    }

    private Sliced read(ChannelRequest.Read request) {
        MemoryLog log = directory.peek(request.channel());
        boolean same = request.epoch().equals(log.epoch());
        long from = same ? request.from() : log.head();
        Channel channel = directory.find(request.channel());
        LogView all = log.view();
        Slice slice = request.latest() && same && channel != null
                ? all.pick(from, request.to(), channel.latest(from), request.maxBytes())
                : all.slice(from, request.to(), request.maxBytes());
        return new Sliced(request.channel(), request.tag(), log.epoch(), slice);
    }

    private Paged page(ChannelRequest.Page request) {
        MemoryLog log = directory.peek(request.channel());
        List<Message> messages = new ArrayList<>();
        if (request.epoch() != null && !request.epoch().equals(log.epoch())) {
            return new Paged(request.channel(), request.tag(), head(log), messages, -1);
        }
        int limit = request.limit() <= 0 ? PAGE_MESSAGES : Math.min(PAGE_MESSAGES, request.limit());
        long low = Math.max(request.after(), log.tail());
        long high = request.before() < 0 ? log.head() : Math.min(log.head(), request.before() - 1);
        LogView all = log.view();
        int size = 0;
        long offset = request.reverse() ? high : low + 1;
        while (offset > low && offset <= high && messages.size() < limit && size < PAGE_BYTES) {
            size += add(all, offset, messages);
            offset += request.reverse() ? -1 : 1;
        }
        boolean more = offset > low && offset <= high;
        return new Paged(
                request.channel(),
                request.tag(),
                head(log),
                messages,
                more ? offset + (request.reverse() ? 1 : -1) : -1);
    }

    private int add(LogView all, long offset, List<Message> messages) {
        var slice = all.slice(offset - 1, offset, 1);
        slice.read((o, array, start, length) -> messages.add(codec.decodeMessage(array, start, length)));
        return slice.bytes();
    }

    private Traced trace(ChannelRequest.Trace request, long nowMillis) {
        MemoryLog log = directory.peek(request.channel());
        KeyIndex.Hashed hashed = keys.hash(request.channel(), log.epoch(), request.publisher(), request.key());
        KeyIndex.Found found = keys.find(hashed, nowMillis);
        Position position = found == null ? null : new Position(log.epoch(), found.offset());
        return new Traced(request.channel(), request.tag(), head(log), position);
    }

    private static Position head(MemoryLog log) {
        return new Position(log.epoch(), log.head());
    }

    private void trim(Channel channel, long nowMillis) {
        long before = channel.log.bytes();
        channel.log.trim(settings.namespaces().retention(channel.name), nowMillis);
        budget.add(channel.log.bytes() - before);
    }

    public void write(StateWriter out, long nowMillis) {
        out.number(3);
        directory.write(out, nowMillis);
        keys.write(out, nowMillis);
    }

    /**
     * Takes the place of what {@link #write} wrote. Only between turns: nothing may be left in {@link #poll} or
     * {@link #moved}.
     */
    public void read(StateReader in, long nowMillis) {
        if (in.number() != 3) {
            throw new IllegalArgumentException("unknown version of channels");
        }
        directory.read(in, nowMillis);
        directory.all().forEach(channel -> chronicle.look(channel, nowMillis));
        keys.read(in, nowMillis);
        budget.count();
    }
}
