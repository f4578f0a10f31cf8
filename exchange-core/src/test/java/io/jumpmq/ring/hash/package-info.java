@NullMarked
package io.jumpmq.ring.hash;

import org.jspecify.annotations.NullMarked;
