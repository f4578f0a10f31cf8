package io.jumpmq.broker.queue;

import java.util.ArrayList;
import java.util.List;

/** A log in which nothing is durable before a test says so. */
final class SlowLog implements MessageLog {
    /** {@code "+body"} and {@code "-body"}. */
    final List<String> records = new ArrayList<>();

    @Override
    public boolean append(QueueEntry entry) {
        records.add("+" + RecordingChannel.body(entry));
        return false;
    }

    @Override
    public void delete(QueueEntry entry) {
        records.add("-" + RecordingChannel.body(entry));
    }

    @Override
    public void deleteAll() {
        records.add("all deleted");
    }
}
