package io.jumpmq.broker.catalog;

import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What comes of each command, by the state of the catalog alone: no clock, no chance, no order but one that every node has. So
 * all nodes that have applied the same changes decide alike. Changes nothing.
 */
final class Decisions implements Command.Visitor<List<Change>> {
    private final Catalog catalog;
    private final Topology topology;

    Decisions(Catalog catalog, ExchangeTypes types) {
        this.catalog = catalog;
        this.topology = new Topology(types);
    }

    private VirtualHost vhost(Command.InVirtualHost command) {
        return catalog.requireVhost(command.vhost());
    }

    // What is in virtual hosts.

    @Override
    public List<Change> declareExchange(Command.DeclareExchange command) {
        requireAlive(command.connection());
        return topology.declareExchange(vhost(command), command);
    }

    @Override
    public List<Change> deleteExchange(Command.DeleteExchange command) {
        return topology.deleteExchange(vhost(command), command);
    }

    @Override
    public List<Change> declareQueue(Command.DeclareQueue command) {
        requireAlive(command.connection());
        return topology.declareQueue(vhost(command), command, catalog.highestQueueId() + 1);
    }

    @Override
    public List<Change> deleteQueue(Command.DeleteQueue command) {
        return topology.deleteQueue(vhost(command), command);
    }

    @Override
    public List<Change> bind(Command.Bind command) {
        return topology.bind(vhost(command), command);
    }

    @Override
    public List<Change> unbind(Command.Unbind command) {
        return topology.unbind(vhost(command), command);
    }

    @Override
    public List<Change> setWeights(Command.SetWeights command) {
        return Rings.setWeights(vhost(command), command);
    }

    @Override
    public List<Change> restoreRing(Command.RestoreRing command) {
        return Rings.restore(vhost(command), command);
    }

    @Override
    public List<Change> setPolicy(Command.SetPolicy command) {
        Policy policy = command.policy();
        Policy existing = vhost(command).policy(policy.name(), policy.operator());
        return policy.equals(existing) ? List.of() : List.of(new Change.PolicySet(command.vhost(), policy));
    }

    @Override
    public List<Change> deletePolicy(Command.DeletePolicy command) {
        if (vhost(command).policy(command.name(), command.operator()) == null) {
            throw new AmqpException(
                    ReplyCode.NOT_FOUND, "no policy '" + command.name() + "' in vhost '" + command.vhost() + "'");
        }
        return List.of(new Change.PolicyDeleted(command.vhost(), command.name(), command.operator()));
    }

    // Nodes and connections.

    /** What a node asked for in an earlier incarnation may come late: nobody would ever take it away again. */
    private void requireAlive(ConnectionId connection) {
        Incarnation alive = catalog.incarnation(connection.node().node());
        if (alive != null && connection.node().endedBefore(alive)) {
            throw new AmqpException(
                    ReplyCode.NOT_ALLOWED, "connection " + connection + " has ended: its node lives as " + alive);
        }
    }

    @Override
    public List<Change> releaseConnection(Command.ReleaseConnection command) {
        Removal removal = new Removal();
        catalog.exclusiveTo(command.connection()).forEach(removal::queue);
        return removal.changes();
    }

    @Override
    public List<Change> releaseNode(Command.ReleaseNode command) {
        Incarnation now = command.node();
        Incarnation known = catalog.incarnation(now.node());
        if (known != null && !known.endedBefore(now)) {
            return List.of();
        }
        Removal removal = new Removal();
        for (VirtualHost vhost : catalog.inOrder()) {
            vhost.queuesInOrder().stream()
                    .filter(queue -> !queue.isRecoverable() && queue.home().endedBefore(now))
                    .forEach(removal::queue);
            vhost.exchangesInOrder().stream().filter(endsWith(now)).forEach(removal::exchange);
        }
        List<Change> changes = removal.changes();
        changes.add(new Change.NodeStarted(now));
        return changes;
    }

    private static Predicate<ExchangeRecord> endsWith(Incarnation now) {
        return exchange -> !exchange.durable() && exchange.home().endedBefore(now);
    }

    // Virtual hosts.

    @Override
    public List<Change> setVhostLimits(Command.SetVhostLimits command) {
        return command.limits().equals(vhost(command).limits())
                ? List.of()
                : List.of(new Change.VhostLimitsSet(command.vhost(), command.limits()));
    }

    @Override
    public List<Change> createVhost(Command.CreateVhost create) {
        String name = create.name();
        if (name.isEmpty()) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "a virtual host needs a name");
        }
        Topology.requireShort("virtual host name", name);
        VirtualHost existing = catalog.vhost(name);
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
        return new Change.ExchangeDeclared(
                vhost, name, type, true, false, internal, FieldTable.EMPTY, Incarnation.UNKNOWN);
    }

    @Override
    public List<Change> deleteVhost(Command.DeleteVhost delete) {
        VirtualHost vhost = catalog.requireVhost(delete.name());
        List<Change> changes = new ArrayList<>(Topology.empty(vhost));
        changes.addAll(catalog.access().forgetVhost(delete.name()));
        changes.add(new Change.VhostDeleted(delete.name()));
        return changes;
    }

    // Users, and what is kept for everybody.

    @Override
    public List<Change> putUser(Command.PutUser command) {
        return catalog.access().put(command);
    }

    @Override
    public List<Change> deleteUser(Command.DeleteUser command) {
        return catalog.access().delete(command);
    }

    @Override
    public List<Change> setUserLimits(Command.SetUserLimits command) {
        return catalog.access().limit(command);
    }

    @Override
    public List<Change> setPermission(Command.SetPermission command) {
        vhost(command);
        return catalog.access().permit(command);
    }

    @Override
    public List<Change> clearPermission(Command.ClearPermission command) {
        vhost(command);
        return catalog.access().forbid(command);
    }

    @Override
    public List<Change> setTopicPermission(Command.SetTopicPermission command) {
        vhost(command);
        return catalog.access().permitTopic(command);
    }

    @Override
    public List<Change> clearTopicPermissions(Command.ClearTopicPermissions command) {
        vhost(command);
        return catalog.access().clearTopics(command);
    }

    @Override
    public List<Change> setGlobalParameter(Command.SetGlobalParameter command) {
        return command.value().equals(catalog.globalParameters().get(command.name()))
                ? List.of()
                : List.of(new Change.GlobalParameterSet(command.name(), command.value()));
    }

    @Override
    public List<Change> clearGlobalParameter(Command.ClearGlobalParameter command) {
        return catalog.globalParameters().containsKey(command.name())
                ? List.of(new Change.GlobalParameterCleared(command.name()))
                : List.of();
    }
}
