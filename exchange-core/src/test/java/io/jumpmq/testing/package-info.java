/** A harness for property tests. */
@NullMarked
package io.jumpmq.testing;

import org.jspecify.annotations.NullMarked;
