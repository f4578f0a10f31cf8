@NullMarked
package io.jumpmq.broker.loop;

import org.jspecify.annotations.NullMarked;
