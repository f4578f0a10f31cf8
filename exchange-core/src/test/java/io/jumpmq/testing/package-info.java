/** What tests of several modules share. */
@NullMarked
package io.jumpmq.testing;

import org.jspecify.annotations.NullMarked;
