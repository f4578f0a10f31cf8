package io.jumpmq.broker.catalog;

import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.value.FieldTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A catalog with one virtual host, {@code /}, and what its observer was told. */
final class CatalogUnderTest implements CatalogObserver {
    static final String V = "/";
    static final ConnectionId CONNECTION = TestIds.CLIENT;

    final List<String> told = new ArrayList<>();
    final Catalog catalog = new Catalog(ServiceLoader.load(ExchangeType.class), this);

    CatalogUnderTest() {
        run(new Command.CreateVhost(V, "", Set.of()));
    }

    List<Change> run(Command command) {
        List<Change> changes = catalog.decide(command);
        changes.forEach(catalog::apply);
        return changes;
    }

    QueueRecord queue(String name, Map<String, ?> arguments) {
        run(new Command.DeclareQueue(V, name, true, false, false, FieldTable.of(arguments), CONNECTION));
        return vhost().requireQueue(name);
    }

    VirtualHost vhost() {
        return Objects.requireNonNull(catalog.vhost(V));
    }

    @Override
    public @Nullable QueuePort queueDeclared(QueueRecord queue) {
        return null;
    }

    @Override
    public void queueDeleted(QueueRecord queue) {
        told.add("deleted " + queue.name());
    }

    @Override
    public void queueSettingsChanged(QueueRecord queue) {
        told.add("changed " + queue.name());
    }

    @Override
    public void vhostDeleted(String vhost) {
        told.add("vhost gone " + vhost);
    }

    @Override
    public void userDeleted(String user) {
        told.add("user gone " + user);
    }
}
