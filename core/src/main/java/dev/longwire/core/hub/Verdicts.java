// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.core.channel.ChannelRequest.Refusal;
import dev.longwire.core.hook.Decision;
import dev.longwire.core.hub.Asking.Arrival;
import dev.longwire.core.hub.Asking.Errand;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ClientFrame.Publish;
import dev.longwire.protocol.ClientFrame.Request;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.Payload;
import dev.longwire.protocol.ServerFrame.Error;
import dev.longwire.protocol.ServerFrame.Result;
import dev.longwire.protocol.ServerFrame.Unsubscribed;
import java.nio.charset.StandardCharsets;

/** What follows from a decision of the application's backend. */
final class Verdicts implements Lanes.Doer {

    /** The longest result that is kept for a repeat of its call. */
    static final int LONGEST_KEPT = 4 * 1024;

    /** The reason in an {@code unsubscribed} when nobody could say whether it is allowed. */
    static final String UNDECIDED = "unavailable";

    private static final Payload NOTHING = Payload.json("null".getBytes(StandardCharsets.US_ASCII));

    /** Whoever lets clients in. */
    interface Porter {
        void admit(Arrival arrival, Decision decision, long nowMillis);
    }

    private final Sessions sessions;
    private final Requests requests;
    private final Rights rights;
    private final Porter porter;

    Verdicts(Sessions sessions, Requests requests, Rights rights, Porter porter) {
        this.sessions = sessions;
        this.requests = requests;
        this.rights = rights;
        this.porter = porter;
    }

    @Override
    public void plain(Errand errand) {
        if (errand.rejoin) {
            rejoin(errand, Decision.Allowed.ONCE);
        } else {
            requests.run(errand.session, errand.request);
        }
    }

    @Override
    public void decided(Arrival arrival, Decision decision, long nowMillis) {
        porter.admit(arrival, decision, nowMillis);
    }

    @Override
    public void decided(Errand errand, Decision decision) {
        Session session = errand.session;
        if (errand.rejoin) {
            rejoin(errand, decision);
        } else if (errand.request instanceof ClientFrame.Call call) {
            called(session, call, decision);
        } else {
            switch (decision) {
                case Decision.Allowed allowed -> allowed(session, errand.request, allowed);
                case Decision.Refused refused -> refused(session, errand.request, Refusal.FORBIDDEN);
                case Decision.Failed failed -> refused(session, errand.request, unavailable(failed));
            }
        }
    }

    private static Refusal unavailable(Decision.Failed failed) {
        long wait = failed.retryAfterMillis();
        return new Refusal(ErrorCode.UNAVAILABLE, wait > 0 ? wait : Lanes.RETRY_MILLIS);
    }

    private void allowed(Session session, Request request, Decision.Allowed decision) {
        if (request instanceof Publish publish) {
            requests.publish(session, publish, decision, null);
        } else {
            requests.run(session, request);
        }
    }

    private void refused(Session session, Request request, Refusal refusal) {
        if (request instanceof Publish publish) {
            // The channel's owner says it: what was done before by the same key is not denied.
            requests.publish(session, publish, Decision.Allowed.ONCE, refusal);
        } else {
            requests.answer(session, new Error(request.id(), refusal.code(), null, refusal.retryAfterMillis()));
        }
    }

    private void called(Session session, ClientFrame.Call call, Decision decision) {
        switch (decision) {
            case Decision.Allowed allowed -> result(session, call, allowed.data() == null ? NOTHING : allowed.data());
            case Decision.Refused refused -> requests.refuse(session, call.id(), ErrorCode.FORBIDDEN, null);
            case Decision.Failed failed
            when failed.unsure() -> requests.refuse(session, call.id(), ErrorCode.OUTCOME_UNKNOWN, null);
            case Decision.Failed failed -> {
                Refusal refusal = unavailable(failed);
                requests.answer(session, new Error(call.id(), refusal.code(), null, refusal.retryAfterMillis()));
            }
        }
    }

    /** A long result is said once: of a repeat of its call nobody knows any more than that it ran. */
    private void result(Session session, ClientFrame.Call call, Payload data) {
        Result result = new Result(call.id(), data);
        if (data.bytes().length <= LONGEST_KEPT) {
            requests.answer(session, result);
        } else {
            session.replies.finish(call.id(), new Error(call.id(), ErrorCode.OUTCOME_UNKNOWN, null, 0));
            requests.say(session, result);
        }
    }

    private void rejoin(Errand errand, Decision decision) {
        Session session = errand.session;
        ClientFrame.Subscribe wanted = (ClientFrame.Subscribe) errand.request;
        String channel = wanted.want().channel();
        if (rights.assigned(session, channel)) {
            sessions.joinLate(session, wanted.want());
        } else if (decision instanceof Decision.Failed) {
            requests.say(session, new Unsubscribed(0, channel, UNDECIDED));
        } else if (decision instanceof Decision.Refused || !rights.subscribe(session, wanted.want())) {
            requests.say(session, new Unsubscribed(0, channel, Rights.LOST));
        } else {
            sessions.joinLate(session, wanted.want());
        }
    }
}
