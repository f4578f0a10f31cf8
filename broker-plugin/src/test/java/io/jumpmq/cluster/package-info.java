/** The consensus engine on trial: nodes on one thread and one seed, over a network and on disks that fail in every way we could think of. */
@NullMarked
package io.jumpmq.cluster;

import org.jspecify.annotations.NullMarked;
