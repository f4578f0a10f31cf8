package io.jumpmq.broker.catalog;

import io.jumpmq.amqp.FieldTable;

/** What can be asked of the catalog; {@link Catalog#decide} says what comes of it. */
public sealed interface Command {
    String vhost();

    record DeclareExchange(
            String vhost,
            String name,
            String type,
            boolean durable,
            boolean autoDelete,
            boolean internal,
            FieldTable arguments)
            implements Command {}

    record DeleteExchange(String vhost, String name, boolean ifUnused) implements Command {}

    /**
     * Declares a queue.
     *
     * @param connection the number of the connection that asks
     * @param exclusive only that connection may use it, and it goes away with it
     */
    record DeclareQueue(
            String vhost,
            String name,
            boolean durable,
            boolean exclusive,
            boolean autoDelete,
            FieldTable arguments,
            long connection)
            implements Command {}

    /**
     * Deletes a queue.
     *
     * @param id of the queue that is meant, so that a late command harms no newer one of that name
     */
    record DeleteQueue(String vhost, String name, long id) implements Command {}

    /** Binds a queue or an exchange to an exchange. */
    record Bind(
            String vhost,
            String source,
            DestinationKind kind,
            String destination,
            String key,
            FieldTable arguments,
            long connection)
            implements Command {}

    /** Takes a binding away; succeeds without effect when it is not there, or is not the current one. */
    record Unbind(
            String vhost,
            String source,
            DestinationKind kind,
            String destination,
            String key,
            FieldTable arguments,
            long connection)
            implements Command {}

    /** A connection has ended: its exclusive queues go. */
    record ReleaseConnection(String vhost, long connection) implements Command {}
}
