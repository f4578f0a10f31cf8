package io.jumpmq.broker;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory the messages of all queues may take. Queues tell what they hold in steps, so that a message costs no
 * shared counter. Beyond the limit publishers wait; they may go on when a tenth of it is free again.
 */
public final class MemoryBudget {
    private final long limitBytes;
    private final AtomicLong heldBytes = new AtomicLong();
    private volatile boolean spent;

    /** A budget of so many bytes. */
    public MemoryBudget(long limitBytes) {
        if (limitBytes < 1) {
            throw new IllegalArgumentException("a memory budget must be at least a byte, not " + limitBytes);
        }
        this.limitBytes = limitBytes;
    }

    /** Notes that a queue holds so much more, or less if it is negative. Any thread. */
    void add(long bytes) {
        long held = heldBytes.addAndGet(bytes);
        if (held > limitBytes) {
            spent = true;
        } else if (held < limitBytes - limitBytes / 10) {
            spent = false;
        }
    }

    /** Whether publishers have to wait. Any thread. */
    public boolean isSpent() {
        return spent;
    }

    /** What the queues hold, as far as they have told. Any thread. */
    public long heldBytes() {
        return heldBytes.get();
    }
}
