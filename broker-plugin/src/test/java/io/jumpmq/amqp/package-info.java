@NullMarked
package io.jumpmq.amqp;

import org.jspecify.annotations.NullMarked;
