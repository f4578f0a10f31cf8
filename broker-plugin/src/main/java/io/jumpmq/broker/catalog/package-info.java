/**
 * What there is in a broker but messages: virtual hosts, exchanges, queues, bindings. A deterministic state machine: a
 * command is decided into changes, which are applied. Its loop alone changes it; any thread reads.
 */
@NullMarked
package io.jumpmq.broker.catalog;

import org.jspecify.annotations.NullMarked;
