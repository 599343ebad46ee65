// SPDX-License-Identifier: Apache-2.0
package dev.longwire.core.hub;

import dev.longwire.protocol.ServerFrame.Attended;
import dev.longwire.protocol.ServerFrame.Refreshed;
import dev.longwire.protocol.ServerFrame.Reply;
import dev.longwire.protocol.ServerFrame.Subscribed;
import dev.longwire.protocol.ServerFrame.Unsubscribed;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The session's latest requests and their answers, so that a request that is sent again after a cut runs once. When it is
 * full an answer goes: first those that were not written in this turn, then those that were, each in the order in which
 * they were written first. A client that has not got one of a turn has not got what was written after it either, so when
 * it goes that client has more requests open than it may. (In the order of the requests it would be another one: answers
 * overtake each other. And by when they were written last, too: a client asks again for what is on its way to it.)
 */
final class Replies {

    private final int capacity;
    private long[] ids = {};
    private @Nullable Reply[] answers = {};

    /** Whether nothing is lost by running the request once more. */
    private boolean[] reads = {};

    /** Whether the answer was written in this turn. */
    private boolean[] said = {};

    private int count;
    private int running;

    Replies(int capacity) {
        this.capacity = capacity;
    }

    /** How many requests have no answer yet. */
    int running() {
        return running;
    }

    boolean runs(long id) {
        int at = find(id);
        return at >= 0 && answers[at] == null;
    }

    @Nullable
    Reply answer(long id) {
        int at = find(id);
        return at < 0 ? null : answers[at];
    }

    /** Notes that a request has begun. An answer to an earlier request of the same id is forgotten. */
    void start(long id, boolean read) {
        forget(id);
        if (count == capacity) {
            dropOldestAnswer();
        }
        if (count == ids.length) {
            int size = Math.min(capacity, Math.max(2, count * 2));
            ids = Arrays.copyOf(ids, size);
            answers = Arrays.copyOf(answers, size);
            reads = Arrays.copyOf(reads, size);
            said = Arrays.copyOf(said, size);
        }
        add(id, null, read);
        running++;
    }

    private void add(long id, @Nullable Reply answer, boolean read) {
        ids[count] = id;
        answers[count] = answer;
        reads[count] = read;
        said[count] = answer != null;
        count++;
    }

    void finish(long id, Reply answer) {
        int at = find(id);
        if (at >= 0 && answers[at] == null) {
            boolean read = reads[at];
            remove(at);
            add(id, answer, read);
        }
    }

    /** The answer, to be written once more. */
    @Nullable
    Reply again(long id) {
        int at = find(id);
        Reply answer = at < 0 ? null : answers[at];
        if (answer != null && !said[at]) {
            boolean read = reads[at];
            remove(at);
            add(id, answer, read);
        }
        return answer;
    }

    /** As if the request had never come. */
    void forget(long id) {
        int at = find(id);
        if (at >= 0) {
            remove(at);
        }
    }

    /**
     * A later attach begins: reads that run are asked for again by whoever still wants them, and subscriptions and
     * rights are what the attach says, whatever was answered before it.
     */
    void renew() {
        for (int i = count - 1; i >= 0; i--) {
            Reply answer = answers[i];
            boolean stale = answer instanceof Subscribed
                    || answer instanceof Unsubscribed
                    || answer instanceof Refreshed
                    || answer instanceof Attended attended && attended.observes();
            if (stale || answer == null && reads[i]) {
                remove(i);
            }
        }
        Arrays.fill(said, false);
    }

    /** What was written out is as it was. */
    void restore(long id, boolean read, @Nullable Reply answer, boolean wasSaid) {
        start(id, read);
        if (answer != null) {
            finish(id, answer);
            said[count - 1] = wasSaid;
        }
    }

    int size() {
        return count;
    }

    long idAt(int index) {
        return ids[index];
    }

    boolean readAt(int index) {
        return reads[index];
    }

    boolean saidAt(int index) {
        return said[index];
    }

    @Nullable
    Reply answerAt(int index) {
        return answers[index];
    }

    /** The newest are asked for most, so the search begins there. */
    private int find(long id) {
        for (int i = count - 1; i >= 0; i--) {
            if (ids[i] == id) {
                return i;
            }
        }
        return -1;
    }

    private void dropOldestAnswer() {
        for (int i = 0; i < count; i++) {
            if (answers[i] != null) {
                remove(i);
                return;
            }
        }
    }

    private void remove(int at) {
        running -= answers[at] == null ? 1 : 0;
        System.arraycopy(ids, at + 1, ids, at, count - at - 1);
        System.arraycopy(answers, at + 1, answers, at, count - at - 1);
        System.arraycopy(reads, at + 1, reads, at, count - at - 1);
        System.arraycopy(said, at + 1, said, at, count - at - 1);
        count--;
        answers[count] = null;
    }
}
