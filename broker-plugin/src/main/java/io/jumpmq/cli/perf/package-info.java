/** A load generator for any AMQP 0-9-1 broker, on our own codec: {@code jumpmq perf}. */
@NullMarked
package io.jumpmq.cli.perf;

import org.jspecify.annotations.NullMarked;
