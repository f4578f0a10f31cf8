package io.jumpmq.broker.catalog;

/** Told of changes, on the catalog's loop. */
public interface CatalogObserver {
    /** A queue came to be; what runs it is asked for. */
    QueueHandle queueDeclared(QueueRecord queue);

    /** A queue is gone; nothing is routed to it any more. */
    void queueDeleted(QueueRecord queue);

    /** A queue has other rules than before. */
    void queueSettingsChanged(QueueRecord queue);

    /** A virtual host is gone: nobody may stay connected to it. */
    void vhostDeleted(String vhost);

    /** A user is gone, and should not stay connected. */
    void userDeleted(String user);
}
