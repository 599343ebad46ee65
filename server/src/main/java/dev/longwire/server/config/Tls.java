// SPDX-License-Identifier: Apache-2.0
package dev.longwire.server.config;

import java.nio.file.Path;

/**
 * Where a server's certificate is. The files are looked at again while the server runs: a renewed certificate needs no
 * restart.
 *
 * @param certificate PEM: the server's certificate and then those that signed it
 * @param key PEM: the private key, PKCS #8, not encrypted
 */
public record Tls(Path certificate, Path key) {}
