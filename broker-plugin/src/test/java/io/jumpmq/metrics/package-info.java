@NullMarked
package io.jumpmq.metrics;

import org.jspecify.annotations.NullMarked;
