package io.jumpmq.broker.catalog;

import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.Incarnation;
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
            FieldTable arguments,
            ConnectionId connection)
            implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.declareExchange(this);
        }
    }

    record DeleteExchange(String vhost, String name, boolean ifUnused) implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.deleteExchange(this);
        }
    }

    /**
     * Declares a queue.
     *
     * @param connection the one that asks
     * @param exclusive only that connection may use it, and it goes away with it
     */
    record DeclareQueue(
            String vhost,
            String name,
            boolean durable,
            boolean exclusive,
            boolean autoDelete,
            FieldTable arguments,
            ConnectionId connection)
            implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.declareQueue(this);
        }
    }

    /**
     * Deletes a queue.
     *
     * @param id of the queue that is meant, so that a late command harms no newer one of that name
     */
    record DeleteQueue(String vhost, String name, long id) implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.deleteQueue(this);
        }
    }

    /** Binds a queue or an exchange to an exchange. */
    record Bind(
            String vhost,
            String source,
            DestinationKind kind,
            String destination,
            String key,
            FieldTable arguments,
            ConnectionId connection)
            implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.bind(this);
        }
    }

    /** Takes a binding away; succeeds without effect when it is not there, or is not the current one. */
    record Unbind(
            String vhost,
            String source,
            DestinationKind kind,
            String destination,
            String key,
            FieldTable arguments,
            ConnectionId connection)
            implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.unbind(this);
        }
    }

    /** A connection has ended: its exclusive queues go. */
    record ReleaseConnection(ConnectionId connection) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.releaseConnection(this);
        }
    }

    /** A node has begun a new incarnation: what was not to outlive those before it goes. */
    record ReleaseNode(Incarnation node) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.releaseNode(this);
        }
    }

    /**
     * Makes a virtual host, with the exchanges that every one has. Succeeds when it is there already.
     *
     * @param defaultQueueType what durable queues are whose declaration does not say it; empty: classic
     */
    record CreateVhost(String name, String description, Set<String> tags, String defaultQueueType) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.createVhost(this);
        }

        public CreateVhost(String name, String description, Set<String> tags) {
            this(name, description, tags, "");
        }
    }

    /** Deletes a virtual host with all that is in it. */
    record DeleteVhost(String name) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.deleteVhost(this);
        }
    }

    /** Bounds for a virtual host. */
    record SetVhostLimits(String vhost, VhostLimits limits) implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.setVhostLimits(this);
        }
    }

    /** Makes a user, or gives an existing one another password and other tags; permissions stay. */
    record PutUser(String name, PasswordHash password, Set<String> tags) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.putUser(this);
        }
    }

    record DeleteUser(String name) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.deleteUser(this);
        }
    }

    record SetPermission(String vhost, String user, Permission permission) implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.setPermission(this);
        }
    }

    record ClearPermission(String vhost, String user) implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.clearPermission(this);
        }
    }

    record SetTopicPermission(String vhost, String user, String exchange, TopicPermission permission)
            implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.setTopicPermission(this);
        }
    }

    /**
     * Lets a user use topics freely again.
     *
     * @param exchange null: on all exchanges
     */
    record ClearTopicPermissions(
            String vhost, String user, @Nullable String exchange) implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.clearTopicPermissions(this);
        }
    }

    record SetUserLimits(String user, UserLimits limits) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.setUserLimits(this);
        }
    }

    /**
     * Keeps what somebody wants to be kept for the whole cluster.
     *
     * @param value JSON
     */
    record SetGlobalParameter(String name, String value) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.setGlobalParameter(this);
        }
    }

    record ClearGlobalParameter(String name) implements Command {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.clearGlobalParameter(this);
        }
    }

    /** Makes a policy, or replaces the one of that name. */
    record SetPolicy(String vhost, Policy policy) implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.setPolicy(this);
        }
    }

    record DeletePolicy(String vhost, String name, boolean operator) implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.deletePolicy(this);
        }
    }

    /** So many buckets for a destination. */
    record Weight(DestinationKind kind, String destination, int weight) {}

    /**
     * Gives destinations of a ring other weights, all in one step; 0 takes one off the ring.
     *
     * @param ifEpoch only while the ring has this epoch
     */
    record SetWeights(String vhost, String exchange, List<Weight> weights, OptionalLong ifEpoch)
            implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.setWeights(this);
        }
    }

    /** A ring's array as runs of buckets, from bucket 0 on. */
    record RingArray(HashAlgorithm algorithm, long epoch, List<Weight> runs) {}

    /** Makes a ring, and with it the bindings, exactly what it was elsewhere. Its epoch still only grows. */
    record RestoreRing(String vhost, String exchange, RingArray array, OptionalLong ifEpoch) implements InVirtualHost {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.restoreRing(this);
        }
    }

    /** Handles each kind: whoever handles one handles all. */
    interface Visitor<R> {
        R declareExchange(DeclareExchange command);

        R deleteExchange(DeleteExchange command);

        R declareQueue(DeclareQueue command);

        R deleteQueue(DeleteQueue command);

        R bind(Bind command);

        R unbind(Unbind command);

        R releaseConnection(ReleaseConnection command);

        R releaseNode(ReleaseNode command);

        R createVhost(CreateVhost command);

        R deleteVhost(DeleteVhost command);

        R setVhostLimits(SetVhostLimits command);

        R putUser(PutUser command);

        R deleteUser(DeleteUser command);

        R setPermission(SetPermission command);

        R clearPermission(ClearPermission command);

        R setTopicPermission(SetTopicPermission command);

        R clearTopicPermissions(ClearTopicPermissions command);

        R setUserLimits(SetUserLimits command);

        R setGlobalParameter(SetGlobalParameter command);

        R clearGlobalParameter(ClearGlobalParameter command);

        R setPolicy(SetPolicy command);

        R deletePolicy(DeletePolicy command);

        R setWeights(SetWeights command);

        R restoreRing(RestoreRing command);
    }

    <R> R accept(Visitor<R> visitor);
}
