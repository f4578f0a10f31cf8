/**
 * What RabbitMQ's own Java client sees. Each case runs against an embedded broker, or against the one that {@code
 * -Dbroker.uri=amqp://…} names: what passes on RabbitMQ must pass here.
 */
@NullMarked
package io.jumpmq.conformance;

import org.jspecify.annotations.NullMarked;
