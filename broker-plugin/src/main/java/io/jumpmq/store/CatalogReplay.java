package io.jumpmq.store;

import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.CatalogObserver;
import io.jumpmq.broker.exchange.ExchangeType;
import io.jumpmq.store.CatalogRecovery.Recorded;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** Makes the recorded changes of a catalog again, on a catalog of its own, to see whether all of them can be made. */
final class CatalogReplay {
    private final Catalog catalog = new Catalog(ServiceLoader.load(ExchangeType.class), CatalogObserver.NONE);
    private final Map<Recorded, String> refused = new LinkedHashMap<>();

    CatalogReplay(List<Recorded> changes) {
        for (Recorded recorded : changes) {
            try {
                catalog.apply(recorded.change());
            } catch (RuntimeException e) { // Whatever a change finds missing that was lost before it.
                refused.put(recorded, String.valueOf(e.getMessage()));
            }
        }
    }

    /** The catalog, without what could not be made. */
    Catalog catalog() {
        return catalog;
    }

    /** What could not be made, and why. */
    Map<Recorded, String> refused() {
        return refused;
    }
}
