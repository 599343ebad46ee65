// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.outgoing;

import dev.longwire.server.config.WebhookConfig.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The signature of a request, as the Standard Webhooks define it: one for each secret. */
public final class Signature {

    private static final String MAC = "HmacSHA256";

    private final List<SecretKeySpec> keys;

    public Signature(List<Secret> secrets) {
        keys = secrets.stream()
                .map(each -> new SecretKeySpec(each.bytes(), MAC))
                .toList();
    }

    public String of(String id, long timestampSeconds, byte[] body) {
        byte[] head = (id + "." + timestampSeconds + ".").getBytes(StandardCharsets.UTF_8);
        List<String> all = new ArrayList<>();
        for (SecretKeySpec key : keys) {
            try {
                Mac mac = Mac.getInstance(MAC);
                mac.init(key);
                mac.update(head);
                all.add("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has this one", e);
            }
        }
        return String.join(" ", all);
    }
}
