/**
 * AMQP 0-9-1: connection and channel machines. Frames and answers go in, frames and requests come out. A connection, with
 * all its channels, belongs to one loop; nothing here knows a socket or a thread.
 */
@NullMarked
package io.jumpmq.session.amqp091;

import org.jspecify.annotations.NullMarked;
