// SPDX-License-Identifier: Apache-2.0
package dev.longwire.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What a server's TLS looks like. It shakes hands with a server whose certificate nobody should accept too, to say what is
 * wrong with it; nothing is ever said over that connection.
 */
final class Encryption {
    private static final int HTTPS = 443;
    private static final Duration SOON = Duration.ofDays(14);

    private final X509ExtendedTrustManager authorities;
    private final SSLContext context;

    /** @param trusted a PEM file with the certificates to trust instead of those that Java knows */
    Encryption(@Nullable Path trusted) throws IOException {
        try {
            authorities = manager(trusted == null ? null : store(trusted));
            context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {authorities}, null);
        } catch (CertificateException none) {
            throw new IllegalArgumentException(trusted + " is no PEM file with certificates", none);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    /** What to connect with when there is nothing wrong. */
    SSLContext context() {
        return context;
    }

    /** What came of a look: whether it is well, and the words for it. */
    record Verdict(Examination.Result result, String text) {}

    /**
     * Looks at the one who answers there.
     *
     * @throws IOException when nobody does
     */
    Verdict look(URI base, Duration patience) throws IOException {
        int millis = (int) Math.min(Integer.MAX_VALUE, patience.toMillis());
        String host = base.getHost().replaceAll("[\\[\\]]", "");
        int port = base.getPort() < 0 ? HTTPS : base.getPort();
        Judge judge = new Judge();
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(host, port), millis);
            plain.setSoTimeout(millis);
            try (SSLSocket socket = judge.wrap(plain, host, port)) {
                socket.startHandshake();
                return verdict(judge, socket.getSession().getProtocol());
            } catch (SSLException none) {
                return new Verdict(Examination.Result.FAIL, "it does not speak TLS, or none that this Java speaks");
            } catch (IOException cut) {
                return new Verdict(Examination.Result.FAIL, "the handshake is not answered");
            }
        }
    }

    private static Verdict verdict(Judge judge, String protocol) {
        if (!judge.faults.isEmpty()) {
            return new Verdict(Examination.Result.FAIL, "the certificate " + String.join(", and ", judge.faults));
        }
        boolean soon = judge.left.compareTo(SOON) < 0;
        return new Verdict(
                soon ? Examination.Result.WARN : Examination.Result.OK,
                protocol + ", the certificate ends in " + words(judge.left));
    }

    private static String words(Duration time) {
        return time.toDays() > 0 ? time.toDays() + " days" : time.toHours() + " hours";
    }

    private static KeyStore store(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("c" + store.size(), each);
            }
        }
        if (store.size() == 0) {
            throw new CertificateException("none");
        }
        return store;
    }

    private static X509ExtendedTrustManager manager(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        for (TrustManager each : managers.getTrustManagers()) {
            if (each instanceof X509ExtendedTrustManager manager) {
                return manager;
            }
        }
        throw new GeneralSecurityException("no trust manager");
    }

    /** Lets everybody through and notes what is wrong with them. */
    private final class Judge extends X509ExtendedTrustManager {
        private final List<String> faults = new ArrayList<>();
        private Duration left = Duration.ZERO;

        SSLSocket wrap(Socket plain, String host, int port) throws IOException {
            try {
                SSLContext lenient = SSLContext.getInstance("TLS");
                lenient.init(null, new TrustManager[] {this}, null);
                SSLSocket socket = (SSLSocket) lenient.getSocketFactory().createSocket(plain, host, port, true);
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                return socket;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has TLS", e);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String how, Socket socket) {
            faults.clear();
            Instant now = Instant.now();
            left = Duration.between(now, chain[0].getNotAfter().toInstant());
            if (left.isNegative()) {
                faults.add("ended " + words(left.negated()) + " ago");
            } else if (now.isBefore(chain[0].getNotBefore().toInstant())) {
                faults.add("is not good yet");
            } else if (!accepts(() -> authorities.checkServerTrusted(chain, how))) {
                faults.add("comes from nobody whom this machine trusts (chain of " + chain.length
                        + ": --ca may name them)");
            }
            if (!accepts(() -> itself(chain[0]).checkServerTrusted(new X509Certificate[] {chain[0]}, how, socket))) {
                faults.add("is for another name");
            }
        }

        /** One who trusts this certificate alone, and so minds nothing but its name. */
        private static X509ExtendedTrustManager itself(X509Certificate certificate) throws CertificateException {
            try {
                KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
                store.load(null, null);
                store.setCertificateEntry("server", certificate);
                return manager(store);
            } catch (IOException | GeneralSecurityException e) {
                throw new CertificateException(e);
            }
        }

        private interface Check {
            void run() throws CertificateException;
        }

        private static boolean accepts(Check check) {
            try {
                check.run();
                return true;
            } catch (CertificateException refused) {
                return false;
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String how, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("sockets only");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String how) throws CertificateException {
            throw new CertificateException("sockets only");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String how, Socket socket) throws CertificateException {
            throw new CertificateException("servers only");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String how, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("servers only");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String how) throws CertificateException {
            throw new CertificateException("servers only");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
