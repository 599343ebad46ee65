// SPDX-License-Identifier: Apache-2.0
/**
 * What is told of connections, to logs, metrics and whoever embeds the server: opened, spoke, broke a rule, closed, was
 * refused. May know names and numbers. Must never know a socket, a secret or a rule.
 */
@NullMarked
package dev.longwire.server.connection;

import org.jspecify.annotations.NullMarked;
