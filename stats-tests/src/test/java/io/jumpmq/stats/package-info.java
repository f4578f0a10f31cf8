/**
 * The evidence that keys spread as evenly as chance allows and that changes move what they must. Every test states its
 * hypothesis, sample size, error rate and power; all randomness comes from fixed seeds.
 */
@NullMarked
package io.jumpmq.stats;

import org.jspecify.annotations.NullMarked;
