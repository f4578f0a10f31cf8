@NullMarked
package io.jumpmq.broker.node;

import org.jspecify.annotations.NullMarked;
