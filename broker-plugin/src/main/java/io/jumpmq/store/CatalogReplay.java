package io.jumpmq.store;

import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.CatalogObserver;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.User;
import io.jumpmq.store.CatalogRecovery.Recorded;
import io.jumpmq.value.FieldTable;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;

/** Makes the recorded changes of a catalog again, on a catalog of its own, to see whether all of them can be made. */
final class CatalogReplay {
    private static final String VHOST = "/";
    private static final String GUEST = "guest";

    private final Catalog catalog = new Catalog(ServiceLoader.load(ExchangeType.class), CatalogObserver.NONE);
    private final Map<Recorded, String> refused = new LinkedHashMap<>();

    CatalogReplay(List<Recorded> changes) {
        changes.forEach(this::apply);
    }

    private void apply(Recorded recorded) {
        try {
            catalog.apply(recorded.change());
        } catch (RuntimeException e) { // Whatever a change finds missing that was lost before it.
            refused.put(recorded, String.valueOf(e.getMessage()));
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

    /**
     * Makes what is missing so that queues are there again, and somebody who may reach them; then tries once more what was
     * refused.
     *
     * @param unknown ids of queues that no change has declared
     * @return what was made that nobody had asked for
     */
    List<Change> restore(List<Long> unknown) {
        List<Change> made = new ArrayList<>();
        for (Recorded recorded : refused.keySet()) {
            if (recorded.change() instanceof Change.QueueDeclared queue) {
                makeVhost(queue.vhost(), made);
            }
        }
        List<Recorded> again = List.copyOf(refused.keySet());
        refused.clear();
        again.forEach(this::apply);
        if (catalog.vhosts().isEmpty() && !unknown.isEmpty()) {
            makeVhost(VHOST, made);
        }
        for (long queue : unknown) {
            String vhost = catalog.vhosts().iterator().next().name();
            make(
                    new Change.QueueDeclared(
                            vhost,
                            "recovered-" + queue,
                            queue,
                            true,
                            false,
                            Incarnation.UNKNOWN,
                            null,
                            FieldTable.EMPTY),
                    made);
        }
        boolean isManaged =
                catalog.users().stream().anyMatch(user -> user.tags().contains(User.ADMINISTRATOR));
        if (!isManaged && catalog.user(GUEST) == null && !catalog.vhosts().isEmpty()) {
            makeGuest(made);
        }
        return made;
    }

    private void makeVhost(String name, List<Change> made) {
        if (catalog.vhost(name) == null) {
            make(new Change.VhostCreated(name, "", Set.of()), made);
        }
    }

    /** As in a new broker: from this machine only. */
    private void makeGuest(List<Change> made) {
        byte[] salt = new byte[PasswordHash.SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        make(new Change.UserPut(GUEST, PasswordHash.of(GUEST, salt), Set.of(User.ADMINISTRATOR)), made);
        catalog.vhosts()
                .forEach(vhost ->
                        make(new Change.PermissionSet(vhost.name(), GUEST, Permission.of(".*", ".*", ".*")), made));
    }

    private void make(Change change, List<Change> made) {
        catalog.apply(change);
        made.add(change);
    }
}
