package io.jumpmq.broker.queue;

import java.util.ArrayList;
import java.util.List;

/** A broker that remembers what its queue asked of it. */
final class RecordingOutput implements QueueOutput {
    /** {@code "body reason"} for each dead letter. */
    final List<String> deadLetters = new ArrayList<>();

    final List<QueueEntry> deadEntries = new ArrayList<>();
    final List<UnusedReason> unused = new ArrayList<>();

    @Override
    public void deadLetter(QueueEntry entry, DeathReason reason) {
        deadLetters.add(RecordingChannel.body(entry.message()) + " " + reason.text());
        deadEntries.add(entry);
    }

    @Override
    public void unused(UnusedReason reason) {
        unused.add(reason);
    }
}
