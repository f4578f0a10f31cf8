/** The store against simulated and real disks that fail in every way we could think of. */
@NullMarked
package io.jumpmq.store;

import org.jspecify.annotations.NullMarked;
