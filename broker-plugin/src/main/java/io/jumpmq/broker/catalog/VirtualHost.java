package io.jumpmq.broker.catalog;

import io.jumpmq.broker.exchange.RouteBuffer;
import io.jumpmq.broker.message.Message;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.DestinationNames;
import io.jumpmq.ring.DestinationCodec;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import io.jumpmq.value.ReplyCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** One virtual host: names, and the way of messages through its exchanges. The catalog's loop changes it; any thread reads. */
public final class VirtualHost {
    /** The exchange without a name: a message's key is the queue's name. */
    public static final String DEFAULT_EXCHANGE = "";

    private final String name;
    private volatile Change.VhostCreated created;
    private volatile VhostLimits limits = VhostLimits.NONE;
    private volatile String tracedBy = "";
    private final Map<String, Policy> policies = new ConcurrentHashMap<>();
    private final Map<String, Policy> operatorPolicies = new ConcurrentHashMap<>();
    final Map<String, ExchangeRecord> exchanges = new ConcurrentHashMap<>();
    final Map<String, QueueRecord> queues = new ConcurrentHashMap<>();

    VirtualHost(String name) {
        this.name = name;
        this.created = new Change.VhostCreated(name, "", Set.of());
    }

    Change.VhostCreated created() {
        return created;
    }

    void describe(Change.VhostCreated newCreated) {
        created = newCreated;
    }

    /** What it is for, in its makers' words. */
    public String description() {
        return created.description();
    }

    public Set<String> tags() {
        return created.tags();
    }

    /** What durable queues are whose declaration does not say it; empty: classic. */
    public String defaultQueueType() {
        return created.defaultQueueType();
    }

    /** A declaration's arguments, with the type that such a queue has here if they do not name one. */
    public FieldTable withQueueType(FieldTable arguments, boolean durable, boolean exclusive, boolean autoDelete) {
        boolean isForAll = durable && !exclusive && !autoDelete;
        return !isForAll || defaultQueueType().isEmpty() || arguments.toMap().containsKey(QueueArguments.TYPE)
                ? arguments
                : arguments.with(
                        QueueArguments.TYPE, new LongString(defaultQueueType().getBytes(StandardCharsets.UTF_8)));
    }

    /** Has what goes through it told to whoever listens, until the broker starts again; an empty name ends that. Any thread. */
    public void trace(String node) {
        tracedBy = node;
    }

    public boolean isTraced() {
        return !tracedBy.isEmpty();
    }

    /** The node that traces it. */
    public String tracedBy() {
        return tracedBy;
    }

    public VhostLimits limits() {
        return limits;
    }

    void limit(VhostLimits newLimits) {
        limits = newLimits;
    }

    /** All policies, the operators' among them. */
    public List<Policy> policies() {
        List<Policy> all = new ArrayList<>(policies.values());
        all.addAll(operatorPolicies.values());
        return all;
    }

    /** A policy, or null; users' and operators' may have the same name. */
    public @Nullable Policy policy(String policy, boolean operator) {
        return (operator ? operatorPolicies : policies).get(policy);
    }

    void put(Policy policy) {
        (policy.operator() ? operatorPolicies : policies).put(policy.name(), policy);
    }

    void removePolicy(String policy, boolean operator) {
        (operator ? operatorPolicies : policies).remove(policy);
    }

    public String name() {
        return name;
    }

    /** Its destinations as bytes: Q or E, and the name. */
    DestinationCodec<Destination> names() {
        return names((kind, missing) -> {
            throw new IllegalArgumentException("no " + kind + " '" + missing + "' in vhost '" + name + "'");
        });
    }

    /** The same for what may be gone by now. */
    DestinationCodec<Destination> pastNames() {
        return names(Gone::new);
    }

    /** How routers write destinations. */
    static DestinationNames written(DestinationCodec<Destination> names) {
        return new DestinationNames() {
            @Override
            public String write(Destination destination) {
                return new String(names.encode(destination), StandardCharsets.UTF_8);
            }

            @Override
            public Destination read(String text) {
                return names.decode(text.getBytes(StandardCharsets.UTF_8));
            }
        };
    }

    private DestinationCodec<Destination> names(BiFunction<DestinationKind, String, Destination> missing) {
        return new DestinationCodec<>() {
            @Override
            public byte[] encode(Destination destination) {
                String kind = DestinationKind.of(destination) == DestinationKind.QUEUE ? "Q" : "E";
                return (kind + destination.name()).getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public Destination decode(byte[] bytes) {
                String text = new String(bytes, StandardCharsets.UTF_8);
                if (!text.startsWith("Q") && !text.startsWith("E")) {
                    throw new IllegalArgumentException("no destination '" + text + "' in vhost '" + name + "'");
                }
                DestinationKind kind = text.startsWith("Q") ? DestinationKind.QUEUE : DestinationKind.EXCHANGE;
                String its = text.substring(1);
                Destination found = kind == DestinationKind.QUEUE ? queues.get(its) : exchanges.get(its);
                return found == null ? missing.apply(kind, its) : found;
            }
        };
    }

    /** Its queues in the order in which they were declared: the same on every node. */
    List<QueueRecord> queuesInOrder() {
        return queues.values().stream()
                .sorted(Comparator.comparingLong(QueueRecord::id))
                .toList();
    }

    /** Its exchanges in the order of their names: the same on every node. */
    List<ExchangeRecord> exchangesInOrder() {
        return exchanges.values().stream()
                .sorted(Comparator.comparing(ExchangeRecord::name))
                .toList();
    }

    public @Nullable ExchangeRecord exchange(String exchange) {
        return exchanges.get(exchange);
    }

    public @Nullable QueueRecord queue(String queue) {
        return queues.get(queue);
    }

    public Collection<QueueRecord> queues() {
        return queues.values();
    }

    public Collection<ExchangeRecord> exchanges() {
        return exchanges.values();
    }

    /**
     * The exchange of that name.
     *
     * @throws AmqpException NOT_FOUND when there is none
     */
    public ExchangeRecord requireExchange(String exchange) {
        ExchangeRecord found = exchanges.get(exchange);
        if (found == null) {
            throw new AmqpException(ReplyCode.NOT_FOUND, "no exchange '" + exchange + "' in vhost '" + name + "'");
        }
        return found;
    }

    /**
     * The queue of that name.
     *
     * @throws AmqpException NOT_FOUND when there is none
     */
    public QueueRecord requireQueue(String queue) {
        QueueRecord found = queues.get(queue);
        if (found == null) {
            throw new AmqpException(ReplyCode.NOT_FOUND, "no queue '" + queue + "' in vhost '" + name + "'");
        }
        return found;
    }

    /** What one routing took, to be used again by the same thread. */
    public static final class Routing {
        private final RouteBuffer<Destination> found = new RouteBuffer<>();
        private final RouteBuffer<QueueRecord> queues = new RouteBuffer<>();
        private boolean mayRepeat;

        /** The queues of the last message. */
        public RouteBuffer<QueueRecord> queues() {
            return queues;
        }

        /** Whether another message with the same key, to the same exchange, goes the same way. */
        public boolean mayRepeat() {
            return mayRepeat;
        }
    }

    /**
     * Finds the queues of a message: through bindings between exchanges, each visited once; through alternate exchanges; by
     * its own routing key and those of its CC and BCC headers.
     *
     * @throws AmqpException when a CC or BCC header is not an array of strings, or a plugin's type of exchange fails
     */
    public void route(ExchangeRecord exchange, Message message, Routing routing) {
        routing.found.clear();
        routing.queues.clear();
        routing.mayRepeat = true;
        RouteBuffer<Destination> found = routing.found;
        List<byte[]> more = copies(message);
        found.add(exchange);
        // The buffer is the list of what is still to visit, too: what is found lands behind what finds it.
        for (int i = 0; i < found.size(); i++) {
            if (found.get(i) instanceof ExchangeRecord visited) {
                int before = found.size();
                direct(visited, message, message.routingKey(), routing);
                for (byte[] key : more) {
                    direct(visited, message, key, routing);
                }
                routing.mayRepeat &= visited.router().mayRepeat() && more.isEmpty();
                String alternate = visited.alternate();
                if (found.size() == before && alternate != null) {
                    ExchangeRecord other = exchanges.get(alternate);
                    if (other != null) {
                        found.add(other);
                    }
                }
            } else if (found.get(i) instanceof QueueRecord queue) {
                routing.queues.add(queue);
            }
        }
    }

    /** As {@link #route}, for what nobody answers for: where a plugin fails, it goes nowhere. */
    public void routeOrDrop(ExchangeRecord exchange, Message message, Routing routing) {
        try {
            route(exchange, message, routing);
        } catch (AmqpException e) {
            routing.queues.clear();
        }
    }

    private void direct(ExchangeRecord exchange, Message message, byte[] key, Routing routing) {
        if (exchange.name().equals(DEFAULT_EXCHANGE)) {
            QueueRecord queue = queues.get(new String(key, StandardCharsets.UTF_8));
            if (queue != null) {
                routing.found.add(queue);
            }
        } else {
            exchange.router().route(message, key, routing.found);
        }
    }

    /**
     * The keys in a message's CC and BCC headers.
     *
     * @throws AmqpException when one of these is not an array of strings
     */
    public static List<byte[]> copies(Message message) {
        if (!message.header().hasHeaders()) {
            return List.of();
        }
        FieldTable headers = message.header().headers();
        if (!headers.has("CC") && !headers.has("BCC")) {
            return List.of();
        }
        List<byte[]> keys = new ArrayList<>();
        for (String header : List.of("CC", "BCC")) {
            Object value = headers.get(header);
            if (!headers.has(header)) {
                continue;
            }
            if (!(value instanceof List<?> list)) {
                throw new AmqpException(
                        ReplyCode.PRECONDITION_FAILED,
                        "invalid message: {unacceptable_type_in_header,\"" + header + "\","
                                + Inequivalence.typeOf(value) + "}");
            }
            for (Object key : list) {
                if (key instanceof LongString text) {
                    keys.add(text.bytes());
                }
            }
        }
        return keys;
    }
}
