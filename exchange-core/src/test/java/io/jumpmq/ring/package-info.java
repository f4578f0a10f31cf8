@NullMarked
package io.jumpmq.ring;

import org.jspecify.annotations.NullMarked;
