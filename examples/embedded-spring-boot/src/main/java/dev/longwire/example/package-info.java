// SPDX-License-Identifier: Apache-2.0
/**
 * A Spring Boot application with a Longwire server in it, for those who want one too. Knows Spring, and what the server gives to programs
 * that embed it. Must never know how the server does its work.
 */
@NullMarked
package dev.longwire.example;

import org.jspecify.annotations.NullMarked;
