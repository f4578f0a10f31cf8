/** Messages as they came from their publishers: immutable, shared by all queues that hold them and by all threads. */
@NullMarked
package io.jumpmq.broker.message;

import org.jspecify.annotations.NullMarked;
