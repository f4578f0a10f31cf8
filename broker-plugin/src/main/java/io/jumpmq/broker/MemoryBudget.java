package io.jumpmq.broker;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory messages may take: those in queues, and what {@linkplain ConnectionMemory connections} hold of those on
 * their way. Queues tell what they hold in steps, so that a message costs no shared counter. From half of it on, queues that
 * can let go of messages do; beyond the limit publishers wait, until a tenth of it is free again.
 */
public final class MemoryBudget {
    /** What a queue keeps at hand when memory gets short. */
    private static final long SOME_BYTES = 256 << 10;

    /** The node itself counts as at most this part of the limit. */
    private static final int MOST_OF_OWN = 16;

    private final long limitBytes;
    private final Runnable onSpent;
    private final ConnectionMemory connections;
    private final AtomicLong heldBytes = new AtomicLong();
    private volatile long ownBytes;
    private volatile boolean spent;
    private volatile long keepBytes;

    /**
     * A budget of so many bytes.
     *
     * @param connectionBytes how much of it connections may hold
     * @param onSpent called by whichever thread has gone beyond it
     */
    public MemoryBudget(long limitBytes, long connectionBytes, Runnable onSpent) {
        if (limitBytes < 1) {
            throw new IllegalArgumentException("a memory budget must be at least a byte, not " + limitBytes);
        }
        this.limitBytes = limitBytes;
        this.onSpent = onSpent;
        this.connections = new ConnectionMemory(connectionBytes, this);
        this.keepBytes = limitBytes;
    }

    /** What connections hold of it. */
    public ConnectionMemory connections() {
        return connections;
    }

    /** Beyond which publishers wait. */
    public long limitBytes() {
        return limitBytes;
    }

    /**
     * Counts what the node takes by itself in, but no more than a sixteenth of the limit: whatever that is, there is to be room for
     * messages. To be called once, at the start.
     */
    public void reserve(long bytes) {
        ownBytes = Math.min(bytes, limitBytes / MOST_OF_OWN);
        add(ownBytes);
    }

    /** What the node takes by itself. Any thread. */
    public long ownBytes() {
        return ownBytes;
    }

    /** Notes that a queue, or a connection, holds so much more, or less if it is negative. Any thread. */
    void add(long bytes) {
        long held = heldBytes.addAndGet(bytes);
        boolean before = spent;
        if (held > limitBytes) {
            spent = true;
        } else if (held < limitBytes - limitBytes / 10) {
            spent = false;
        }
        long keep = held > limitBytes / 2 ? Math.min(SOME_BYTES, limitBytes / 8) : limitBytes / 4;
        if (keep != keepBytes) {
            keepBytes = keep;
        }
        if (spent && !before) {
            onSpent.run();
        }
    }

    /** How much one queue should hold at most, if it can let go. Any thread. */
    long keepBytes() {
        return keepBytes;
    }

    /** Whether publishers have to wait. Any thread. */
    public boolean isSpent() {
        return spent;
    }

    /** Whether so much is held that nothing should be loaded for consumers who do not acknowledge. Any thread. */
    boolean isOverdrawn() {
        return heldBytes.get() > limitBytes + connections.limitBytes();
    }

    /** What queues and connections hold, as far as they have told, and the node itself. Any thread. */
    public long heldBytes() {
        return heldBytes.get();
    }
}
