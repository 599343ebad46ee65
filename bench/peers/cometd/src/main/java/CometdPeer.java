// SPDX-License-Identifier: Apache-2.0
import java.util.Map;
import org.cometd.server.http.jakarta.CometDServlet;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** CometD on Jetty 12 with its JSON long-polling transport, set up as its handbook has it, without limits per browser. */
final class CometdPeer {
    private CometdPeer() {}

    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.parseInt(arguments[0]));
        connector.setIdleTimeout(120_000);
        connector.setAcceptQueueSize(4_096);
        server.addConnector(connector);
        ServletHolder cometd = new ServletHolder(CometDServlet.class);
        cometd.setAsyncSupported(true);
        cometd.setInitOrder(1);
        cometd.setInitParameters(Map.of(
                "transports", "org.cometd.server.http.JSONHttpTransport",
                "timeout", "20000",
                "maxInterval", "120000",
                "maxSessionsPerBrowser", "-1",
                "trustClientSession", "true")); // The generator keeps no cookies.
        ServletContextHandler context = new ServletContextHandler("/");
        context.addServlet(cometd, "/cometd/*");
        server.setHandler(context);
        server.start();
        System.out.println("ready");
        server.join();
    }
}
