package io.jumpmq.broker.catalog;

import java.util.List;

/** Where the catalog's changes are kept, so that they survive a restart. Called on the catalog's loop. */
public interface CatalogLog {
    /** Keeps nothing. */
    CatalogLog VOLATILE = new CatalogLog() {
        @Override
        public void record(List<Change> changes, Runnable recorded) {
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
     * Keeps changes, in the order of the calls.
     *
     * @param recorded to be run, by any thread, as soon as they would survive anything
     */
    void record(List<Change> changes, Runnable recorded);

    /** Whether a snapshot would take less room than all the changes up to now. */
    boolean wantsSnapshot();

    /** Takes the whole catalog, after all changes recorded so far. */
    void snapshot(List<Change> catalog);
}
