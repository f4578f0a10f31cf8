package io.jumpmq.plugin;

/**
 * Where a binding leads: a queue or another exchange. To be compared with {@code equals}: a queue that was deleted and
 * declared anew is another destination of the same name.
 */
public interface Destination {
    String name();

    /** Whether it is a queue; else it is an exchange. */
    boolean isQueue();
}
