// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import org.teavm.jso.JSObject;

/** What the machines can't make themselves, since they know no keys and no chance. */
public interface Secrets extends JSObject {

    /** A text's seal (HMAC-SHA256 under the home's key), cut to 16 bytes, in base64url. */
    String seal(String plain);

    /** So many unpredictable bytes, in base64url. */
    String random(int bytes);
}
