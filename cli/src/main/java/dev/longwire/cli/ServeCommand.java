// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.server.LongwireServer;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code longwire serve}: runs a server until it is told to stop. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Starts a server and prints the address of its console. SIGTERM or Ctrl-C stops it gently.",
        footer = {
            "",
            "Examples:",
            "  longwire serve",
            "  longwire serve --port 9000 --origin https://app.example.com",
            "  longwire serve --port 0            # any free port; the address is printed",
            "  longwire serve --config longwire.yaml --set timeouts.ping=10s"
        })
final class ServeCommand implements Callable<Integer> {

    private static final int FAILED = 1;
    private static final int USAGE = 2;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    /** Tests look for leaked buffers; a server that serves does not pay for looking. */
    private static void tuneNetty() {
        if (System.getProperty("io.netty.leakDetection.level") == null) {
            System.setProperty("io.netty.leakDetection.level", "disabled");
        }
    }

    @Override
    public Integer call() {
        tuneNetty();
        LongwireServer server;
        try {
            server = LongwireServer.start(options.settings().config());
        } catch (IllegalArgumentException wrong) {
            System.err.println("longwire: " + wrong.getMessage());
            return USAGE;
        } catch (IOException failed) {
            System.err.println("longwire: " + failed.getMessage());
            return FAILED;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.stop();
            // A signal has begun this shutdown, and would else be what the process is said to have died of.
            Runtime.getRuntime().halt(0);
        }));
        System.out.println("Longwire is ready: " + server.url());
        System.out.flush();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }
}
