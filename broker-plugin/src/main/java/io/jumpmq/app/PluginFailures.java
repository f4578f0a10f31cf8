package io.jumpmq.app;

import io.jumpmq.broker.exchange.PluginExchange;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the messages that a plugin could not route, and tells the log: at once, and then now and then. */
final class PluginFailures implements PluginExchange.Failures {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.plugins");
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String plugin;
    private final LongAdder count = new LongAdder();
    private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

    PluginFailures(String plugin) {
        this.plugin = plugin;
    }

    @Override
    public void routingFailed(String type, Throwable failure) {
        count.increment();
        long now = System.nanoTime();
        long until = quietUntil.get();
        if (now - until >= 0 && quietUntil.compareAndSet(until, now + QUIET_NANOS)) {
            LOG.error(
                    "A defect in the plugin {}: it could not route a message through an exchange of type '{}', {} so far. The"
                            + " publisher was given an error; a dead letter is dropped.",
                    plugin,
                    type,
                    count(),
                    failure);
        }
    }

    long count() {
        return count.sum();
    }
}
