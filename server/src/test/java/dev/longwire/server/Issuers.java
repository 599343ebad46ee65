// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import dev.longwire.server.config.TokenIssuer;
import dev.longwire.server.config.TokenIssuer.Algorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An application that makes tokens, with a key of each kind. */
final class Issuers {

    static final String SECRET = "canary-secret-of-sixty-four-bytes-so-that-it-is-enough-for-hs512";
    static final String ISSUER = "https://app.example";

    final KeyPair rsa;
    final KeyPair ec;
    final KeyPair edwards;

    Issuers() {
        try {
            KeyPairGenerator maker = KeyPairGenerator.getInstance("RSA");
            maker.initialize(2048);
            rsa = maker.generateKeyPair();
            maker = KeyPairGenerator.getInstance("EC");
            maker.initialize(new ECGenParameterSpec("secp256r1"));
            ec = maker.generateKeyPair();
            edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String pem(PublicKey key) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    /** What a server is configured with, with its key files in a folder. */
    TokenIssuer config(Path folder, TokenIssuer.@Nullable Published jwks) throws IOException {
        return new TokenIssuer(
                "app",
                ISSUER,
                List.of("longwire"),
                0,
                List.of(
                        new TokenIssuer.Key("hs", Algorithm.HS256, SECRET, null),
                        new TokenIssuer.Key("hs5", Algorithm.HS512, SECRET, null),
                        new TokenIssuer.Key(
                                "rs",
                                Algorithm.RS256,
                                null,
                                Files.writeString(folder.resolve("rs"), pem(rsa.getPublic()))),
                        new TokenIssuer.Key("ps", Algorithm.PS384, null, folder.resolve("rs")),
                        new TokenIssuer.Key(
                                "es",
                                Algorithm.ES256,
                                null,
                                Files.writeString(folder.resolve("es"), pem(ec.getPublic()))),
                        new TokenIssuer.Key(
                                "ed",
                                Algorithm.EDDSA,
                                null,
                                Files.writeString(folder.resolve("ed"), pem(edwards.getPublic())))),
                jwks);
    }

    /** Claims that are accepted, with more before the end. */
    static String claims(String user, String more) {
        long now = System.currentTimeMillis() / 1000;
        return "{\"iss\":\"" + ISSUER + "\",\"aud\":\"longwire\",\"sub\":\"" + user + "\",\"exp\":" + (now + 600)
                + ",\"cap\":{\"*\":[\"*\"]}" + more + "}";
    }

    static String claims() {
        return claims("ann", "");
    }

    /** A token that is accepted. */
    static String token(String user) {
        return hs(claims(user, ""));
    }

    static String hs(String claims) {
        return sign(header(JWSAlgorithm.HS256, "hs"), claims, macSigner(SECRET));
    }

    static JWSSigner macSigner(String secret) {
        try {
            return new MACSigner(secret.getBytes(StandardCharsets.UTF_8));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static JWSHeader header(JWSAlgorithm algorithm, @Nullable String kid) {
        return new JWSHeader.Builder(algorithm).keyID(kid).build();
    }

    static String sign(JWSHeader header, String claims, JWSSigner signer) {
        try {
            JWSObject object = new JWSObject(header, new Payload(claims));
            object.sign(signer);
            return object.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One that each of the algorithms has signed. */
    String signed(Algorithm algorithm, String claims) throws JOSEException {
        return switch (algorithm) {
            case HS256 -> sign(header(JWSAlgorithm.HS256, "hs"), claims, macSigner(SECRET));
            case HS512 -> sign(header(JWSAlgorithm.HS512, null), claims, macSigner(SECRET));
            case RS256 -> sign(header(JWSAlgorithm.RS256, "rs"), claims, new RSASSASigner(rsa.getPrivate()));
            case PS384 -> sign(header(JWSAlgorithm.PS384, null), claims, new RSASSASigner(rsa.getPrivate()));
            case ES256 ->
                sign(header(JWSAlgorithm.ES256, "es"), claims, new ECDSASigner((java.security.interfaces.ECPrivateKey)
                        ec.getPrivate()));
            case EDDSA -> raw("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}", claims, edwards.getPrivate());
            default -> throw new IllegalArgumentException(algorithm.wire());
        };
    }

    static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Any header at all over Ed25519. */
    static String raw(String header, String claims, PrivateKey key) {
        try {
            String input = encoded(header) + "." + encoded(claims);
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Any header at all over HMAC with SHA-256. */
    static String rawMac(String header, String claims, byte[] secret) {
        try {
            javax.crypto.Mac mac = javax.crypto.Mac.getInstance("HmacSHA256");
            mac.init(new javax.crypto.spec.SecretKeySpec(secret, "HmacSHA256"));
            String input = encoded(header) + "." + encoded(claims);
            return input + "."
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
