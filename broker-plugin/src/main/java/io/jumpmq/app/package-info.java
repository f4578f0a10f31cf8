/** Where everything is put together. Knows everything, decides nothing. */
@NullMarked
package io.jumpmq.app;

import org.jspecify.annotations.NullMarked;
