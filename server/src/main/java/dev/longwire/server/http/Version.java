// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.http;

import org.jspecify.annotations.Nullable;

/** Which Longwire this is. */
final class Version {

    static final String TEXT = text(Version.class.getPackage().getImplementationVersion());

    private Version() {}

    private static String text(@Nullable String fromManifest) {
        return fromManifest == null ? "development" : fromManifest;
    }
}
