package io.jumpmq.broker.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.exchange.Binding;
import io.jumpmq.broker.exchange.ConsistentHashExchange.ConsistentHashRouter;
import io.jumpmq.broker.exchange.WaitingRouter;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.metrics.ExchangeCounters;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.Router;
import io.jumpmq.security.Permission;
import io.jumpmq.security.TopicPermission;
import io.jumpmq.security.User;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An exchange as the catalog knows it. */
public final class ExchangeRecord implements Destination {
    private final Change.ExchangeDeclared declared;
    private final Router router;
    private final byte[] nameBytes;
    private final ExchangeCounters counters = new ExchangeCounters();
    private volatile EffectivePolicy policy = EffectivePolicy.NONE;
    private volatile @Nullable String alternate;

    /** All bindings from here. For the catalog's loop. */
    final Set<Binding> bindings = new LinkedHashSet<>();

    /** In an exchange with one binding per destination: which. For the catalog's loop. */
    final Map<Destination, Binding> current = new LinkedHashMap<>();

    /** The bindings that lead here. For the catalog's loop. */
    final Set<SourcedBinding> incoming = new LinkedHashSet<>();

    ExchangeRecord(Change.ExchangeDeclared declared, Router router) {
        this.declared = declared;
        this.router = router;
        this.nameBytes = declared.name().getBytes(UTF_8);
        this.alternate = declared.arguments().text("alternate-exchange");
    }

    void adopt(EffectivePolicy newPolicy) {
        policy = newPolicy;
        String argument = declared.arguments().text("alternate-exchange");
        alternate = argument == null ? newPolicy.text("alternate-exchange") : argument;
    }

    /** The policies that count for this exchange. */
    public EffectivePolicy policy() {
        return policy;
    }

    Change.ExchangeDeclared declared() {
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
        return false;
    }

    /** The name in UTF-8, not a copy. */
    public byte[] nameBytes() {
        return nameBytes;
    }

    public String type() {
        return declared.type();
    }

    public boolean durable() {
        return declared.durable();
    }

    public boolean autoDelete() {
        return declared.autoDelete();
    }

    public boolean internal() {
        return declared.internal();
    }

    /** The node, and the incarnation of it, that it was declared on. */
    public Incarnation home() {
        return declared.home();
    }

    public FieldTable arguments() {
        return declared.arguments();
    }

    /** Where messages go that this exchange routes nowhere; null: they are unroutable. */
    public @Nullable String alternate() {
        return alternate;
    }

    /** What was published to it since it is there, or since the broker started. */
    public ExchangeCounters counters() {
        return counters;
    }

    /** Whether permissions may ask for certain routing keys. */
    public boolean isTopic() {
        return type().equals("topic");
    }

    /**
     * Lets a user do this with this routing key: on a topic exchange there may be patterns for keys.
     *
     * @throws AmqpException ACCESS_REFUSED when it is not permitted
     */
    public void requireTopic(User user, Permission.Operation operation, String key) {
        TopicPermission topics = isTopic() ? user.topicPermission(vhost(), name()) : null;
        if (topics != null && !topics.allows(operation, key)) {
            throw new AmqpException(
                    ReplyCode.ACCESS_REFUSED,
                    operation.name().toLowerCase(Locale.ROOT) + " access to topic '" + key + "' in " + this
                            + " refused for user '" + user.name() + "'");
        }
    }

    public Router router() {
        return router;
    }

    /** Whether its type is missing: until it is there again, at a start, nothing is routed, and what is bound stays so. */
    public boolean waitsForType() {
        return router instanceof WaitingRouter;
    }

    /**
     * Lets a change of its bindings pass.
     *
     * @throws AmqpException PRECONDITION_FAILED when nobody can judge it, for the type is missing
     */
    void requireType() {
        if (waitsForType()) {
            throw new AmqpException(
                    ReplyCode.PRECONDITION_FAILED,
                    this + " waits for its type '" + type() + "', which no plugin brings: it can only be deleted");
        }
    }

    /** Whether a destination has one binding at the most, so that a new one takes the place of the one there is. */
    boolean hasOneBindingPerDestination() {
        return router instanceof ConsistentHashRouter;
    }

    @Override
    public String toString() {
        return "exchange '" + name() + "' in vhost '" + vhost() + "'";
    }
}
