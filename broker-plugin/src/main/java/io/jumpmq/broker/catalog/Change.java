package io.jumpmq.broker.catalog;

import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.TopicPermission;
import io.jumpmq.security.UserLimits;
import io.jumpmq.value.FieldTable;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One step of the catalog. Values only, so that it can be recorded and applied elsewhere. A binding and what it does to a
 * ring are one change.
 */
public sealed interface Change {
    /** The most bytes that a change may take where it is recorded. A ring in a snapshot of the catalog may take more. */
    int MAX_BYTES = 16 << 20;

    /** Takes something away, so that the catalog needs less room than before. */
    sealed interface Shrinking extends Change {}

    /** Makes a ring another one, if the exchange has one. */
    sealed interface OfRing extends Change {
        String vhost();

        String exchange();
    }

    /**
     * An exchange came to be.
     *
     * @param home the node and its incarnation that it was declared on, and ends with if it is not durable
     */
    record ExchangeDeclared(
            String vhost,
            String name,
            String type,
            boolean durable,
            boolean autoDelete,
            boolean internal,
            FieldTable arguments,
            Incarnation home)
            implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.exchangeDeclared(this);
        }
    }

    record ExchangeDeleted(String vhost, String name) implements Shrinking {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.exchangeDeleted(this);
        }
    }

    /**
     * A queue came to be.
     *
     * @param id never used for another queue
     * @param home the node that has its messages, and the incarnation that it ends with if it is not recoverable
     * @param owner the connection it is exclusive to; null: none
     */
    record QueueDeclared(
            String vhost,
            String name,
            long id,
            boolean durable,
            boolean autoDelete,
            Incarnation home,
            @Nullable ConnectionId owner,
            FieldTable arguments)
            implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.queueDeclared(this);
        }

        /** Whether it is there again after a restart: an exclusive one is not, for its connection is not either. */
        public boolean isRecoverable() {
            return durable && owner == null;
        }

        /** The same with another home. */
        public QueueDeclared at(Incarnation newHome) {
            return new QueueDeclared(vhost, name, id, durable, autoDelete, newHome, owner, arguments);
        }
    }

    record QueueDeleted(String vhost, String name) implements Shrinking {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.queueDeleted(this);
        }
    }

    record BindingAdded(
            String vhost, String source, DestinationKind kind, String destination, String key, FieldTable arguments)
            implements OfRing {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.bindingAdded(this);
        }

        @Override
        public String exchange() {
            return source;
        }
    }

    record BindingRemoved(
            String vhost, String source, DestinationKind kind, String destination, String key, FieldTable arguments)
            implements Shrinking, OfRing {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.bindingRemoved(this);
        }

        @Override
        public String exchange() {
            return source;
        }
    }

    /** A virtual host came to be, or is described otherwise. */
    record VhostCreated(String name, String description, Set<String> tags, String defaultQueueType) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.vhostCreated(this);
        }

        public VhostCreated(String name, String description, Set<String> tags) {
            this(name, description, tags, "");
        }
    }

    /** A virtual host is gone; what was in it went before. */
    record VhostDeleted(String name) implements Shrinking {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.vhostDeleted(this);
        }
    }

    record VhostLimitsSet(String vhost, VhostLimits limits) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.vhostLimitsSet(this);
        }
    }

    record UserPut(String name, PasswordHash password, Set<String> tags) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.userPut(this);
        }
    }

    record UserDeleted(String name) implements Shrinking {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.userDeleted(this);
        }
    }

    record PermissionSet(String vhost, String user, Permission permission) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.permissionSet(this);
        }
    }

    record PermissionCleared(String vhost, String user) implements Shrinking {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.permissionCleared(this);
        }
    }

    record TopicPermissionSet(String vhost, String user, String exchange, TopicPermission permission)
            implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.topicPermissionSet(this);
        }
    }

    record TopicPermissionCleared(String vhost, String user, String exchange) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.topicPermissionCleared(this);
        }
    }

    record UserLimitsSet(String user, UserLimits limits) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.userLimitsSet(this);
        }
    }

    record GlobalParameterSet(String name, String value) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.globalParameterSet(this);
        }
    }

    record GlobalParameterCleared(String name) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.globalParameterCleared(this);
        }
    }

    /** No queue gets an id up to this one any more: there were such queues, and something of them may still be around. */
    record QueueIdsReserved(long highest) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.queueIdsReserved(this);
        }
    }

    /** A node has begun this incarnation; what belonged to those before it went before. */
    record NodeStarted(Incarnation node) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.nodeStarted(this);
        }
    }

    record PolicySet(String vhost, Policy policy) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.policySet(this);
        }
    }

    record PolicyDeleted(String vhost, String name, boolean operator) implements Shrinking {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.policyDeleted(this);
        }
    }

    /**
     * A ring is this, and the bindings are those that it tells: of those there are, the ones that fit keep their arguments.
     * Or: the state of an exchange of a plugin's type is this, and its bindings are those that there are.
     *
     * @param snapshot as {@link Catalog#snapshot} makes it
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record RingRestored(String vhost, String exchange, byte[] snapshot) implements OfRing {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.ringRestored(this);
        }
    }

    /**
     * Destinations of a ring have other weights, all in one step; the bindings follow.
     *
     * @param weights 0: off the ring; their order decides where order is free
     */
    record WeightsSet(String vhost, String exchange, List<Command.Weight> weights) implements OfRing {
        public WeightsSet {
            weights = List.copyOf(weights);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.weightsSet(this);
        }
    }

    /**
     * A ring is going to be changed: for its history.
     *
     * @param user whose change it is; empty: the broker's own
     * @param before what the ring was; empty: what it is
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record RingNoted(String vhost, String exchange, long atMillis, String user, byte[] before) implements Change {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.ringNoted(this);
        }
    }

    /** Handles each kind: whoever handles one handles all. */
    interface Visitor<R> {
        R exchangeDeclared(ExchangeDeclared change);

        R exchangeDeleted(ExchangeDeleted change);

        R queueDeclared(QueueDeclared change);

        R queueDeleted(QueueDeleted change);

        R bindingAdded(BindingAdded change);

        R bindingRemoved(BindingRemoved change);

        R vhostCreated(VhostCreated change);

        R vhostDeleted(VhostDeleted change);

        R vhostLimitsSet(VhostLimitsSet change);

        R userPut(UserPut change);

        R userDeleted(UserDeleted change);

        R permissionSet(PermissionSet change);

        R permissionCleared(PermissionCleared change);

        R topicPermissionSet(TopicPermissionSet change);

        R topicPermissionCleared(TopicPermissionCleared change);

        R userLimitsSet(UserLimitsSet change);

        R globalParameterSet(GlobalParameterSet change);

        R globalParameterCleared(GlobalParameterCleared change);

        R nodeStarted(NodeStarted change);

        R queueIdsReserved(QueueIdsReserved change);

        R policySet(PolicySet change);

        R policyDeleted(PolicyDeleted change);

        R ringRestored(RingRestored change);

        R weightsSet(WeightsSet change);

        R ringNoted(RingNoted change);
    }

    <R> R accept(Visitor<R> visitor);
}
