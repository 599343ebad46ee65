// SPDX-License-Identifier: Apache-2.0
package dev.longwire.client;

import dev.longwire.client.json.JsonWriter;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A channel by its name: a log that anybody may append to and follow. It costs nothing to have one. Usable from any
 * thread.
 */
public final class Channel {
    private static final Request.What PUBLISH = new Request.What("publish", Request.Kind.PUBLISH);

    private static final Request.What READ = new Request.What("history", Request.Kind.READ);

    private final String name;
    private final Client client;

    Channel(String name, Client client) {
        this.name = name;
        this.client = client;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /**
     * Publishes a JSON value.
     *
     * @param json as it is to be sent
     * @throws IllegalArgumentException when it is not JSON
     * @see #publish(Publication)
     */
    public CompletableFuture<Published> publish(String json) {
        return publish(Publication.of(Payload.json(json)));
    }

    /**
     * Publishes. Publications of one client to one channel are appended in the order of the calls, also when they are not
     * waited for, and also across lost connections.
     *
     * @return completes when the message is in the log. Fails with {@code outbox_full} at once when too much waits (see
     *     {@link Client#room()}); with {@code too_large}; with {@code outcome_unknown} when the session was lost before
     *     the answer and the message may or may not be in the log; or with the server's refusal
     * @throws IllegalArgumentException when a text in it has half of a surrogate pair
     */
    public CompletableFuture<Published> publish(Publication publication) {
        JsonWriter fields = new JsonWriter().text("channel", name);
        String key = publication.key();
        fields.text("key", key == null ? client.nextKey() : key);
        fields.textIfAny("slot", publication.slot());
        if (!publication.headers().isEmpty()) {
            fields.texts("headers", publication.headers());
        }
        publication.payload().write(fields);
        return client.request(
                PUBLISH,
                fields,
                frame -> new Published(
                        name,
                        new Position(frame.needText("epoch"), frame.number("offset", 0)),
                        Objects.requireNonNullElse(frame.text("stored"), "memory"),
                        frame.flag("duplicate")));
    }

    /**
     * Subscribes from the next message on.
     *
     * @see #subscribe(Start, ChannelListener)
     */
    public Subscription subscribe(ChannelListener listener) {
        return subscribe(Start.now(), listener);
    }

    /**
     * Subscribes. A client has at most one subscription of a channel at a time: another one fails with {@code
     * already_subscribed} until the first has ended.
     *
     * @param listener called on the client's executor for callbacks, one call at a time
     */
    public Subscription subscribe(Start start, ChannelListener listener) {
        return client.subscribe(name, start, new ListenerSubscriber(listener));
    }

    /**
     * The channel as a publisher for one subscriber at a time, which is subscribed when it comes and unsubscribed when it
     * cancels. The publisher completes when the client is closed, and fails with a {@link LongwireException}. When the
     * subscriber asks for too little for too long, the client stops reading from the server.
     */
    public Flow.Publisher<ChannelEvent> events(Start start) {
        return subscriber -> client.subscribe(name, start, subscriber);
    }

    /** As {@link #events}, the messages only: a reset shows in their positions. */
    public Flow.Publisher<Message> messages(Start start) {
        return subscriber -> client.subscribe(name, start, new MessageSubscriber(subscriber));
    }

    /**
     * Reads a page of what the channel keeps. Needs the right {@code history}, and no subscription.
     *
     * @see #messages(History.Range)
     */
    public CompletableFuture<History> history(History.Range range) {
        JsonWriter fields = range.write(new JsonWriter().text("channel", name));
        return client.request(READ, fields, frame -> History.read(name, frame));
    }

    /**
     * What the channel keeps, page after page, for as many subscribers as there are, from {@code range} on for each. A page
     * is asked for when the one before it has been taken. It completes behind the last message.
     */
    public Flow.Publisher<Message> messages(History.Range range) {
        return subscriber -> client.pages(subscriber, range, this::history).start();
    }

    /** Who is in the channel; the same object for each call. */
    public Presence presence() {
        return client.presence(name);
    }

    /**
     * What became of a publish of one's own.
     *
     * @param key the one that it had
     * @return where it stands, or null when nothing with this key is known
     */
    public CompletableFuture<@Nullable Position> outcome(String key) {
        JsonWriter fields = new JsonWriter().text("channel", name).text("key", key);
        return client.<@Nullable Position>request(READ, fields, frame -> Position.read(frame.raw("outcome")));
    }

    /** Hands events to a listener as they come. */
    private static final class ListenerSubscriber implements Flow.Subscriber<ChannelEvent> {
        private final ChannelListener listener;

        ListenerSubscriber(ChannelListener listener) {
            this.listener = listener;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ChannelEvent event) {
            try {
                if (event instanceof Message message) {
                    listener.onMessage(message);
                } else if (event instanceof Reset reset) {
                    listener.onReset(reset);
                } else if (event instanceof Attached attached) {
                    listener.onAttached(attached);
                }
            } catch (RuntimeException fault) {
                // One bad message must not keep the rest from a listener; its thread's handler hears of it.
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
            }
        }

        @Override
        public void onError(Throwable cause) {
            listener.onEnd(cause instanceof LongwireException known ? known : Faults.closedClient());
        }

        @Override
        public void onComplete() {
            listener.onEnd(null);
        }
    }

    /** Passes messages on, and asks for another event in place of each that is none. */
    private static final class MessageSubscriber implements Flow.Subscriber<ChannelEvent> {
        private final Flow.Subscriber<? super Message> subscriber;
        private Flow.@Nullable Subscription source;

        MessageSubscriber(Flow.Subscriber<? super Message> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            source = subscription;
            subscriber.onSubscribe(subscription);
        }

        @Override
        public void onNext(ChannelEvent event) {
            if (event instanceof Message message) {
                subscriber.onNext(message);
            } else if (source != null) {
                source.request(1);
            }
        }

        @Override
        public void onError(Throwable cause) {
            subscriber.onError(cause);
        }

        @Override
        public void onComplete() {
            subscriber.onComplete();
        }
    }
}
