package io.jumpmq.store;

import io.jumpmq.broker.queue.LogListener.Stored;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.simulation.NodeStorage;
import io.jumpmq.simulation.Simulation;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/** What one node has its data directory on. */
public final class SimulatedDisks {
    private final SimulatedDisk catalog;
    private final SimulatedDisk messages;

    private SimulatedDisks(SimulatedDisk catalog, SimulatedDisk messages) {
        this.catalog = catalog;
        this.messages = messages;
    }

    /** Empty ones. */
    public static SimulatedDisks empty() {
        return new SimulatedDisks(new SimulatedDisk(), new SimulatedDisk());
    }

    /** Opens a store on them. */
    public NodeStorage open(Simulation simulation) throws IOException {
        return new SimulatedStore(simulation, catalog, messages);
    }

    /** What is there after the process was killed, or the power went. */
    public SimulatedDisks crash(SplittableRandom random) {
        return random.nextBoolean()
                ? new SimulatedDisks(catalog.kill(), messages.kill())
                : new SimulatedDisks(catalog.crash(random), messages.crash(random));
    }

    /** The messages that a queue has there. */
    public List<Stored> messages(long queue) throws IOException {
        SimulatedDisk copy = messages.kill();
        MessageSegments log = MessageSegments.open(copy, MessageSegmentsTest.supply(copy), SimulatedStore.SEGMENT);
        return new SlotReader(List.of(BasicFormat.INSTANCE))
                .read(log.find(queue, 0, Integer.MAX_VALUE, Integer.MAX_VALUE))
                .messages();
    }
}
