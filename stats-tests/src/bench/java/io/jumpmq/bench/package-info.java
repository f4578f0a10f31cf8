/** How fast the heart is: JMH benchmarks, with random keys so that no branch predictor learns them by heart. */
@NullMarked
package io.jumpmq.bench;

import org.jspecify.annotations.NullMarked;
