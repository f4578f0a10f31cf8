/** Whole nodes, what is between them and what is under them, on one thread, one clock and one seed. */
@NullMarked
package io.jumpmq.simulation;

import org.jspecify.annotations.NullMarked;
