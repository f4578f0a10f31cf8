package io.jumpmq.broker.catalog;

import io.jumpmq.broker.exchange.Binding;
import io.jumpmq.broker.exchange.ConsistentHashExchange.ConsistentHashRouter;
import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.security.User;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private final Topology topology;
    private final Access access = new Access();
    private final Map<String, VirtualHost> vhosts = new ConcurrentHashMap<>();
    private final AtomicLong routingVersion = new AtomicLong();
    private final Map<String, String> globalParameters = new ConcurrentHashMap<>();
    private final CatalogObserver observer;
    private final Map<Long, Set<QueueRecord>> exclusiveQueues = new HashMap<>();
    private long nextQueueId = 1;

    /** A catalog without virtual hosts. */
    public Catalog(Iterable<ExchangeType> types, CatalogObserver observer) {
        this.types = new ExchangeTypes(types);
        this.topology = new Topology(this.types);
        this.observer = observer;
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
        List<Change> changes = changesFor(command);
        changes.forEach(Recordable::require);
        return changes;
    }

    private List<Change> changesFor(Command command) {
        if (command instanceof Command.InVirtualHost inside) {
            return decideInside(requireVhost(inside.vhost()), inside);
        } else if (command instanceof Command.ReleaseConnection release) {
            Removal removal = new Removal();
            exclusiveQueues.getOrDefault(release.connection(), Set.of()).forEach(removal::queue);
            return removal.changes();
        } else if (command instanceof Command.DropTransient) {
            Removal removal = new Removal();
            for (VirtualHost vhost : vhosts.values()) {
                vhost.queues.values().stream()
                        .filter(queue -> !queue.survives())
                        .forEach(removal::queue);
                vhost.exchanges.values().stream()
                        .filter(exchange -> !exchange.durable())
                        .forEach(removal::exchange);
            }
            return removal.changes();
        } else if (command instanceof Command.CreateVhost create) {
            return createVhost(create);
        } else if (command instanceof Command.DeleteVhost delete) {
            return deleteVhost(delete);
        } else if (command instanceof Command.PutUser put) {
            return access.put(put);
        } else if (command instanceof Command.SetUserLimits set) {
            return access.limit(set);
        } else if (command instanceof Command.SetGlobalParameter set) {
            return set.value().equals(globalParameters.get(set.name()))
                    ? List.of()
                    : List.of(new Change.GlobalParameterSet(set.name(), set.value()));
        } else if (command instanceof Command.ClearGlobalParameter clear) {
            return globalParameters.containsKey(clear.name())
                    ? List.of(new Change.GlobalParameterCleared(clear.name()))
                    : List.of();
        }
        return access.delete((Command.DeleteUser) command);
    }

    private List<Change> decideInside(VirtualHost vhost, Command.InVirtualHost command) {
        if (command instanceof Command.DeclareExchange declare) {
            return topology.declareExchange(vhost, declare);
        } else if (command instanceof Command.DeleteExchange delete) {
            return topology.deleteExchange(vhost, delete);
        } else if (command instanceof Command.DeclareQueue declare) {
            return topology.declareQueue(vhost, declare, nextQueueId);
        } else if (command instanceof Command.DeleteQueue delete) {
            return topology.deleteQueue(vhost, delete);
        } else if (command instanceof Command.Bind bind) {
            return topology.bind(vhost, bind);
        } else if (command instanceof Command.Unbind unbind) {
            return topology.unbind(vhost, unbind);
        } else if (command instanceof Command.SetVhostLimits set) {
            return set.limits().equals(vhost.limits())
                    ? List.of()
                    : List.of(new Change.VhostLimitsSet(vhost.name(), set.limits()));
        } else if (command instanceof Command.SetPermission set) {
            return access.permit(set);
        } else if (command instanceof Command.ClearPermission clear) {
            return access.forbid(clear);
        } else if (command instanceof Command.SetTopicPermission set) {
            return access.permitTopic(set);
        } else if (command instanceof Command.ClearTopicPermissions clear) {
            return access.clearTopics(clear);
        } else if (command instanceof Command.SetWeights set) {
            return Rings.setWeights(vhost, set);
        } else if (command instanceof Command.RestoreRing restore) {
            return Rings.restore(vhost, restore);
        } else if (command instanceof Command.SetPolicy set) {
            Policy existing = vhost.policy(set.policy().name(), set.policy().operator());
            return set.policy().equals(existing)
                    ? List.of()
                    : List.of(new Change.PolicySet(vhost.name(), set.policy()));
        }
        Command.DeletePolicy delete = (Command.DeletePolicy) command;
        if (vhost.policy(delete.name(), delete.operator()) == null) {
            throw new AmqpException(
                    ReplyCode.NOT_FOUND, "no policy '" + delete.name() + "' in vhost '" + vhost.name() + "'");
        }
        return List.of(new Change.PolicyDeleted(vhost.name(), delete.name(), delete.operator()));
    }

    private VirtualHost requireVhost(String name) {
        VirtualHost vhost = vhosts.get(name);
        if (vhost == null) {
            throw new AmqpException(ReplyCode.NOT_FOUND, "no vhost '" + name + "'");
        }
        return vhost;
    }

    private List<Change> createVhost(Command.CreateVhost create) {
        String name = create.name();
        if (name.isEmpty()) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "a virtual host needs a name");
        }
        Topology.requireShort("virtual host name", name);
        VirtualHost existing = vhosts.get(name);
        Change.VhostCreated created =
                new Change.VhostCreated(name, create.description(), create.tags(), create.defaultQueueType());
        if (existing != null) {
            return existing.created().equals(created) ? List.of() : List.of(created);
        }
        return List.of(
                created,
                predeclared(name, VirtualHost.DEFAULT_EXCHANGE, "direct", false),
                predeclared(name, "amq.direct", "direct", false),
                predeclared(name, "amq.fanout", "fanout", false),
                predeclared(name, "amq.topic", "topic", false),
                predeclared(name, "amq.headers", "headers", false),
                predeclared(name, "amq.match", "headers", false),
                predeclared(name, "amq.rabbitmq.trace", "topic", true));
    }

    private static Change predeclared(String vhost, String name, String type, boolean internal) {
        return new Change.ExchangeDeclared(vhost, name, type, true, false, internal, FieldTable.EMPTY);
    }

    private List<Change> deleteVhost(Command.DeleteVhost delete) {
        VirtualHost vhost = requireVhost(delete.name());
        List<Change> changes = new ArrayList<>(Topology.empty(vhost));
        changes.addAll(access.forgetVhost(delete.name()));
        changes.add(new Change.VhostDeleted(delete.name()));
        return changes;
    }

    /** All bindings of a virtual host, each as the change that would make it. On the catalog's loop. */
    public List<Change.BindingAdded> bindings(VirtualHost vhost) {
        List<Change.BindingAdded> all = new ArrayList<>();
        vhost.exchanges
                .values()
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
        globalParameters.forEach((name, value) -> all.add(new Change.GlobalParameterSet(name, value)));
        for (VirtualHost vhost : vhosts.values()) {
            all.add(vhost.created());
            all.add(new Change.VhostLimitsSet(vhost.name(), vhost.limits()));
            vhost.policies().forEach(policy -> all.add(new Change.PolicySet(vhost.name(), policy)));
            vhost.exchanges.values().forEach(exchange -> all.add(exchange.declared()));
            vhost.queues.values().forEach(queue -> all.add(queue.declared()));
            for (ExchangeRecord exchange : vhost.exchanges.values()) {
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
        return Rings.histories(vhosts.values());
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
            make(change);
        } catch (RuntimeException e) {
            throw new InapplicableException(change, e);
        }
        routingVersion.incrementAndGet();
    }

    private void make(Change change) {
        if (change instanceof Change.ExchangeDeclared declared) {
            VirtualHost vhost = vhost(declared.vhost(), declared);
            ExchangeRecord exchange = new ExchangeRecord(declared, types.router(declared));
            exchange.adopt(EffectivePolicy.of(vhost.policies(), declared));
            vhost.exchanges.put(declared.name(), exchange);
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
        } else if (change instanceof Change.VhostCreated created) {
            vhosts.computeIfAbsent(created.name(), VirtualHost::new).describe(created);
        } else if (change instanceof Change.VhostDeleted deleted) {
            vhosts.remove(deleted.name());
            observer.vhostDeleted(deleted.name());
        } else if (change instanceof Change.VhostLimitsSet set) {
            vhost(set.vhost(), set).limit(set.limits());
        } else if (change instanceof Change.RingRestored restored) {
            applyRing(vhost(restored.vhost(), restored), restored);
        } else if (change instanceof Change.RingNoted noted) {
            Rings.note(vhost(noted.vhost(), noted), noted);
        } else if (change instanceof Change.PolicySet set) {
            VirtualHost vhost = vhost(set.vhost(), set);
            vhost.put(set.policy());
            followPolicies(vhost);
        } else if (change instanceof Change.PolicyDeleted deleted) {
            VirtualHost vhost = vhost(deleted.vhost(), deleted);
            vhost.removePolicy(deleted.name(), deleted.operator());
            followPolicies(vhost);
        } else if (change instanceof Change.GlobalParameterSet set) {
            globalParameters.put(set.name(), set.value());
        } else if (change instanceof Change.GlobalParameterCleared cleared) {
            globalParameters.remove(cleared.name());
        } else {
            access.apply(change);
            if (change instanceof Change.UserDeleted deleted) {
                observer.userDeleted(deleted.name());
            }
        }
    }

    /** Whether a change is to outlive the process; to be asked just before it is applied. */
    public boolean survives(Change change) {
        if (change instanceof Change.RingNoted) {
            return false; // Nobody waits for a note alone.
        }
        if (change instanceof Change.ExchangeDeclared declared) {
            return declared.durable();
        } else if (change instanceof Change.ExchangeDeleted deleted) {
            return vhost(deleted.vhost(), deleted)
                    .requireExchange(deleted.name())
                    .durable();
        } else if (change instanceof Change.QueueDeclared declared) {
            return declared.durable() && declared.owner() == 0;
        } else if (change instanceof Change.QueueDeleted deleted) {
            return vhost(deleted.vhost(), deleted).requireQueue(deleted.name()).survives();
        } else if (change instanceof Change.BindingAdded added) {
            VirtualHost vhost = vhost(added.vhost(), added);
            return bindingSurvives(vhost, added.source(), added.kind(), added.destination());
        } else if (change instanceof Change.BindingRemoved removed) {
            VirtualHost vhost = vhost(removed.vhost(), removed);
            return bindingSurvives(vhost, removed.source(), removed.kind(), removed.destination());
        }
        return true;
    }

    private static boolean bindingSurvives(VirtualHost vhost, String source, DestinationKind kind, String destination) {
        return vhost.requireExchange(source).durable()
                && (kind == DestinationKind.QUEUE
                        ? vhost.requireQueue(destination).survives()
                        : vhost.requireExchange(destination).durable());
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

    /** Another policy counts now, perhaps. */
    private void followPolicies(VirtualHost vhost) {
        for (ExchangeRecord exchange : vhost.exchanges.values()) {
            exchange.adopt(EffectivePolicy.of(vhost.policies(), exchange.declared()));
        }
        for (QueueRecord queue : vhost.queues.values()) {
            if (queue.adopt(EffectivePolicy.of(vhost.policies(), queue.declared()))) {
                observer.queueSettingsChanged(queue);
            }
        }
    }

    private void applyQueueDeclared(Change.QueueDeclared declared) {
        nextQueueId = Math.max(nextQueueId, declared.id() + 1);
        VirtualHost vhost = vhost(declared.vhost(), declared);
        QueueRecord queue = new QueueRecord(declared, EffectivePolicy.of(vhost.policies(), declared));
        queue.attach(observer.queueDeclared(queue));
        vhost.queues.put(declared.name(), queue);
        if (declared.owner() != 0) {
            exclusiveQueues
                    .computeIfAbsent(declared.owner(), unused -> new LinkedHashSet<>())
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
        source.router().bind(binding);
        Binding old = source.current.get(binding.destination());
        if (old != null) {
            forget(source, old);
        }
        note(source, binding);
    }

    /** The router has its state already; the bindings follow. */
    private static void applyRing(VirtualHost vhost, Change.RingRestored restored) {
        ExchangeRecord exchange = vhost.requireExchange(restored.exchange());
        if (exchange.router() instanceof ConsistentHashRouter ring) {
            ring.restore(restored.snapshot(), VirtualHost.written(vhost.names()));
            followRing(exchange, ring.bindingKeys());
        } else {
            // Its bindings are made already; what went while it waited for its type is in its state still.
            exchange.router().restore(restored.snapshot(), VirtualHost.written(vhost.pastNames()));
        }
    }

    private static void followRing(ExchangeRecord exchange, Map<Destination, String> keys) {
        for (Binding binding : List.copyOf(exchange.bindings)) {
            String key = keys.get(binding.destination());
            if (key == null || !key.equals(new BigInteger(binding.key()).toString())) {
                forget(exchange, binding);
                if (key != null) {
                    note(exchange, new Binding(binding.destination(), key, binding.table()));
                }
            }
        }
        keys.forEach((destination, key) -> {
            if (!exchange.current.containsKey(destination)) {
                note(exchange, new Binding(destination, key, FieldTable.EMPTY));
            }
        });
    }

    private static void note(ExchangeRecord source, Binding binding) {
        source.bindings.add(binding);
        if (source.hasOneBindingPerDestination()) {
            source.current.put(binding.destination(), binding);
        }
        incoming(binding.destination()).add(new SourcedBinding(source, binding));
    }

    private static void forget(ExchangeRecord source, Binding binding) {
        source.bindings.remove(binding);
        source.current.remove(binding.destination(), binding);
        incoming(binding.destination()).remove(new SourcedBinding(source, binding));
    }

    private static void applyBindingRemoved(ExchangeRecord source, Binding binding) {
        if (source.bindings.contains(binding)) {
            forget(source, binding);
            source.router().unbind(binding);
        }
    }
}
