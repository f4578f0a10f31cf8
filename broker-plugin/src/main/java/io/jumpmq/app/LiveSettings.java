package io.jumpmq.app;

import io.jumpmq.config.Option;
import io.jumpmq.config.Options;
import io.jumpmq.config.Settings;
import io.jumpmq.management.Node;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The settings of a running broker: what it was started with, and what operators have changed since, until it starts again. */
final class LiveSettings {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.server");
    /** What messages may take at most of the heap, whatever is set: the rest has to fit, too. */
    private static final double MAX_HEAP_SHARE = 0.9;

    private final Settings started;
    private final Map<String, String> changed = new ConcurrentHashMap<>();

    LiveSettings(Settings started) {
        this.started = started;
    }

    /** By key. */
    Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>(started.described());
        all.putAll(changed);
        return all;
    }

    /** The keys of those that somebody has set. */
    Set<String> chosen() {
        Set<String> keys = new HashSet<>(started.chosen());
        keys.addAll(changed.keySet());
        return keys;
    }

    /** The broker has started again. */
    void forget() {
        changed.keySet().removeIf(key -> !key.equals(Options.LOG_DEFAULT_LEVEL.key()));
    }

    /**
     * Changes one.
     *
     * @throws IllegalArgumentException when it cannot be changed while the broker runs, or to that
     */
    void set(Node node, String key, String value) {
        long heap = Runtime.getRuntime().maxMemory();
        if (key.equals(Options.MEMORY_SHARE.key())) {
            node.memory().limit((long) (heap * parsed(Options.MEMORY_SHARE, value)));
            changed.remove(Options.MEMORY_BYTES.key());
        } else if (key.equals(Options.MEMORY_BYTES.key())) {
            node.memory().limit(Math.min(parsed(Options.MEMORY_BYTES, value), (long) (heap * MAX_HEAP_SHARE)));
        } else if (key.equals(Options.DISK_FREE.key())) {
            node.broker().limitDisk(parsed(Options.DISK_FREE, value));
        } else if (key.equals(Options.DISK_FREE_SHARE.key())) {
            node.broker().limitDisk(ServerCommand.diskFree(parsed(Options.DISK_FREE_SHARE, value)));
            changed.remove(Options.DISK_FREE.key());
        } else if (key.equals(Options.LOG_DEFAULT_LEVEL.key())) {
            String level = parsed(Options.LOG_DEFAULT_LEVEL, value);
            LOG.warn(
                    "From now on the log tells '{}' and worse, as an operator wants",
                    level); // The last that it may tell.
            LogSettings.limit(level);
        } else {
            throw new IllegalArgumentException(
                    key + " cannot be changed while the broker runs: set it in the configuration, and restart");
        }
        changed.put(key, value);
    }

    private static <T> T parsed(Option<T> option, String value) {
        try {
            return option.parse(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option.key() + " = " + value + ": " + e.getMessage(), e);
        }
    }
}
