package io.jumpmq.broker.catalog;

import io.jumpmq.broker.exchange.Binding;
import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.broker.node.NodeId;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.security.User;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The catalog's state machine. {@link #decide} looks and answers with changes, {@link #apply} makes them; nothing else
 * changes anything, so that a restart, a replica and the live node come to the same state. One loop calls both; any thread
 * may read.
 */
public final class Catalog {
    private final ExchangeTypes types;
    private final Decisions decisions;
    private final ChangeApplier applier;
    private final Access access = new Access();
    private final Map<String, VirtualHost> vhosts = new ConcurrentHashMap<>();
    private final AtomicLong routingVersion = new AtomicLong();
    private final Map<String, String> globalParameters = new ConcurrentHashMap<>();
    private final Map<NodeId, Incarnation> nodes = new TreeMap<>(Comparator.comparing(NodeId::value));
    private final Map<ConnectionId, Set<QueueRecord>> exclusiveQueues = new HashMap<>();
    private long nextQueueId = 1;

    /** A catalog without virtual hosts. */
    public Catalog(Iterable<ExchangeType> types, CatalogObserver observer) {
        this.types = new ExchangeTypes(types);
        this.decisions = new Decisions(this, this.types);
        this.applier = new ChangeApplier(this, this.types, observer);
    }

    /** A virtual host, or null. */
    public @Nullable VirtualHost vhost(String name) {
        return vhosts.get(name);
    }

    public Collection<VirtualHost> vhosts() {
        return vhosts.values();
    }

    /** The types that an exchange can be declared with, by name. */
    public Collection<ExchangeType> exchangeTypes() {
        return types.all();
    }

    /** A user as it is now, or null. */
    public @Nullable User user(String name) {
        return access.user(name);
    }

    public Collection<User> users() {
        return access.users();
    }

    /** What somebody wants to be kept, as JSON by name. */
    public Map<String, String> globalParameters() {
        return Collections.unmodifiableMap(globalParameters);
    }

    /** Grows with every change that may alter a route, or who may take it. */
    public long routingVersion() {
        return routingVersion.get();
    }

    /**
     * Decides a command: the changes it takes, none when all is as wanted already. Whatever {@link #apply}, or the log, could
     * refuse is refused here.
     *
     * @throws AmqpException when it is refused
     */
    public List<Change> decide(Command command) {
        List<Change> changes = command.accept(decisions);
        changes.forEach(ChangeCodec::require);
        return changes;
    }

    VirtualHost requireVhost(String name) {
        VirtualHost vhost = vhosts.get(name);
        if (vhost == null) {
            throw new AmqpException(ReplyCode.NOT_FOUND, "no vhost '" + name + "'");
        }
        return vhost;
    }

    Access access() {
        return access;
    }

    /** All virtual hosts, in the order of their names: the same on every node. */
    List<VirtualHost> inOrder() {
        return vhosts.values().stream()
                .sorted(Comparator.comparing(VirtualHost::name))
                .toList();
    }

    /** The life of a node that is the last one to have begun; null for a node of which nobody has heard. */
    @Nullable Incarnation incarnation(NodeId node) {
        return nodes.get(node);
    }

    /** The queues that only this connection may use, in the order of their ids. */
    List<QueueRecord> exclusiveTo(ConnectionId connection) {
        return exclusiveQueues.getOrDefault(connection, Set.of()).stream()
                .sorted(Comparator.comparingLong(QueueRecord::id))
                .toList();
    }

    // For what is applied.

    void created(Change.VhostCreated created) {
        vhosts.computeIfAbsent(created.name(), VirtualHost::new).describe(created);
    }

    void removeVhost(String name) {
        vhosts.remove(name);
    }

    void put(Change.GlobalParameterSet set) {
        globalParameters.put(set.name(), set.value());
    }

    void remove(Change.GlobalParameterCleared cleared) {
        globalParameters.remove(cleared.name());
    }

    void started(Incarnation node) {
        nodes.put(node.node(), node);
    }

    void declared(QueueRecord queue) {
        reserveQueueIds(queue.id());
        ConnectionId owner = queue.owner();
        if (owner != null) {
            exclusiveQueues.computeIfAbsent(owner, unused -> new HashSet<>()).add(queue);
        }
    }

    void deleted(QueueRecord queue) {
        ConnectionId owner = queue.owner();
        if (owner != null) {
            exclusiveQueues.computeIfPresent(owner, (unused, queues) -> {
                queues.remove(queue);
                return queues.isEmpty() ? null : queues;
            });
        }
    }

    /** All bindings of a virtual host, each as the change that would make it. On the catalog's loop. */
    public List<Change.BindingAdded> bindings(VirtualHost vhost) {
        List<Change.BindingAdded> all = new ArrayList<>();
        vhost.exchangesInOrder()
                .forEach(exchange -> exchange.bindings.forEach(binding -> all.add(added(exchange, binding))));
        return all;
    }

    private static Change.BindingAdded added(ExchangeRecord exchange, Binding binding) {
        return new Change.BindingAdded(
                exchange.vhost(),
                exchange.name(),
                DestinationKind.of(binding.destination()),
                binding.destination().name(),
                binding.key(),
                binding.table());
    }

    /** The changes that lead to the present state: applied to an empty catalog, in their order, they make it again. */
    public List<Change> snapshot() {
        List<Change> all = new ArrayList<>(access.snapshot());
        all.add(new Change.QueueIdsReserved(highestQueueId()));
        nodes.values().forEach(incarnation -> all.add(new Change.NodeStarted(incarnation)));
        new TreeMap<>(globalParameters).forEach((name, value) -> all.add(new Change.GlobalParameterSet(name, value)));
        for (VirtualHost vhost : inOrder()) {
            all.add(vhost.created());
            all.add(new Change.VhostLimitsSet(vhost.name(), vhost.limits()));
            vhost.policies().forEach(policy -> all.add(new Change.PolicySet(vhost.name(), policy)));
            vhost.exchangesInOrder().forEach(exchange -> all.add(exchange.declared()));
            vhost.queuesInOrder().forEach(queue -> all.add(queue.declared()));
            for (ExchangeRecord exchange : vhost.exchangesInOrder()) {
                exchange.bindings.forEach(binding -> all.add(added(exchange, binding)));
                byte[] state = exchange.router().snapshot(VirtualHost.written(vhost.names()));
                if (state != null) {
                    all.add(new Change.RingRestored(vhost.name(), exchange.name(), state));
                }
            }
        }
        return all;
    }

    /**
     * The histories of all rings, to be applied after {@link #snapshot}: of each its newest changes, as many as there is room
     * for.
     */
    public List<Change> ringHistories() {
        return Rings.histories(inOrder());
    }

    /** Never gives a queue an id up to this one: something of an older queue may still be around. */
    public void reserveQueueIds(long highest) {
        nextQueueId = Math.max(nextQueueId, highest + 1);
    }

    /** The highest id that a queue was given, or may not be given any more. */
    public long highestQueueId() {
        return nextQueueId - 1;
    }

    /**
     * Makes a change that was decided.
     *
     * @throws InapplicableException when it does not fit the catalog, which no decision of this catalog's does; a part of it
     *     may have been made then
     */
    public void apply(Change change) {
        try {
            if (change.accept(applier)) {
                routingVersion.incrementAndGet();
            }
        } catch (RuntimeException e) {
            throw new InapplicableException(change, e);
        }
    }

    /** Whether a change is to be durable; to be asked just before it is applied. */
    public boolean isDurable(Change change) {
        if (change instanceof Change.RingNoted) {
            return false; // Nobody waits for a note alone.
        }
        if (change instanceof Change.ExchangeDeclared declared) {
            return declared.durable();
        } else if (change instanceof Change.ExchangeDeleted deleted) {
            return requireVhost(deleted.vhost()).requireExchange(deleted.name()).durable();
        } else if (change instanceof Change.QueueDeclared declared) {
            return declared.isRecoverable();
        } else if (change instanceof Change.QueueDeleted deleted) {
            return requireVhost(deleted.vhost()).requireQueue(deleted.name()).isRecoverable();
        } else if (change instanceof Change.BindingAdded added) {
            VirtualHost vhost = requireVhost(added.vhost());
            return isBindingDurable(vhost, added.source(), added.kind(), added.destination());
        } else if (change instanceof Change.BindingRemoved removed) {
            VirtualHost vhost = requireVhost(removed.vhost());
            return isBindingDurable(vhost, removed.source(), removed.kind(), removed.destination());
        }
        return true;
    }

    private static boolean isBindingDurable(
            VirtualHost vhost, String source, DestinationKind kind, String destination) {
        return vhost.requireExchange(source).durable()
                && (kind == DestinationKind.QUEUE
                        ? vhost.requireQueue(destination).isRecoverable()
                        : vhost.requireExchange(destination).durable());
    }
}
