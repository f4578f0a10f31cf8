@NullMarked
package io.jumpmq.architecture;

import org.jspecify.annotations.NullMarked;
