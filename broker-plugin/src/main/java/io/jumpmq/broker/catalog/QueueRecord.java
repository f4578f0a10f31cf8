package io.jumpmq.broker.catalog;

import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.broker.queue.QueueSettings;
import io.jumpmq.plugin.Destination;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A queue as the catalog knows it. */
public final class QueueRecord implements Destination {
    private final Change.QueueDeclared declared;
    private volatile EffectivePolicy policy;
    private volatile QueueSettings settings;

    /** The bindings that lead here. For the catalog's loop. */
    final Set<SourcedBinding> incoming = new LinkedHashSet<>();

    private volatile @Nullable QueuePort port;

    QueueRecord(Change.QueueDeclared declared, EffectivePolicy policy) {
        this.declared = declared;
        this.policy = policy;
        this.settings = QueueArguments.settings(declared, policy);
    }

    /** Follows other policies; whether that changes the rules. */
    boolean adopt(EffectivePolicy newPolicy) {
        policy = newPolicy;
        QueueSettings before = settings;
        settings = QueueArguments.settings(declared, newPolicy);
        return !settings.equals(before);
    }

    /** The policies that count for this queue. */
    public EffectivePolicy policy() {
        return policy;
    }

    void attach(@Nullable QueuePort newPort) {
        port = newPort;
    }

    /** Where to reach it. */
    public QueuePort port() {
        QueuePort attached = port;
        if (attached == null) {
            throw new IllegalStateException(this + " is not running yet");
        }
        return attached;
    }

    Change.QueueDeclared declared() {
        return declared;
    }

    public String vhost() {
        return declared.vhost();
    }

    @Override
    public String name() {
        return declared.name();
    }

    @Override
    public boolean isQueue() {
        return true;
    }

    public long id() {
        return declared.id();
    }

    public boolean durable() {
        return declared.durable();
    }

    /** Whether it is there again after a restart: an exclusive one is not, for its connection is not either. */
    public boolean isRecoverable() {
        return declared.isRecoverable();
    }

    public boolean autoDelete() {
        return declared.autoDelete();
    }

    /** The node that has its messages, and the incarnation of it that declared the queue. */
    public Incarnation home() {
        return declared.home();
    }

    /** Whether only one connection may use it. */
    public boolean isExclusive() {
        return declared.owner() != null;
    }

    /** The connection it is exclusive to; null: none. */
    public @Nullable ConnectionId owner() {
        return declared.owner();
    }

    public FieldTable arguments() {
        return declared.arguments();
    }

    /** The rules, from arguments and policies. */
    public QueueSettings settings() {
        return settings;
    }

    /**
     * Lets the queue's owner pass, and everybody if it has none.
     *
     * @throws AmqpException RESOURCE_LOCKED for others
     */
    public QueueRecord requireAccess(ConnectionId connection) {
        ConnectionId owner = owner();
        if (owner != null && !owner.equals(connection)) {
            throw locked();
        }
        return this;
    }

    AmqpException locked() {
        return new AmqpException(
                ReplyCode.RESOURCE_LOCKED,
                "cannot obtain exclusive access to locked " + this
                        + ". It could be originally declared on another connection or the exclusive property value does"
                        + " not match that of the original declaration.");
    }

    /** By identity, as equality is, but the same in each run: a fan-out reaches its queues in this order. */
    @Override
    public int hashCode() {
        return Long.hashCode(id());
    }

    @Override
    public String toString() {
        return "queue '" + name() + "' in vhost '" + vhost() + "'";
    }
}
