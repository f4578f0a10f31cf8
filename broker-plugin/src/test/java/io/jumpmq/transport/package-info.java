@NullMarked
package io.jumpmq.transport;

import org.jspecify.annotations.NullMarked;
