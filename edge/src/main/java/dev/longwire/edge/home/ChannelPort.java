// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

/** A channel's owner as JavaScript sees it: hubs' questions and its answers are letters. */
public interface ChannelPort extends PostPort {}
