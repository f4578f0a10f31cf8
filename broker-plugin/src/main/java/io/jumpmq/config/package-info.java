/**
 * Settings: each declared once, read from a file in {@code rabbitmq.conf}'s syntax, the environment and the command
 * line. Values only.
 */
@NullMarked
package io.jumpmq.config;

import org.jspecify.annotations.NullMarked;
