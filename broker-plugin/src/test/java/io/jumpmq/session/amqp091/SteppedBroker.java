package io.jumpmq.session.amqp091;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.QueuePlacement;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.security.Authenticator;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.simulation.NodeStorage;
import io.jumpmq.simulation.SimulatedNode;
import io.jumpmq.simulation.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A node that keeps nothing, and its clients on one of its two loops: what was asked for first happens first. Clients are
 * ticked each second.
 */
final class SteppedBroker {
    static final String VHOST = SimulatedNode.VHOST;
    private static final long TICK_MILLIS = 1_000;
    private static final long CONNECTION_BYTES = 1L << 30;

    private final List<SteppedClient> clients = new ArrayList<>();
    private final Simulation simulation;
    private final SimulatedNode node;
    private long connections;

    /** A broker with the virtual host "/" and the user guest. */
    SteppedBroker() {
        this(Long.MAX_VALUE, CONNECTION_BYTES);
    }

    /** One whose messages may take so much memory, and its connections. */
    SteppedBroker(long memoryBytes, long connectionBytes) {
        this(alone(), new SimulatedNode.Shape(2, memoryBytes, connectionBytes), new NodeStorage.Volatile());
    }

    /** One that is not alone, and whose queues may run elsewhere. */
    SteppedBroker(Simulation simulation, QueuePlacement placement) {
        this(
                simulation,
                new SimulatedNode.Shape(2, Long.MAX_VALUE, CONNECTION_BYTES, unused -> placement),
                new NodeStorage.Volatile());
    }

    /** One whose catalog has another log. */
    SteppedBroker(CatalogLog catalogLog) {
        this(
                alone(),
                new SimulatedNode.Shape(2, Long.MAX_VALUE, CONNECTION_BYTES),
                new NodeStorage.Volatile(catalogLog));
    }

    private SteppedBroker(Simulation simulation, SimulatedNode.Shape shape, NodeStorage storage) {
        this.simulation = simulation;
        try {
            node = new SimulatedNode(simulation, storage, shape);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Simulation alone() {
        return Simulation.inOrder(1_700_000_000_000L);
    }

    SteppedClient connect(ConnectionSettings settings) {
        SteppedClient client = new SteppedClient(this, ++connections, settings);
        clients.add(client);
        return client;
    }

    Broker broker() {
        return node.broker();
    }

    VirtualHost vhost() {
        return node.vhost();
    }

    Authenticator authenticator() {
        return node.authenticator();
    }

    /** The loop of all connections; queues are on it and on another. */
    Loop loop() {
        return node.loops().get(1);
    }

    void execute(Runnable task) {
        node.execute(loop(), task);
    }

    void forget(SteppedClient client) {
        clients.remove(client);
    }

    /** Lets everything happen that can happen now. */
    void settle() {
        node.settle();
    }

    /** Lets time pass, with a tick for every connection each second. */
    void advance(long millis) {
        long end = nowMillis() + millis;
        while (nowMillis() < end) {
            node.advance(Math.min(end - nowMillis(), TICK_MILLIS));
            List.copyOf(clients).forEach(SteppedClient::tick);
            settle();
        }
    }

    /** Time passes and nobody does anything, as when the whole process stands still. */
    void standStill(long millis) {
        simulation.standStill(millis);
    }

    /** What no protocol error explains: defects. */
    List<Throwable> failures() {
        return node.failures();
    }

    long backlog() {
        return node.loops().stream().mapToLong(Loop::backlog).sum();
    }

    long nowMillis() {
        return simulation.nowMillis();
    }
}
