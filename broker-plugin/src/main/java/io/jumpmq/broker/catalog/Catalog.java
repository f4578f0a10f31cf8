package io.jumpmq.broker.catalog;

import io.jumpmq.amqp.AmqpException;
import io.jumpmq.amqp.FieldTable;
import io.jumpmq.amqp.ReplyCode;
import io.jumpmq.broker.exchange.Binding;
import io.jumpmq.broker.exchange.Destination;
import io.jumpmq.broker.exchange.ExchangeType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The catalog's state machine. {@link #decide} looks and answers with changes, {@link #apply} makes them; nothing else
 * changes anything, so that a restart, a replica and the live node come to the same state.
 */
public final class Catalog {
    private static final String RESERVED = "amq.";

    private static final List<String> QUEUE_ARGUMENTS = List.of(
            "x-expires",
            "x-message-ttl",
            "x-max-length",
            "x-max-length-bytes",
            "x-max-priority",
            "x-overflow",
            "x-dead-letter-exchange",
            "x-dead-letter-routing-key",
            "x-single-active-consumer",
            "x-queue-type",
            "x-delivery-limit");

    private final Map<String, ExchangeType> types = new HashMap<>();
    private final Map<String, VirtualHost> vhosts = new ConcurrentHashMap<>();
    private final AtomicLong routingVersion = new AtomicLong();
    private final CatalogObserver observer;
    private final Map<Long, Set<QueueRecord>> exclusiveQueues = new HashMap<>();
    private long nextQueueId = 1;

    /** A catalog without virtual hosts. */
    public Catalog(Iterable<ExchangeType> types, CatalogObserver observer) {
        types.forEach(type -> this.types.put(type.name(), type));
        this.observer = observer;
    }

    /** Makes a virtual host with the exchanges that every one has. */
    public void createVhost(String name) {
        vhosts.put(name, new VirtualHost(name));
        declare(name, VirtualHost.DEFAULT_EXCHANGE, "direct", false);
        declare(name, "amq.direct", "direct", false);
        declare(name, "amq.fanout", "fanout", false);
        declare(name, "amq.topic", "topic", false);
        declare(name, "amq.headers", "headers", false);
        declare(name, "amq.match", "headers", false);
        declare(name, "amq.rabbitmq.trace", "topic", true);
    }

    private void declare(String vhost, String name, String type, boolean internal) {
        apply(new Change.ExchangeDeclared(vhost, name, type, true, false, internal, FieldTable.EMPTY));
    }

    /** A virtual host, or null. Any thread. */
    public @Nullable VirtualHost vhost(String name) {
        return vhosts.get(name);
    }

    /** Grows with every change that may alter a route. Any thread. */
    public long routingVersion() {
        return routingVersion.get();
    }

    /**
     * Decides a command: the changes it takes, none when all is as wanted already.
     *
     * @throws AmqpException when it is refused
     */
    public List<Change> decide(Command command) {
        VirtualHost vhost = vhosts.get(command.vhost());
        if (vhost == null) {
            throw new AmqpException(ReplyCode.NOT_FOUND, "no vhost '" + command.vhost() + "'");
        }
        if (command instanceof Command.DeclareExchange declare) {
            return declareExchange(vhost, declare);
        } else if (command instanceof Command.DeleteExchange delete) {
            return deleteExchange(vhost, delete);
        } else if (command instanceof Command.DeclareQueue declare) {
            return declareQueue(vhost, declare);
        } else if (command instanceof Command.DeleteQueue delete) {
            QueueRecord queue = vhost.queue(delete.name());
            return queue == null || queue.id() != delete.id() ? List.of() : new Removal().queue(queue).changes;
        } else if (command instanceof Command.Bind bind) {
            return bind(vhost, bind);
        } else if (command instanceof Command.Unbind unbind) {
            return unbind(vhost, unbind);
        } else {
            Removal removal = new Removal();
            long connection = ((Command.ReleaseConnection) command).connection();
            exclusiveQueues.getOrDefault(connection, Set.of()).forEach(removal::queue);
            return removal.changes;
        }
    }

    private List<Change> declareExchange(VirtualHost vhost, Command.DeclareExchange declare) {
        ExchangeRecord existing = vhost.exchange(declare.name());
        if (existing != null) {
            Inequivalence.require(declare.type(), existing.type(), "type", existing);
            Inequivalence.require(declare.durable(), existing.durable(), "durable", existing);
            Inequivalence.require(declare.autoDelete(), existing.autoDelete(), "auto_delete", existing);
            Inequivalence.require(declare.internal(), existing.internal(), "internal", existing);
            Inequivalence.require(declare.arguments(), existing.arguments(), List.of("alternate-exchange"), existing);
            return List.of();
        }
        if (declare.name().startsWith(RESERVED)) {
            throw new AmqpException(
                    ReplyCode.ACCESS_REFUSED,
                    "exchange name '" + declare.name() + "' contains reserved prefix 'amq.*'");
        }
        type(declare.type()).create(declare.arguments()); // Refuses what makes no sense.
        return List.of(new Change.ExchangeDeclared(
                vhost.name(),
                declare.name(),
                declare.type(),
                declare.durable(),
                declare.autoDelete(),
                declare.internal(),
                declare.arguments()));
    }

    private ExchangeType type(String name) {
        ExchangeType type = types.get(name);
        if (type == null) {
            throw new AmqpException(ReplyCode.COMMAND_INVALID, "unknown exchange type '" + name + "'");
        }
        return type;
    }

    private List<Change> deleteExchange(VirtualHost vhost, Command.DeleteExchange delete) {
        ExchangeRecord exchange = vhost.exchange(delete.name());
        if (exchange == null) {
            return List.of();
        }
        if (delete.name().startsWith(RESERVED)) {
            throw new AmqpException(
                    ReplyCode.ACCESS_REFUSED, "exchange name '" + delete.name() + "' contains reserved prefix 'amq.*'");
        }
        if (delete.ifUnused() && !exchange.bindings.isEmpty()) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, exchange + " in use");
        }
        return new Removal().exchange(exchange).changes;
    }

    private List<Change> declareQueue(VirtualHost vhost, Command.DeclareQueue declare) {
        QueueRecord existing = vhost.queue(declare.name());
        if (existing != null) {
            existing.requireAccess(declare.connection());
            Inequivalence.require(declare.durable(), existing.durable(), "durable", existing);
            Inequivalence.require(declare.autoDelete(), existing.autoDelete(), "auto_delete", existing);
            Inequivalence.require(declare.exclusive(), existing.owner() != 0, "exclusive", existing);
            Inequivalence.require(declare.arguments(), existing.arguments(), QUEUE_ARGUMENTS, existing);
            return List.of();
        }
        Change.QueueDeclared declared = new Change.QueueDeclared(
                vhost.name(),
                declare.name(),
                nextQueueId,
                declare.durable(),
                declare.autoDelete(),
                declare.exclusive() ? declare.connection() : 0,
                declare.arguments());
        QueueArguments.settings(declared); // Refuses what makes no sense.
        return List.of(declared);
    }

    private List<Change> bind(VirtualHost vhost, Command.Bind bind) {
        Destination destination = destination(vhost, bind.kind(), bind.destination(), bind.connection());
        ExchangeRecord source = vhost.requireExchange(bind.source());
        source.router().validate(bind.key(), bind.arguments());
        return source.bindings.contains(new Binding(destination, bind.key(), bind.arguments()))
                ? List.of()
                : List.of(new Change.BindingAdded(
                        vhost.name(), bind.source(), bind.kind(), bind.destination(), bind.key(), bind.arguments()));
    }

    private List<Change> unbind(VirtualHost vhost, Command.Unbind unbind) {
        Destination destination = destination(vhost, unbind.kind(), unbind.destination(), unbind.connection());
        ExchangeRecord source = vhost.requireExchange(unbind.source());
        Binding binding = new Binding(destination, unbind.key(), unbind.arguments());
        return source.bindings.contains(binding) ? new Removal().binding(source, binding).changes : List.of();
    }

    private static Destination destination(VirtualHost vhost, DestinationKind kind, String name, long connection) {
        return kind == DestinationKind.QUEUE
                ? vhost.requireQueue(name).requireAccess(connection)
                : vhost.requireExchange(name);
    }

    /** What goes when something goes: bindings with their ends, auto-delete exchanges with their last binding. */
    private static final class Removal {
        final List<Change> changes = new ArrayList<>();
        private final Set<SourcedBinding> removed = new HashSet<>();
        private final Map<ExchangeRecord, Integer> removedFrom = new HashMap<>();
        private final Set<ExchangeRecord> deleted = new HashSet<>();

        Removal queue(QueueRecord queue) {
            queue.incoming.forEach(incoming -> binding(incoming.source(), incoming.binding()));
            changes.add(new Change.QueueDeleted(queue.vhost(), queue.name()));
            return this;
        }

        Removal exchange(ExchangeRecord exchange) {
            if (deleted.add(exchange)) {
                exchange.bindings.forEach(binding -> binding(exchange, binding));
                exchange.incoming.forEach(incoming -> binding(incoming.source(), incoming.binding()));
                changes.add(new Change.ExchangeDeleted(exchange.vhost(), exchange.name()));
            }
            return this;
        }

        Removal binding(ExchangeRecord source, Binding binding) {
            if (!removed.add(new SourcedBinding(source, binding))) {
                return this;
            }
            changes.add(new Change.BindingRemoved(
                    source.vhost(),
                    source.name(),
                    binding.destination() instanceof QueueRecord ? DestinationKind.QUEUE : DestinationKind.EXCHANGE,
                    name(binding.destination()),
                    binding.key(),
                    binding.arguments()));
            int gone = removedFrom.merge(source, 1, Integer::sum);
            if (source.autoDelete() && gone == source.bindings.size()) {
                exchange(source);
            }
            return this;
        }
    }

    private static String name(Destination destination) {
        return destination instanceof QueueRecord queue ? queue.name() : ((ExchangeRecord) destination).name();
    }

    /** Makes a change that was decided. */
    public void apply(Change change) {
        if (change instanceof Change.ExchangeDeclared declared) {
            ExchangeRecord exchange =
                    new ExchangeRecord(declared, type(declared.type()).create(declared.arguments()));
            vhost(declared.vhost(), declared).exchanges.put(declared.name(), exchange);
        } else if (change instanceof Change.ExchangeDeleted deleted) {
            vhost(deleted.vhost(), deleted).exchanges.remove(deleted.name());
        } else if (change instanceof Change.QueueDeclared declared) {
            applyQueueDeclared(declared);
        } else if (change instanceof Change.QueueDeleted deleted) {
            applyQueueDeleted(deleted);
        } else if (change instanceof Change.BindingAdded added) {
            VirtualHost vhost = vhost(added.vhost(), added);
            applyBindingAdded(
                    vhost.requireExchange(added.source()),
                    new Binding(destination(vhost, added.kind(), added.destination()), added.key(), added.arguments()));
        } else if (change instanceof Change.BindingRemoved removed) {
            VirtualHost vhost = vhost(removed.vhost(), removed);
            applyBindingRemoved(
                    vhost.requireExchange(removed.source()),
                    new Binding(
                            destination(vhost, removed.kind(), removed.destination()),
                            removed.key(),
                            removed.arguments()));
        }
        routingVersion.incrementAndGet();
    }

    private VirtualHost vhost(String name, Change change) {
        VirtualHost vhost = vhosts.get(name);
        if (vhost == null) {
            throw new IllegalStateException("no vhost '" + name + "' for " + change);
        }
        return vhost;
    }

    private static Destination destination(VirtualHost vhost, DestinationKind kind, String name) {
        return kind == DestinationKind.QUEUE ? vhost.requireQueue(name) : vhost.requireExchange(name);
    }

    private void applyQueueDeclared(Change.QueueDeclared declared) {
        nextQueueId = Math.max(nextQueueId, declared.id() + 1);
        QueueRecord queue = new QueueRecord(declared);
        queue.attach(observer.queueDeclared(queue));
        vhost(declared.vhost(), declared).queues.put(declared.name(), queue);
        if (declared.owner() != 0) {
            exclusiveQueues
                    .computeIfAbsent(declared.owner(), unused -> new HashSet<>())
                    .add(queue);
        }
    }

    private void applyQueueDeleted(Change.QueueDeleted deleted) {
        QueueRecord queue = vhost(deleted.vhost(), deleted).queues.remove(deleted.name());
        if (queue != null) {
            exclusiveQueues.computeIfPresent(queue.owner(), (unused, queues) -> {
                queues.remove(queue);
                return queues.isEmpty() ? null : queues;
            });
            observer.queueDeleted(queue);
        }
    }

    private static Set<SourcedBinding> incoming(Destination destination) {
        return destination instanceof QueueRecord queue ? queue.incoming : ((ExchangeRecord) destination).incoming;
    }

    /** Where a destination has one binding at most, the new one takes the old one's place, and its buckets. */
    private static void applyBindingAdded(ExchangeRecord source, Binding binding) {
        if (source.router().oneBindingPerDestination()) {
            Binding old = source.current.put(binding.destination(), binding);
            if (old != null) {
                source.bindings.remove(old);
                incoming(old.destination()).remove(new SourcedBinding(source, old));
            }
        }
        source.bindings.add(binding);
        incoming(binding.destination()).add(new SourcedBinding(source, binding));
        source.router().bind(binding);
    }

    private static void applyBindingRemoved(ExchangeRecord source, Binding binding) {
        if (source.bindings.remove(binding)) {
            source.current.remove(binding.destination(), binding);
            incoming(binding.destination()).remove(new SourcedBinding(source, binding));
            source.router().unbind(binding);
        }
    }
}
