// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The strings that name sessions on the wire: a random id and a turn under a seal (HMAC-SHA256, RFC 2104), so that only
 * this server can have made them. A ticket is a secret and says nothing to anybody else.
 *
 * <p>Threads: one at a time.
 */
public final class Tickets {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final int SEAL_BYTES = 16;

    private final Mac mac;

    /** @param key at least 16 bytes that nobody else knows */
    public Tickets(byte[] key) {
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HmacSHA256", e);
        }
    }

    /** What a genuine ticket says. */
    public record Ticket(String session, long turn) {}

    /** A key for as long as this process lives. */
    public static byte[] freshKey() {
        return random(32);
    }

    /** A session's secret id: 128 random bits. */
    public static String freshSession() {
        return ENCODER.encodeToString(random(16));
    }

    /** A session's public id. */
    public static String freshClient() {
        return "c-" + ENCODER.encodeToString(random(9));
    }

    /** The name of one life of the server, part of every epoch. */
    public static String freshBoot() {
        return ENCODER.encodeToString(random(6));
    }

    public static long freshSeed() {
        return RANDOM.nextLong();
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    public String seal(String session, long turn) {
        String plain = session + "." + Long.toString(turn, 36);
        return plain + "." + ENCODER.encodeToString(sealOf(plain));
    }

    /** What the ticket says, or null when it is not one of ours. */
    public @Nullable Ticket open(String ticket) {
        int second = ticket.lastIndexOf('.');
        int first = second < 0 ? -1 : ticket.lastIndexOf('.', second - 1);
        if (first < 1) {
            return null;
        }
        String seal = ENCODER.encodeToString(sealOf(ticket.substring(0, second)));
        boolean genuine = MessageDigest.isEqual(
                seal.getBytes(StandardCharsets.US_ASCII),
                ticket.substring(second + 1).getBytes(StandardCharsets.UTF_8));
        if (!genuine) {
            return null;
        }
        return new Ticket(ticket.substring(0, first), Long.parseLong(ticket.substring(first + 1, second), 36));
    }

    private byte[] sealOf(String plain) {
        byte[] full = mac.doFinal(plain.getBytes(StandardCharsets.UTF_8));
        byte[] seal = new byte[SEAL_BYTES];
        System.arraycopy(full, 0, seal, 0, SEAL_BYTES);
        return seal;
    }
}
