package io.jumpmq.broker;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The memory that all connections may take for what is on its way in or out: half-sent messages, open transactions, halves of
 * frames, output that a client has not read yet. A part of what {@link MemoryBudget} counts, with a limit of its own, so that
 * no client can have the alarm raised for others by sending half of something.
 *
 * <p>From three eighths of the limit on, memory is short: a connection that holds more than a little neither reads nor
 * writes more, except one at a time, the leader. What that one holds it can finish, which frees it, and then another leads;
 * so those who wait never wait for each other. One that does not get on meanwhile is {@linkplain Share#stalls stalled}, and
 * should be closed. The leader may take the other five eighths, so the limit holds.
 *
 * <p>Connections tell what they hold in steps, after the fact and a read at a time; each of several loops may be such a step
 * beyond. One that is found beyond the limit all the same is to be closed, too.
 */
public final class ConnectionMemory {
    /** What connections hold is told in steps of this, so that most reads cost no shared counter. */
    private static final long STEP_BYTES = 4 << 10;

    /** Nobody waits who holds no more than this. */
    private static final long NEXT_TO_NOTHING = 16 << 10;

    /** A little, for a connection: at least two reads' worth. */
    private static final long MIN_LITTLE = 256 << 10;

    /** Who moves less in a second while others wait is not getting on … */
    private static final long MIN_PER_SECOND = 256 << 10;

    /** … and if it is so for as many seconds in turn, it has stalled. */
    public static final int PATIENCE_SECONDS = 3;

    private final long limitBytes;
    private final long shortBytes;
    private final long littleBytes;
    private final MemoryBudget all;
    private final AtomicLong heldBytes = new AtomicLong();
    private final AtomicReference<@Nullable Share> leader = new AtomicReference<>();

    ConnectionMemory(long limitBytes, MemoryBudget all) {
        this.limitBytes = limitBytes;
        this.shortBytes = limitBytes / 8 * 3;
        this.littleBytes = Math.max(MIN_LITTLE, limitBytes / 64);
        this.all = all;
    }

    /** What one more connection holds: nothing yet. */
    public Share open() {
        return new Share();
    }

    /** The most that all may hold. */
    public long limitBytes() {
        return limitBytes;
    }

    /** The most that one may hold. */
    public long maxBytes() {
        return limitBytes - shortBytes;
    }

    /** What all hold, as far as they have told. Any thread. */
    public long heldBytes() {
        return heldBytes.get();
    }

    private boolean isShort() {
        return heldBytes.get() > shortBytes;
    }

    /** What one connection holds. On its loop. */
    public final class Share {
        private long bytes;
        private long toldBytes;
        private long movedBytes;
        private int stalledSeconds;
        private boolean waited;

        private Share() {}

        /** What it holds. */
        public long bytes() {
            return bytes;
        }

        /** Whether it is more than one connection ever needs for a moment. */
        public boolean isLarge() {
            return bytes > littleBytes;
        }

        /** It holds so much now. */
        public void hold(long newBytes) {
            movedBytes += Math.abs(newBytes - bytes);
            bytes = newBytes;
            long change = newBytes - toldBytes;
            if (change >= STEP_BYTES || change <= -STEP_BYTES || (newBytes == 0 && change != 0)) {
                toldBytes = newBytes;
                heldBytes.addAndGet(change);
                all.add(change);
            }
            if (!isLarge()) {
                leader.compareAndSet(this, null);
            }
        }

        /** Whether it may take so much more now. If not it is to ask again soon: it has to wait for others. */
        public boolean mayTake(long more) {
            boolean may = mayTakeNow(more);
            waited |= !may;
            return may;
        }

        private boolean mayTakeNow(long more) {
            long after = heldBytes.get() + more;
            if (after <= shortBytes || bytes + more <= NEXT_TO_NOTHING) {
                return true;
            }
            if (bytes + more <= littleBytes) {
                return after <= limitBytes;
            }
            return leader.get() == this || leader.compareAndSet(null, this);
        }

        /** Whether all hold too much, and this is one of those who hold something. */
        public boolean isBeyond() {
            return heldBytes.get() > limitBytes && bytes > NEXT_TO_NOTHING;
        }

        /**
         * To be asked every second: whether it holds much while memory is short, and has not got on for a while, although nobody
         * kept it from it.
         */
        public boolean stalls() {
            boolean getsOn = !isShort() || !isLarge() || waited || movedBytes >= MIN_PER_SECOND;
            stalledSeconds = getsOn ? 0 : stalledSeconds + 1;
            movedBytes = 0;
            waited = false;
            return stalledSeconds >= PATIENCE_SECONDS;
        }

        /** The connection waits for something else than others' memory, such as the alarm: it neither leads nor stalls. */
        public void excuse() {
            waited = true;
            leader.compareAndSet(this, null);
        }
    }
}
