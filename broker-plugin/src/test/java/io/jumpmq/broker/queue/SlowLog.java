package io.jumpmq.broker.queue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A log in which nothing is durable before a test says so. */
final class SlowLog implements MessageLog {
    /** {@code "+body"} and {@code "-body"}. */
    final List<String> records = new ArrayList<>();

    private final Map<Long, String> bodies = new HashMap<>();

    @Override
    public boolean append(QueueEntry entry, boolean persistent) {
        bodies.put(entry.position(), RecordingChannel.body(entry.message()));
        records.add("+" + RecordingChannel.body(entry.message()));
        return false;
    }

    @Override
    public void delete(long position) {
        records.add("-" + bodies.remove(position));
    }

    @Override
    public void deleteAll(long first, long last) {
        throw new AssertionError("nothing is stored");
    }

    @Override
    public void returned(QueueEntry entry) {
        records.add("^" + RecordingChannel.body(entry.message()));
    }

    @Override
    public void died(QueueEntry entry, DeathReason reason) {
        records.add("x" + RecordingChannel.body(entry.message()));
    }

    @Override
    public void deleteQueue() {
        records.add("all deleted");
    }

    @Override
    public boolean loads() {
        return false;
    }

    @Override
    public void load(long from, int maxMessages, int maxBytes, int ticket) {
        throw new AssertionError("nothing is stored");
    }
}
