/** A harness for property tests, for the tests of every module. */
@NullMarked
package io.jumpmq.testing;

import org.jspecify.annotations.NullMarked;
