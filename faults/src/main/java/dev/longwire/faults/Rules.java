// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A list of rules; the first that strikes wins. */
final class Rules implements Plan {

    /** A rule and how far its counts are. */
    private static final class Counted {
        final Rule rule;
        final Map<Integer, Integer> seen = new HashMap<>();
        int struck;

        Counted(Rule rule) {
            this.rule = rule;
        }

        boolean strikes(Passing passing, String type) {
            if (rule.times() > 0 && struck >= rule.times() || !rule.matches(passing, type)) {
                return false;
            }
            int count = seen.merge(passing.connection(), 1, Integer::sum);
            boolean now = rule.repeat() ? count % rule.nth() == 0 : count == rule.nth();
            if (now) {
                struck++;
            }
            return now;
        }
    }

    private final List<Counted> list = new ArrayList<>();

    void add(Rule rule) {
        list.add(new Counted(rule));
    }

    void clear() {
        list.clear();
    }

    List<Rule> rules() {
        return list.stream().map(counted -> counted.rule).toList();
    }

    @Override
    public @Nullable Verdict judge(Passing passing) {
        Verdict verdict = null;
        // All of them count, also after one has struck.
        for (Counted counted : list) {
            for (String type : passing.frames()) {
                if (counted.strikes(passing, type) && verdict == null) {
                    verdict = new Verdict(counted.rule.fault(), type, counted.rule.name());
                }
            }
        }
        return verdict;
    }
}
