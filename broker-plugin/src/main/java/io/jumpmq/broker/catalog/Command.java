package io.jumpmq.broker.catalog;

import io.jumpmq.ring.hash.HashAlgorithm;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.TopicPermission;
import io.jumpmq.security.UserLimits;
import io.jumpmq.value.FieldTable;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be asked of the catalog; {@link Catalog#decide} says what comes of it. */
public sealed interface Command {
    /** A command about what is in a virtual host, which must be there. */
    sealed interface InVirtualHost extends Command {
        String vhost();
    }

    record DeclareExchange(
            String vhost,
            String name,
            String type,
            boolean durable,
            boolean autoDelete,
            boolean internal,
            FieldTable arguments)
            implements InVirtualHost {}

    record DeleteExchange(String vhost, String name, boolean ifUnused) implements InVirtualHost {}

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
            implements InVirtualHost {}

    /**
     * Deletes a queue.
     *
     * @param id of the queue that is meant, so that a late command harms no newer one of that name
     */
    record DeleteQueue(String vhost, String name, long id) implements InVirtualHost {}

    /** Binds a queue or an exchange to an exchange. */
    record Bind(
            String vhost,
            String source,
            DestinationKind kind,
            String destination,
            String key,
            FieldTable arguments,
            long connection)
            implements InVirtualHost {}

    /** Takes a binding away; succeeds without effect when it is not there, or is not the current one. */
    record Unbind(
            String vhost,
            String source,
            DestinationKind kind,
            String destination,
            String key,
            FieldTable arguments,
            long connection)
            implements InVirtualHost {}

    /** A connection has ended: its exclusive queues go. */
    record ReleaseConnection(long connection) implements Command {}

    /** The broker has started again: what was not to outlive it goes. */
    record DropTransient() implements Command {}

    /**
     * Makes a virtual host, with the exchanges that every one has. Succeeds when it is there already.
     *
     * @param defaultQueueType what durable queues are whose declaration does not say it; empty: classic
     */
    record CreateVhost(String name, String description, Set<String> tags, String defaultQueueType) implements Command {
        public CreateVhost(String name, String description, Set<String> tags) {
            this(name, description, tags, "");
        }
    }

    /** Deletes a virtual host with all that is in it. */
    record DeleteVhost(String name) implements Command {}

    /** Bounds for a virtual host. */
    record SetVhostLimits(String vhost, VhostLimits limits) implements InVirtualHost {}

    /** Makes a user, or gives an existing one another password and other tags; permissions stay. */
    record PutUser(String name, PasswordHash password, Set<String> tags) implements Command {}

    record DeleteUser(String name) implements Command {}

    record SetPermission(String vhost, String user, Permission permission) implements InVirtualHost {}

    record ClearPermission(String vhost, String user) implements InVirtualHost {}

    record SetTopicPermission(String vhost, String user, String exchange, TopicPermission permission)
            implements InVirtualHost {}

    /**
     * Lets a user use topics freely again.
     *
     * @param exchange null: on all exchanges
     */
    record ClearTopicPermissions(
            String vhost, String user, @Nullable String exchange) implements InVirtualHost {}

    record SetUserLimits(String user, UserLimits limits) implements Command {}

    /**
     * Keeps what somebody wants to be kept for the whole cluster.
     *
     * @param value JSON
     */
    record SetGlobalParameter(String name, String value) implements Command {}

    record ClearGlobalParameter(String name) implements Command {}

    /** Makes a policy, or replaces the one of that name. */
    record SetPolicy(String vhost, Policy policy) implements InVirtualHost {}

    record DeletePolicy(String vhost, String name, boolean operator) implements InVirtualHost {}

    /** So many buckets for a destination. */
    record Weight(DestinationKind kind, String destination, int weight) {}

    /**
     * Gives destinations of a ring other weights, all in one step; 0 takes one off the ring.
     *
     * @param ifEpoch only while the ring has this epoch
     */
    record SetWeights(String vhost, String exchange, List<Weight> weights, OptionalLong ifEpoch)
            implements InVirtualHost {}

    /** A ring's array as runs of buckets, from bucket 0 on. */
    record RingArray(HashAlgorithm algorithm, long epoch, List<Weight> runs) {}

    /** Makes a ring, and with it the bindings, exactly what it was elsewhere. Its epoch still only grows. */
    record RestoreRing(String vhost, String exchange, RingArray array, OptionalLong ifEpoch) implements InVirtualHost {}
}
