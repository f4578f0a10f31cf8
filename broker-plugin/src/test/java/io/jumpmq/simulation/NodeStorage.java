package io.jumpmq.simulation;

import io.jumpmq.broker.MessageStore;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.VolatileCatalogLog;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.broker.node.TestIds;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What a node keeps its catalog and its messages in. */
public interface NodeStorage {
    /** The node's incarnation that begins. */
    Incarnation incarnation();

    CatalogLog catalogLog();

    MessageStore messages();

    /** The catalog as it was recorded. */
    List<Change> recovered();

    long highestQueue();

    /** Begins to write. */
    void begin(List<Change> catalog) throws IOException;

    /** What its threads do. */
    List<Simulation.Work> workers();

    /** Whether it has failed, and does nothing more. */
    boolean isBroken();

    /** Whether a disk fails, so that it may never come to rest. */
    boolean isFailing();

    /** What no failure of a disk explains. */
    List<Throwable> defects();

    /** Writes what was handed over, and notes that it stopped in order. */
    void stop(Map<Long, Long> seen) throws IOException;

    /** Keeps nothing: the catalog's log is {@code log}. */
    record Volatile(CatalogLog catalogLog) implements NodeStorage {
        public Volatile() {
            this(new VolatileCatalogLog());
        }

        @Override
        public Incarnation incarnation() {
            return TestIds.NODE;
        }

        @Override
        public MessageStore messages() {
            return MessageStore.VOLATILE;
        }

        @Override
        public List<Change> recovered() {
            return List.of();
        }

        @Override
        public long highestQueue() {
            return 0;
        }

        @Override
        public void begin(List<Change> catalog) {}

        @Override
        public List<Simulation.Work> workers() {
            return List.of();
        }

        @Override
        public boolean isBroken() {
            return false;
        }

        @Override
        public boolean isFailing() {
            return false;
        }

        @Override
        public List<Throwable> defects() {
            return List.of();
        }

        @Override
        public void stop(Map<Long, Long> seen) {}
    }
}
