/**
 * AMQP 0-9-1 with RabbitMQ's extensions as bytes and values: frames, methods, content properties. A codec only; it decides
 * nothing and keeps nothing but the place in a buffer.
 */
@NullMarked
package io.jumpmq.amqp;

import org.jspecify.annotations.NullMarked;
