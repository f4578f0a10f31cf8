package io.jumpmq.session;

import io.jumpmq.broker.loop.Loop;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The open connections of a node. Any thread. */
public final class Connections {
    private final Set<Live> all = ConcurrentHashMap.newKeySet();

    /** An open connection. */
    public interface Live {
        /** The loop it belongs to. */
        Loop loop();

        /** What it is; null when it has just ended. On its loop. */
        @Nullable ConnectionInfo describe();

        /** Ends it, with a word to its client. Any thread. */
        void shutDown(String reason);
    }

    /** One more. */
    public void add(Live connection) {
        all.add(connection);
    }

    /** One less, if it was there. Returns whether it was. */
    public boolean remove(Live connection) {
        return all.remove(connection);
    }

    /** All of this moment. */
    public Collection<Live> all() {
        return Collections.unmodifiableSet(all);
    }
}
