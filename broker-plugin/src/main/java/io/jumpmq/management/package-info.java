/**
 * What operators reach over HTTP: RabbitMQ's management API, the rings, and the web pages. Requests run on threads of
 * their own; what changes something goes through {@link io.jumpmq.broker.Broker#administer}.
 */
@NullMarked
package io.jumpmq.management;

import org.jspecify.annotations.NullMarked;
