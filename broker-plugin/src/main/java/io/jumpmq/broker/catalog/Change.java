package io.jumpmq.broker.catalog;

import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.TopicPermission;
import io.jumpmq.security.UserLimits;
import io.jumpmq.value.FieldTable;
import java.util.Set;

/**
 * One step of the catalog. Values only, so that it can be recorded and applied elsewhere. A binding and what it does to a
 * ring are one change.
 */
public sealed interface Change {
    /** The most bytes that a change may take where it is recorded. A ring in a snapshot of the catalog may take more. */
    int MAX_BYTES = 16 << 20;

    /** Takes something away, so that the catalog needs less room than before. */
    sealed interface Shrinking extends Change {}

    record ExchangeDeclared(
            String vhost,
            String name,
            String type,
            boolean durable,
            boolean autoDelete,
            boolean internal,
            FieldTable arguments)
            implements Change {}

    record ExchangeDeleted(String vhost, String name) implements Shrinking {}

    /**
     * A queue came to be.
     *
     * @param id never used for another queue
     * @param owner the connection it is exclusive to; 0: none
     */
    record QueueDeclared(
            String vhost, String name, long id, boolean durable, boolean autoDelete, long owner, FieldTable arguments)
            implements Change {}

    record QueueDeleted(String vhost, String name) implements Shrinking {}

    record BindingAdded(
            String vhost, String source, DestinationKind kind, String destination, String key, FieldTable arguments)
            implements Change {}

    record BindingRemoved(
            String vhost, String source, DestinationKind kind, String destination, String key, FieldTable arguments)
            implements Shrinking {}

    /** A virtual host came to be, or is described otherwise. */
    record VhostCreated(String name, String description, Set<String> tags, String defaultQueueType) implements Change {
        public VhostCreated(String name, String description, Set<String> tags) {
            this(name, description, tags, "");
        }
    }

    /** A virtual host is gone; what was in it went before. */
    record VhostDeleted(String name) implements Shrinking {}

    record VhostLimitsSet(String vhost, VhostLimits limits) implements Change {}

    record UserPut(String name, PasswordHash password, Set<String> tags) implements Change {}

    record UserDeleted(String name) implements Shrinking {}

    record PermissionSet(String vhost, String user, Permission permission) implements Change {}

    record PermissionCleared(String vhost, String user) implements Shrinking {}

    record TopicPermissionSet(String vhost, String user, String exchange, TopicPermission permission)
            implements Change {}

    record TopicPermissionCleared(String vhost, String user, String exchange) implements Change {}

    record UserLimitsSet(String user, UserLimits limits) implements Change {}

    record GlobalParameterSet(String name, String value) implements Change {}

    record GlobalParameterCleared(String name) implements Change {}

    record PolicySet(String vhost, Policy policy) implements Change {}

    record PolicyDeleted(String vhost, String name, boolean operator) implements Shrinking {}

    /**
     * A ring is this, and the bindings are those that it tells: of those there are, the ones that fit keep their arguments.
     * Or: the state of an exchange of a plugin's type is this, and its bindings are those that there are.
     *
     * @param snapshot as {@link Catalog#snapshot} makes it
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record RingRestored(String vhost, String exchange, byte[] snapshot) implements Change {}

    /**
     * A ring is going to be changed: for its history.
     *
     * @param user whose change it is; empty: the broker's own
     * @param before what the ring was; empty: what it is
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record RingNoted(String vhost, String exchange, long atMillis, String user, byte[] before) implements Change {}
}
