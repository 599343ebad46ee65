// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.Limits;
import dev.longwire.core.Namespaces;
import dev.longwire.core.channel.ChannelSettings;
import dev.longwire.core.settings.CoreSettings;
import dev.longwire.core.settings.Quantities;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a Worker's variable says of sessions and channels. */
final class HomeSettings implements CoreSettings.Values {

    private static final String NAMESPACES = "namespaces.";
    private static final String MESSAGE = "limits.message";
    private static final String LOGS = "logs";
    private static final int MESSAGE_BYTES = 64 * 1024;

    /** What an object can hold beside everything else (docs/homes.md). */
    private static final long LOG_BYTES = 32L * 1024 * 1024;

    /** Something is wrong with a setting. */
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;

        final String path;

        Wrong(String path) {
            super(path);
            this.path = path;
        }
    }

    private final Map<String, String> texts = new LinkedHashMap<>();
    final Limits limits;
    final ChannelSettings channels;
    final int messageBytes;

    /** @param lines paths and texts by turns, each in a line */
    HomeSettings(String lines) {
        Set<String> named = new LinkedHashSet<>();
        List<String> all = HubMachine.lines(lines);
        for (int i = 0; i + 1 < all.size(); i += 2) {
            String path = all.get(i);
            known(path, named);
            texts.put(path, all.get(i + 1));
        }
        CoreSettings core = new CoreSettings(this);
        this.limits = core.limits();
        this.messageBytes = (int) size(MESSAGE, MESSAGE_BYTES, 1024 * 1024);
        ChannelSettings standard = ChannelSettings.DEFAULT;
        this.channels = new ChannelSettings(
                core.namespaces(named),
                limits.dedupeMillis(),
                standard.dedupeEntries(),
                size(LOGS, LOG_BYTES, LOG_BYTES),
                standard.spareMillis());
    }

    Namespaces namespaces() {
        return channels.namespaces();
    }

    private static void known(String path, Set<String> named) {
        boolean own = path.startsWith(NAMESPACES);
        int end = own ? path.indexOf('.', NAMESPACES.length()) : -1;
        if (own && end > NAMESPACES.length() && CoreSettings.OF_NAMESPACES.contains(path.substring(end + 1))) {
            named.add(path.substring(NAMESPACES.length(), end));
        } else if (!CoreSettings.OF_SESSIONS.contains(path)
                && !CoreSettings.OF_NAMESPACES.contains(path)
                && !path.equals(MESSAGE)
                && !path.equals(LOGS)) {
            throw new Wrong(path);
        }
    }

    private long size(String path, long otherwise, long most) {
        String text = texts.get(path);
        long bytes = text == null ? otherwise : Quantities.bytes(text.trim());
        if (bytes < 1 || bytes > most) {
            throw new Wrong(path);
        }
        return bytes;
    }

    @Override
    public @Nullable String text(String path, @Nullable String namespace) {
        String own = namespace == null ? null : texts.get(NAMESPACES + namespace + "." + path);
        return own == null ? texts.get(path) : own;
    }

    @Override
    public RuntimeException wrong(String path, @Nullable String namespace, String why) {
        return new Wrong(
                namespace != null && texts.containsKey(NAMESPACES + namespace + "." + path)
                        ? NAMESPACES + namespace + "." + path
                        : path);
    }
}
