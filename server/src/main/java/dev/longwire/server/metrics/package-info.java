// SPDX-License-Identifier: Apache-2.0
/**
 * Counting what the server does, and giving it to Prometheus. Knows numbers. Must never know whose they are.
 */
@NullMarked
package dev.longwire.server.metrics;

import org.jspecify.annotations.NullMarked;
