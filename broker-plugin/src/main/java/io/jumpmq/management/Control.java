package io.jumpmq.management;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What operators have a node do as a whole, other than with what is in its catalog. Any thread. */
public interface Control {
    /** The settings in effect, by key; passwords are not among them. */
    Map<String, String> settings();

    /** The keys of those that somebody has set; the others have their defaults. */
    Set<String> chosen();

    /** The last lines of the log, the oldest first; empty: it is an application's. */
    List<String> recentLog();

    /**
     * Changes a setting until the next start.
     *
     * @throws IllegalArgumentException when it cannot be changed while the node runs, or to that
     */
    void set(String key, String value);

    /**
     * Begins new log files.
     *
     * @throws IllegalArgumentException when there are none
     */
    void rotateLogs();

    /** Stops the broker in order, and lets the process and its HTTP servers go on. */
    void stop();

    /**
     * Starts it again, as the process did.
     *
     * @throws IOException when it cannot be; it is stopped then
     */
    void start() throws IOException;
}
