/** Values of tables. */
@NullMarked
package io.jumpmq.value;

import org.jspecify.annotations.NullMarked;
