// SPDX-License-Identifier: Apache-2.0
/**
 * Who is in a channel, at its owner: members, what holds them there, and what changed since observers were told. Knows users,
 * public ids, and hubs by number. Must never know a session's secrets, a carrier or how a change reaches an observer.
 */
@NullMarked
package dev.longwire.core.presence;

import org.jspecify.annotations.NullMarked;
