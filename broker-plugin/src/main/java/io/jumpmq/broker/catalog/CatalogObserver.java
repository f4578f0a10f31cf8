package io.jumpmq.broker.catalog;

import io.jumpmq.broker.queue.QueuePort;
import org.jspecify.annotations.Nullable;

/** Told of changes, on the catalog's loop. */
public interface CatalogObserver {
    /** A queue came to be. Answers where to reach it; null: nowhere. */
    @Nullable QueuePort queueDeclared(QueueRecord queue);

    /** A queue is gone; nothing is routed to it any more. */
    void queueDeleted(QueueRecord queue);

    /** A queue has other rules than before. */
    void queueSettingsChanged(QueueRecord queue);

    /** A virtual host is gone: nobody may stay connected to it. */
    void vhostDeleted(String vhost);

    /** A user is gone, and should not stay connected. */
    void userDeleted(String user);

    /** Of a catalog that is only tried out: its queues run nowhere. */
    CatalogObserver NONE = new CatalogObserver() {
        @Override
        public @Nullable QueuePort queueDeclared(QueueRecord queue) {
            return null;
        }

        @Override
        public void queueDeleted(QueueRecord queue) {}

        @Override
        public void queueSettingsChanged(QueueRecord queue) {}

        @Override
        public void vhostDeleted(String vhost) {}

        @Override
        public void userDeleted(String user) {}
    };
}
