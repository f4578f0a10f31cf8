/** Counters of what happens. Each is written by one thread and may be read by any, which sees it as it was a moment ago. */
@NullMarked
package io.jumpmq.metrics;

import org.jspecify.annotations.NullMarked;
