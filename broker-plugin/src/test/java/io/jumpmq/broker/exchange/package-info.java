@NullMarked
package io.jumpmq.broker.exchange;

import org.jspecify.annotations.NullMarked;
