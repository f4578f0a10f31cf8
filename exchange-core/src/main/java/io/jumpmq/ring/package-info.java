/**
 * The ring of one consistent-hash exchange: an array from bucket to destination, the commands that change it, and the
 * share of keys that each change moves.
 *
 * <p>{@link io.jumpmq.ring.Ring} belongs to one writer. {@link io.jumpmq.ring.RingState} and all other types are
 * immutable values for any thread.
 */
@NullMarked
package io.jumpmq.ring;

import org.jspecify.annotations.NullMarked;
