@NullMarked
package io.jumpmq.app;

import org.jspecify.annotations.NullMarked;
