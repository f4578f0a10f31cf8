/**
 * One queue: its messages, its consumers and the rules between them. Plain, deterministic objects that are handed the
 * time; each queue's state belongs to the one loop that is its home.
 */
@NullMarked
package io.jumpmq.broker.queue;

import org.jspecify.annotations.NullMarked;
