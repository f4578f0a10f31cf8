/**
 * Event loops as the broker sees them: each connection and each queue belongs to one, and what one has to tell another
 * goes through {@link io.jumpmq.broker.loop.Loop}, in batches.
 */
@NullMarked
package io.jumpmq.broker.loop;

import org.jspecify.annotations.NullMarked;
