/**
 * From a key to a bucket: a key hash and a bucket choice, the two halves of every {@link
 * io.jumpmq.ring.hash.HashAlgorithm}. All functions are pure, allocate nothing and may be called by any thread.
 */
@NullMarked
package io.jumpmq.ring.hash;

import org.jspecify.annotations.NullMarked;
