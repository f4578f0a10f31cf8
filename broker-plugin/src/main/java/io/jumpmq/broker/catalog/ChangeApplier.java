package io.jumpmq.broker.catalog;

import io.jumpmq.broker.exchange.Binding;
import io.jumpmq.broker.exchange.ConsistentHashExchange.ConsistentHashRouter;
import io.jumpmq.plugin.Destination;
import io.jumpmq.value.FieldTable;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes changes that were decided, each of them; tells whether other routes may be the right ones then. */
final class ChangeApplier implements Change.Visitor<Boolean> {
    private final Catalog catalog;
    private final ExchangeTypes types;
    private final CatalogObserver observer;

    ChangeApplier(Catalog catalog, ExchangeTypes types, CatalogObserver observer) {
        this.catalog = catalog;
        this.types = types;
        this.observer = observer;
    }

    @Override
    public Boolean exchangeDeclared(Change.ExchangeDeclared declared) {
        VirtualHost vhost = vhost(declared.vhost(), declared);
        ExchangeRecord exchange = new ExchangeRecord(declared, types.router(declared));
        exchange.adopt(EffectivePolicy.of(vhost.policies(), declared));
        vhost.exchanges.put(declared.name(), exchange);
        return true;
    }

    @Override
    public Boolean exchangeDeleted(Change.ExchangeDeleted deleted) {
        vhost(deleted.vhost(), deleted).exchanges.remove(deleted.name());
        return true;
    }

    @Override
    public Boolean queueDeclared(Change.QueueDeclared declared) {
        VirtualHost vhost = vhost(declared.vhost(), declared);
        QueueRecord queue = new QueueRecord(declared, EffectivePolicy.of(vhost.policies(), declared));
        queue.attach(observer.queueDeclared(queue));
        vhost.queues.put(declared.name(), queue);
        catalog.declared(queue);
        return true;
    }

    @Override
    public Boolean queueDeleted(Change.QueueDeleted deleted) {
        QueueRecord queue = vhost(deleted.vhost(), deleted).queues.remove(deleted.name());
        if (queue != null) {
            catalog.deleted(queue);
            observer.queueDeleted(queue);
        }
        return true;
    }

    @Override
    public Boolean bindingAdded(Change.BindingAdded added) {
        VirtualHost vhost = vhost(added.vhost(), added);
        add(
                vhost.requireExchange(added.source()),
                new Binding(destination(vhost, added.kind(), added.destination()), added.key(), added.arguments()));
        return true;
    }

    @Override
    public Boolean bindingRemoved(Change.BindingRemoved removed) {
        VirtualHost vhost = vhost(removed.vhost(), removed);
        remove(
                vhost.requireExchange(removed.source()),
                new Binding(
                        destination(vhost, removed.kind(), removed.destination()), removed.key(), removed.arguments()));
        return true;
    }

    @Override
    public Boolean ringRestored(Change.RingRestored restored) {
        VirtualHost vhost = vhost(restored.vhost(), restored);
        ExchangeRecord exchange = vhost.requireExchange(restored.exchange());
        if (exchange.router() instanceof ConsistentHashRouter ring) {
            ring.restore(restored.snapshot(), VirtualHost.written(vhost.names()));
            follow(exchange, ring.bindingKeys());
        } else {
            // Its bindings are made already; what went while it waited for its type is in its state still.
            exchange.router().restore(restored.snapshot(), VirtualHost.written(vhost.pastNames()));
        }
        return true;
    }

    @Override
    public Boolean weightsSet(Change.WeightsSet set) {
        VirtualHost vhost = vhost(set.vhost(), set);
        ConsistentHashRouter ring = Rings.require(vhost, set.exchange());
        ring.setWeights(Rings.wanted(vhost, set.weights()));
        follow(vhost.requireExchange(set.exchange()), ring.bindingKeys());
        return true;
    }

    @Override
    public Boolean ringNoted(Change.RingNoted noted) {
        Rings.note(vhost(noted.vhost(), noted), noted);
        return false;
    }

    @Override
    public Boolean vhostCreated(Change.VhostCreated created) {
        catalog.created(created);
        return true;
    }

    @Override
    public Boolean vhostDeleted(Change.VhostDeleted deleted) {
        catalog.removeVhost(deleted.name());
        observer.vhostDeleted(deleted.name());
        return true;
    }

    @Override
    public Boolean vhostLimitsSet(Change.VhostLimitsSet set) {
        vhost(set.vhost(), set).limit(set.limits());
        return false;
    }

    @Override
    public Boolean policySet(Change.PolicySet set) {
        VirtualHost vhost = vhost(set.vhost(), set);
        vhost.put(set.policy());
        followPolicies(vhost);
        return true;
    }

    @Override
    public Boolean policyDeleted(Change.PolicyDeleted deleted) {
        VirtualHost vhost = vhost(deleted.vhost(), deleted);
        vhost.removePolicy(deleted.name(), deleted.operator());
        followPolicies(vhost);
        return true;
    }

    @Override
    public Boolean globalParameterSet(Change.GlobalParameterSet set) {
        catalog.put(set);
        return false;
    }

    @Override
    public Boolean globalParameterCleared(Change.GlobalParameterCleared cleared) {
        catalog.remove(cleared);
        return false;
    }

    @Override
    public Boolean nodeStarted(Change.NodeStarted started) {
        catalog.started(started.node());
        return false;
    }

    @Override
    public Boolean queueIdsReserved(Change.QueueIdsReserved reserved) {
        catalog.reserveQueueIds(reserved.highest());
        return false;
    }

    @Override
    public Boolean userPut(Change.UserPut put) {
        catalog.access().put(put.name(), put.password(), put.tags());
        return true;
    }

    @Override
    public Boolean userDeleted(Change.UserDeleted deleted) {
        catalog.access().remove(deleted.name());
        observer.userDeleted(deleted.name());
        return true;
    }

    @Override
    public Boolean permissionSet(Change.PermissionSet set) {
        catalog.access().change(set.user(), permissions -> permissions.put(set.vhost(), set.permission()));
        return true;
    }

    @Override
    public Boolean permissionCleared(Change.PermissionCleared cleared) {
        catalog.access().change(cleared.user(), permissions -> permissions.remove(cleared.vhost()));
        return true;
    }

    @Override
    public Boolean topicPermissionSet(Change.TopicPermissionSet set) {
        catalog.access().changeTopics(set.user(), set.vhost(), topics -> topics.put(set.exchange(), set.permission()));
        return true;
    }

    @Override
    public Boolean topicPermissionCleared(Change.TopicPermissionCleared cleared) {
        catalog.access().changeTopics(cleared.user(), cleared.vhost(), topics -> topics.remove(cleared.exchange()));
        return true;
    }

    @Override
    public Boolean userLimitsSet(Change.UserLimitsSet set) {
        catalog.access().limit(set.user(), set.limits());
        return false;
    }

    private VirtualHost vhost(String name, Change change) {
        VirtualHost vhost = catalog.vhost(name);
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

    private static Set<SourcedBinding> incoming(Destination destination) {
        return destination instanceof QueueRecord queue ? queue.incoming : ((ExchangeRecord) destination).incoming;
    }

    /** Where a destination has one binding at most, the new one takes the old one's place, and its buckets. */
    private static void add(ExchangeRecord source, Binding binding) {
        source.router().bind(binding);
        Binding old = source.current.get(binding.destination());
        if (old != null) {
            forget(source, old);
        }
        note(source, binding);
    }

    /** The router has its state already; the bindings follow. */
    private static void follow(ExchangeRecord exchange, Map<Destination, String> keys) {
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

    private static void remove(ExchangeRecord source, Binding binding) {
        if (source.bindings.contains(binding)) {
            forget(source, binding);
            source.router().unbind(binding);
        }
    }
}
