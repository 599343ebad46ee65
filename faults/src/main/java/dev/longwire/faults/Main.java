// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The proxy as a process of its own, for tests that are not written in Java.
 *
 * <pre>
 * --target HOST:PORT  where to pass things on to
 * --listen PORT       0, the default, for a free one
 * --rules FILE        rules to begin with
 * --control PORT      the port to steer it by; 0, the default, for a free one
 * </pre>
 *
 * Its first line of output is {@code {"proxy":PORT,"control":PORT}}. It ends when its standard input does.
 */
public final class Main {

    private static final Set<String> OPTIONS = Set.of("--target", "--listen", "--rules", "--control");

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Map<String, String> options = options(List.of(arguments));
        String[] target = options.getOrDefault("--target", "").split(":", 2);
        if (target.length != 2) {
            System.err.println("usage: --target HOST:PORT [--listen PORT] [--rules FILE] [--control PORT]");
            System.exit(64);
        }
        int port = Integer.parseInt(options.getOrDefault("--listen", "0"));
        InetSocketAddress address = new InetSocketAddress(target[0], Integer.parseInt(target[1]));
        try (FaultProxy proxy = FaultProxy.start(address, port);
                Control control = new Control(proxy, Integer.parseInt(options.getOrDefault("--control", "0")))) {
            String rules = options.get("--rules");
            if (rules != null) {
                proxy.rules(RulesJson.rules(Files.readString(Path.of(rules))));
            }
            System.out.println("{\"proxy\":" + proxy.port() + ",\"control\":" + control.port() + "}");
            System.out.flush();
            // Whoever started it holds the other end: when that is gone, so is the proxy.
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static Map<String, String> options(List<String> arguments) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < arguments.size(); i += 2) {
            if (!OPTIONS.contains(arguments.get(i))) {
                throw new IllegalArgumentException("unknown option " + arguments.get(i));
            }
            options.put(arguments.get(i), arguments.get(i + 1));
        }
        return options;
    }
}
