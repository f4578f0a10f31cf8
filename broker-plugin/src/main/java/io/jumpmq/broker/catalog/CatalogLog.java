package io.jumpmq.broker.catalog;

import io.jumpmq.value.AmqpException;
import java.util.List;

/** Where the catalog's changes are kept, so that they survive a restart. Called on the catalog's loop. */
public interface CatalogLog {
    /** Keeps nothing. */
    CatalogLog VOLATILE = new CatalogLog() {
        @Override
        public void admit(List<Change> changes) {
            // They take no room.
        }

        @Override
        public void record(List<Change> changes, Runnable apply, Runnable recorded) {
            apply.run();
            recorded.run();
        }

        @Override
        public boolean wantsSnapshot() {
            return false;
        }

        @Override
        public void snapshot(List<Change> catalog) {
            // It is kept nowhere.
        }
    };

    /**
     * Keeps room for changes that are decided and not made yet; {@link #record} follows when they are. What only takes away
     * is never refused.
     *
     * @throws AmqpException when they could not be recorded; they must not be made then
     */
    void admit(List<Change> changes);

    /**
     * Keeps changes, in the order of the calls: before all that builds on them, such as the first message of a queue.
     *
     * @param apply makes them, at once; when it throws, they are not kept
     * @param recorded to be run, by any thread, when they are made and would survive anything
     */
    void record(List<Change> changes, Runnable apply, Runnable recorded);

    /** Whether a snapshot would take less room than all the changes up to now. */
    boolean wantsSnapshot();

    /** Takes the whole catalog, after all changes recorded so far. */
    void snapshot(List<Change> catalog);
}
