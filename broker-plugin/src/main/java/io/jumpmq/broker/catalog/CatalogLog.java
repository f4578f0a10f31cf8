package io.jumpmq.broker.catalog;

import java.util.List;

/** Where the catalog's changes are kept, so that they survive a restart. */
public interface CatalogLog {
    /** Keeps nothing. */
    CatalogLog VOLATILE = (changes, recorded) -> recorded.run();

    /**
     * Keeps changes, in the order of the calls.
     *
     * @param recorded to be run on the catalog's loop as soon as they would survive anything; in order, too
     */
    void record(List<Change> changes, Runnable recorded);
}
