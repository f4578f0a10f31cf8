package io.jumpmq.broker.queue;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/**
 * What of the ready messages only the log has: what was paged out, and what is there from before a restart. It is loaded part
 * by part when its turn comes.
 */
final class Paging {
    /** How much is loaded at a time. */
    static final int READ_AHEAD_BYTES = 1 << 20;

    private static final int READ_AHEAD_MESSAGES = 4096;

    private final ReadyMessages ready;
    private final MessageLog log;
    private final QueueStorage storage;

    private boolean loading;

    /** Tells loads that are wanted from those that a purge has made void. */
    private int loadTicket;

    /** Positions of messages that the log cannot read any more. It keeps what is left of them. */
    private final Set<Long> unreadable = new HashSet<>();

    private boolean stopped;

    Paging(ReadyMessages ready, MessageLog log, QueueStorage storage) {
        this.ready = ready;
        this.log = log;
        this.storage = storage;
    }

    /** Whether nothing is delivered any more, for the next one cannot be read. */
    boolean isStopped() {
        return stopped;
    }

    /** Whether the head is on its way from the log. */
    boolean isHeadComing() {
        return loading && !ready.isHeadHere();
    }

    /** The log has these, from before a restart. */
    void recover(LogListener.Recovered recovered) {
        ready.recovered(recovered.first(), recovered.last(), recovered.count(), recovered.bytes());
        storage.recovered(recovered.count(), recovered.bytes());
        load(1); // The head's expiry is to be known. No more: there may be thousands of queues.
    }

    /** Pages out what will leave last, until about so much is held. */
    void pageOut(long keepBytes) {
        int before = ready.pagedOutCount();
        boolean awaited = isHeadComing();
        ready.pageOut(keepBytes, storage::pageOut);
        if (ready.pagedOutCount() != before && loading) {
            forgetLoad(); // The log may have answered before it got what lies between.
            if (awaited) {
                load(); // Else it was read ahead; what nobody takes would come and go for ever.
            }
        }
    }

    /** Has what comes next loaded, if something is paged out and not on its way already. */
    void load() {
        load(READ_AHEAD_MESSAGES);
    }

    private void load(int maxMessages) {
        if (!loading && !stopped && ready.pagedOutCount() > 0) {
            loading = true;
            log.load(ready.pagedOutFrom(), Math.min(maxMessages, ready.pagedOutRun()), READ_AHEAD_BYTES, loadTicket);
        }
    }

    /** What is being loaded is not what comes next any more. */
    private void forgetLoad() {
        loadTicket++;
        loading = false;
    }

    /**
     * What {@link #load} was asked for, if it is still wanted.
     *
     * @param entries makes an entry of what the log has
     * @return whether it is
     */
    boolean loaded(LogListener.Loaded loaded, Function<LogListener.Stored, QueueEntry> entries) {
        if (loaded.ticket() != loadTicket) {
            return false;
        }
        loading = false;
        if (loaded.unreadable().isEmpty()
                && loaded.messages().stream().noneMatch(message -> ready.expects(message.position()))) {
            drop();
        }
        for (LogListener.Stored stored : loaded.messages()) {
            if (stored.death() != null) {
                ready.skipPagedOut(stored.position());
            } else if (ready.expects(stored.position())) {
                QueueEntry entry = entries.apply(stored);
                storage.countHeaders(entry);
                ready.loaded(entry);
            }
        }
        stopped = loaded.stops();
        loaded.unreadable().forEach(this::setAside);
        return true;
    }

    /** The queue goes on behind a message that cannot be read, or stops in front of it. */
    private void setAside(LogListener.Unreadable message) {
        boolean isNew = unreadable.add(message.position());
        if (message.died() || !isNew) {
            ready.skipPagedOut(message.position()); // It is none of them: what comes next lies behind it.
        } else if (!stopped && ready.lacks(message.position())) {
            storage.dropped(1, message.bodyBytes());
            ready.skip(message.position(), message.bodyBytes());
        }
    }

    /** One that died cannot be read. */
    void noteUnreadable(LogListener.Unreadable dead) {
        unreadable.add(dead.position());
    }

    /** Deletes all that only the log has. */
    void purge() {
        if (ready.pagedOutCount() > 0) {
            ready.forEachPagedOutRange(log::deleteAll);
            forgetLoad();
        }
        while (ready.pagedOutCount() > 0) {
            drop();
        }
        unreadable.forEach(log::delete);
        unreadable.clear();
        stopped = false;
    }

    private void drop() {
        int before = ready.pagedOutPersistent();
        long bytesBefore = ready.pagedOutPersistentBytes();
        ready.dropPagedOut();
        storage.dropped(before - ready.pagedOutPersistent(), bytesBefore - ready.pagedOutPersistentBytes());
    }
}
