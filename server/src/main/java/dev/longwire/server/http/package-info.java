// SPDX-License-Identifier: Apache-2.0
/**
 * Everything that is plain HTTP: routes, problems, origins, health, metrics, administration, the console, polls and event
 * streams. Knows requests and its loop. Must never know a rule of sessions or channels.
 */
@NullMarked
package dev.longwire.server.http;

import org.jspecify.annotations.NullMarked;
