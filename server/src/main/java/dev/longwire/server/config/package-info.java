// SPDX-License-Identifier: Apache-2.0
/**
 * What an operator can choose: small immutable records that refuse what makes no sense. Knows the core's settings. Must never
 * know a socket or a command line.
 */
@NullMarked
package dev.longwire.server.config;

import org.jspecify.annotations.NullMarked;
