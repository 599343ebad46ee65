// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import dev.longwire.server.LongwireServer;
import dev.longwire.server.config.ServerConfig;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
            "  longwire serve --port 0            # any free port; the address is printed"
        })
final class ServeCommand implements Callable<Integer> {

    private static final int FAILED = 1;
    private static final int USAGE = 2;

    @Option(
            names = "--host",
            description = "Address to bind to. Default: ${DEFAULT-VALUE}.",
            defaultValue = "127.0.0.1")
    private String host = "127.0.0.1";

    @Option(
            names = "--port",
            description = "Port; 0 for any free one. Default: ${DEFAULT-VALUE}.",
            defaultValue = "8000")
    private int port;

    @Option(names = "--loops", description = "Event loops; 0 for one per processor. Default: ${DEFAULT-VALUE}.")
    private int loops;

    @Option(names = "--transport", description = "auto, epoll or nio. Default: auto.", defaultValue = "auto")
    private String transport = "auto";

    @Option(
            names = "--origin",
            description =
                    "Origin of pages that may connect, exactly as browsers send it; repeatable. Default: the server's own.")
    private List<String> origins = List.of();

    @Option(
            names = "--insecure",
            description = "Serve other machines without authentication, and any Host. For networks you trust.")
    private boolean insecure;

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
            server = LongwireServer.start(config());
        } catch (IllegalArgumentException wrong) {
            System.err.println("longwire: " + wrong.getMessage());
            return USAGE;
        } catch (IOException failed) {
            System.err.println("longwire: " + failed.getMessage());
            return FAILED;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.stop();
            stopped.countDown();
        }));
        System.out.println("Longwire is ready: " + server.url());
        System.out.flush();
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private ServerConfig config() {
        ServerConfig.Transport kind = switch (transport) {
            case "auto" -> ServerConfig.Transport.AUTO;
            case "epoll" -> ServerConfig.Transport.EPOLL;
            case "nio" -> ServerConfig.Transport.NIO;
            default -> throw new IllegalArgumentException("transport must be auto, epoll or nio");
        };
        return ServerConfig.DEFAULT
                .at(host, port)
                .withLoops(loops)
                .withTransport(kind)
                .withOrigins(origins)
                .withInsecure(insecure);
    }
}
