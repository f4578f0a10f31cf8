package io.jumpmq.broker;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory messages may take: those in queues, and what {@linkplain ConnectionMemory connections} hold of those on
 * their way. Queues tell what they hold in steps, so that a message costs no shared counter. From half of it on, queues that
 * can page messages out do; beyond the limit publishers wait, until a tenth of it is free again.
 */
public final class MemoryBudget {
    /** What a queue keeps at hand when memory gets short. */
    private static final long SOME_BYTES = 256 << 10;

    private volatile long limitBytes;
    private final Runnable onSpent;
    private final ConnectionMemory connections;
    private final AtomicLong heldBytes = new AtomicLong();
    private volatile boolean spent;
    private volatile long keepBytes;

    /**
     * A budget of so many bytes; none at all has all publishers wait.
     *
     * @param connectionBytes how much of it connections may hold
     * @param onSpent called by whichever thread has gone beyond it
     */
    public MemoryBudget(long limitBytes, long connectionBytes, Runnable onSpent) {
        requireNotNegative(limitBytes);
        this.limitBytes = limitBytes;
        this.spent = limitBytes == 0;
        this.onSpent = onSpent;
        this.connections = new ConnectionMemory(connectionBytes, this);
        this.keepBytes = limitBytes;
    }

    /** What connections hold of it. */
    public ConnectionMemory connections() {
        return connections;
    }

    private static void requireNotNegative(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a memory budget cannot be " + bytes + " bytes");
        }
    }

    /** Beyond which publishers wait. */
    public long limitBytes() {
        return limitBytes;
    }

    /** Lets messages take so much from now on; nothing at all has all publishers wait. Any thread. */
    public void limit(long bytes) {
        requireNotNegative(bytes);
        limitBytes = bytes;
        add(0);
    }

    /** Notes that a queue, or a connection, holds so much more, or less if it is negative. Any thread. */
    void add(long bytes) {
        long held = heldBytes.addAndGet(bytes);
        boolean before = spent;
        long limit = limitBytes;
        if (held > limit || limit == 0) {
            spent = true;
        } else if (held < limit - limit / 10) {
            spent = false;
        }
        long keep = held > limit / 2 ? Math.min(SOME_BYTES, limit / 8) : limit / 4;
        if (keep != keepBytes) {
            keepBytes = keep;
        }
        if (spent && !before) {
            onSpent.run();
        }
    }

    /** How much one queue should hold at most, if it can page out. Any thread. */
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

    /** What queues and connections hold, as far as they have told. Any thread. */
    public long heldBytes() {
        return heldBytes.get();
    }
}
