// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import dev.longwire.server.config.TokenIssuer;
import dev.longwire.server.config.TokenIssuer.Algorithm;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A key that signatures are checked with, for one algorithm only: a token that names another is not looked at with it, so
 * that no public key can be taken for a secret.
 *
 * <p>Threads: any.
 */
final class SigningKey {

    /** RFC 7518, 3.3. */
    private static final int SMALLEST_RSA_BITS = 2048;

    private interface Check {
        boolean genuine(byte[] input, byte[] signature) throws GeneralSecurityException, JOSEException;
    }

    private final @Nullable String id;
    private final Algorithm algorithm;
    private final Check check;

    private SigningKey(@Nullable String id, Algorithm algorithm, Check check) {
        this.id = id;
        this.algorithm = algorithm;
        this.check = check;
    }

    /**
     * A key of a configuration.
     *
     * @throws IllegalArgumentException when it can't be read, or is none for its algorithm
     */
    static SigningKey of(TokenIssuer.Key key) {
        Path file = key.file();
        if (file == null) {
            byte[] secret = String.valueOf(key.secret()).getBytes(StandardCharsets.UTF_8);
            try {
                return new SigningKey(
                        key.id(), key.algorithm(), check(new MACVerifier(secret), key.algorithm(), key.id()));
            } catch (JOSEException e) {
                throw new IllegalArgumentException("the secret of the key " + key.id() + " is too short", e);
            }
        }
        try {
            return of(key.id(), key.algorithm(), read(Files.readString(file), key.algorithm()));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the key " + key.id() + ": " + file + " is no PEM file with a public key for "
                            + key.algorithm().wire(),
                    e);
        }
    }

    /** A public key for an algorithm; {@code id} is null where it has none. */
    static SigningKey of(@Nullable String id, Algorithm algorithm, PublicKey key) {
        try {
            if (algorithm == Algorithm.EDDSA) {
                if (!key.getAlgorithm().equals("EdDSA") && !key.getAlgorithm().equals("Ed25519")) {
                    throw new IllegalArgumentException("the key " + id + " is not for EdDSA");
                }
                return new SigningKey(id, algorithm, edwards(key));
            }
            if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= SMALLEST_RSA_BITS) {
                return new SigningKey(id, algorithm, check(new RSASSAVerifier(rsa), algorithm, id));
            }
            if (key instanceof ECPublicKey ec) {
                return new SigningKey(id, algorithm, check(new ECDSAVerifier(ec), algorithm, id));
            }
        } catch (JOSEException e) {
            throw new IllegalArgumentException("the key " + id + " is not for " + algorithm.wire(), e);
        }
        throw new IllegalArgumentException("the key " + id + " is none for " + algorithm.wire() + ", or too short");
    }

    private static Check check(JWSVerifier verifier, Algorithm algorithm, @Nullable String id) {
        JWSAlgorithm known = JWSAlgorithm.parse(algorithm.wire());
        if (!verifier.supportedJWSAlgorithms().contains(known)) {
            throw new IllegalArgumentException("the key " + id + " is not for " + algorithm.wire());
        }
        JWSHeader header = new JWSHeader(known);
        return (input, signature) -> verifier.verify(header, input, Base64URL.encode(signature));
    }

    private static Check edwards(PublicKey key) {
        return (input, signature) -> {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(key);
            ed25519.update(input);
            return ed25519.verify(signature);
        };
    }

    private static PublicKey read(String pem, Algorithm algorithm) throws GeneralSecurityException {
        String kind = pem.contains("BEGIN CERTIFICATE") ? "CERTIFICATE" : "PUBLIC KEY";
        int start = pem.indexOf("-----BEGIN " + kind + "-----");
        int end = pem.indexOf("-----END " + kind + "-----");
        if (start < 0 || end < start) {
            throw new GeneralSecurityException("no " + kind);
        }
        byte[] bytes;
        try {
            bytes = Base64.getMimeDecoder().decode(pem.substring(start + kind.length() + 16, end));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("no base64", e);
        }
        if (kind.equals("CERTIFICATE")) {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(bytes))
                    .getPublicKey();
        }
        String family = switch (algorithm) {
            case EDDSA -> "Ed25519";
            case ES256, ES384, ES512 -> "EC";
            default -> "RSA";
        };
        return KeyFactory.getInstance(family).generatePublic(new X509EncodedKeySpec(bytes));
    }

    @Nullable
    String id() {
        return id;
    }

    /** Whether it is meant for this token: made for its algorithm, and named by it if it names one. */
    boolean fits(Token token) {
        return algorithm.wire().equals(token.algorithm())
                && (token.keyId() == null || token.keyId().equals(id));
    }

    /** Whether a check takes more than a tenth of a millisecond: curves do, RSA and secrets do not. */
    boolean slow() {
        return switch (algorithm) {
            case ES256, ES384, ES512, EDDSA -> true;
            default -> false;
        };
    }

    boolean signed(Token token) {
        try {
            return check.genuine(token.input(), token.signature());
        } catch (GeneralSecurityException | JOSEException malformed) {
            return false;
        }
    }
}
