package io.jumpmq.broker;

/** Told of what ends connections. On the catalog's loop. */
public interface BrokerListener {
    /** Nobody may stay connected to this virtual host. */
    void vhostDeleted(String vhost);

    /** This user may not stay connected. */
    void userDeleted(String user);
}
