// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** A configuration file: YAML 1.2, maps in maps down to single values. */
public final class ConfigFile {

    private static final int MOST_ALIASES = 10;

    private ConfigFile() {}

    /**
     * Takes over what a file says.
     *
     * @throws IllegalArgumentException when it isn't YAML, or names what is no setting; the message says where
     */
    public static void read(Path file, Settings to) throws IOException {
        LoadSettings settings = LoadSettings.builder()
                .setAllowDuplicateKeys(false)
                .setMaxAliasesForCollections(MOST_ALIASES)
                .setLabel(file.toString())
                .build();
        Object root;
        try {
            root = new Load(settings).loadFromString(Files.readString(file));
        } catch (MarkedYamlEngineException wrong) {
            String where = wrong.getProblemMark()
                    .map(mark -> ", line " + (mark.getLine() + 1))
                    .orElse("");
            throw new IllegalArgumentException(file + where + ": " + wrong.getProblem(), wrong);
        } catch (YamlEngineException wrong) {
            throw new IllegalArgumentException(file + " is not YAML", wrong);
        }
        if (root != null) {
            take("", root, file.toString(), to);
        }
    }

    private static void take(String path, @Nullable Object value, String source, Settings to) {
        if (value instanceof Map<?, ?> map) {
            String prefix = path.isEmpty() ? "" : path + ".";
            map.forEach((key, inner) -> take(prefix + key, inner, source, to));
        } else if (path.isEmpty()) {
            throw new IllegalArgumentException(source + ": a configuration is a map");
        } else if (value instanceof Iterable<?> list) {
            String joined = StreamSupport.stream(list.spliterator(), false)
                    .map(String::valueOf)
                    .collect(Collectors.joining(","));
            to.set(path, joined, source);
        } else {
            to.set(path, value == null ? "" : String.valueOf(value), source);
        }
    }
}
