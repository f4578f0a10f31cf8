@NullMarked
package io.jumpmq.session.amqp091;

import org.jspecify.annotations.NullMarked;
