/** What one thread may see of another's work: races, run under jcstress. */
@NullMarked
package io.jumpmq.races;

import org.jspecify.annotations.NullMarked;
