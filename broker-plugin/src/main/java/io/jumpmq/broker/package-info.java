/**
 * The broker at work: queues on their loops, catalog changes on the catalog's loop, and the way of a message between
 * them. Sessions talk to {@link io.jumpmq.broker.Broker} and to the queues it hands out.
 */
@NullMarked
package io.jumpmq.broker;

import org.jspecify.annotations.NullMarked;
