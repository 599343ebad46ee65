// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import dev.longwire.server.config.Tls;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's certificate as it is now.
 *
 * <p>Threads: any.
 */
public final class Certificates {

    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);

    private final Tls files;
    private volatile Loaded loaded;

    /** A context and what the files were like when it was made. */
    private record Loaded(SslContext context, String subject, FileTime certificate, FileTime key) {}

    /**
     * Loads the files.
     *
     * @throws IOException when they can't be read or are no certificate and key
     */
    public Certificates(Tls files) throws IOException {
        this.files = files;
        this.loaded = load();
    }

    SslContext current() {
        return loaded.context;
    }

    /** Whom the certificate in force names. */
    public String subject() {
        return loaded.subject;
    }

    private Loaded load() throws IOException {
        FileTime certificate = Files.getLastModifiedTime(files.certificate());
        FileTime key = Files.getLastModifiedTime(files.key());
        try {
            SslContext context = SslContextBuilder.forServer(
                            files.certificate().toFile(), files.key().toFile())
                    .protocols("TLSv1.3", "TLSv1.2")
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1))
                    .build();
            return new Loaded(context, subject(files.certificate()), certificate, key);
        } catch (SSLException | CertificateException | IllegalArgumentException wrong) {
            throw new IOException("no certificate and key in " + files.certificate() + " and " + files.key(), wrong);
        }
    }

    private static String subject(Path file) throws IOException, CertificateException {
        try (InputStream in = Files.newInputStream(file)) {
            X509Certificate certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            return certificate.getSubjectX500Principal().getName();
        }
    }

    /** Looks whether the files have changed; what can't be loaded leaves the old certificate in place. */
    public void refresh() {
        Loaded now = loaded;
        try {
            if (!now.certificate.equals(Files.getLastModifiedTime(files.certificate()))
                    || !now.key.equals(Files.getLastModifiedTime(files.key()))) {
                loaded = load();
                LOG.info("certificate reloaded");
            }
        } catch (IOException wrong) {
            LOG.atWarn().addKeyValue("why", wrong.getMessage()).log("the new certificate can't be used");
        }
    }
}
