package io.jumpmq.session.amqp091;

import java.util.Arrays;

/**
 * The publisher confirms of one channel: which sequence numbers are settled, and which of those the client has been told.
 *
 * <p>Settled numbers are coalesced: the unbroken run from the oldest open number on as one
 * basic.ack(multiple), those beyond an open number one by one, so that a slow queue holds back nobody else's confirms.
 */
final class ConfirmWindow {
    /** How confirms leave: as basic.ack and basic.nack. */
    interface Output {
        void ack(long sequenceNumber, boolean multiple);

        void nack(long sequenceNumber);
    }

    private static final byte OPEN = 0;
    private static final byte ACKED = 1;
    private static final byte NACKED = 2;
    private static final byte TOLD = 3;

    /** State by sequence number modulo its length, which is a power of two; all numbers not in the window are OPEN. */
    private byte[] states = new byte[16];

    private long oldest = 1;
    private long next = 1;

    /** Settled since the last flush and beyond an open number, in the order of arrival. */
    private long[] early = new long[8];

    private int earlyCount;

    /** Opens the next sequence number. The first is 1. */
    long open() {
        if (next - oldest == states.length) {
            grow();
        }
        return next++;
    }

    /** How many numbers are open or have not been told. */
    int size() {
        return (int) (next - oldest);
    }

    void settle(long sequenceNumber, boolean accepted) {
        int slot = slot(sequenceNumber);
        if (sequenceNumber < oldest || sequenceNumber >= next || states[slot] != OPEN) {
            throw new IllegalStateException(
                    "sequence number " + sequenceNumber + " was settled before, or never opened");
        }
        states[slot] = accepted ? ACKED : NACKED;
        if (sequenceNumber != oldest) {
            if (earlyCount == early.length) {
                early = Arrays.copyOf(early, earlyCount * 2);
            }
            early[earlyCount++] = sequenceNumber;
        }
    }

    /** Tells the client what was settled since the last flush. */
    void flush(Output output) {
        long runStart = oldest;
        while (oldest < next && states[slot(oldest)] != OPEN) {
            byte state = states[slot(oldest)];
            states[slot(oldest)] = OPEN;
            if (state != ACKED) {
                tellRun(runStart, oldest, output);
                runStart = oldest + 1;
            }
            if (state == NACKED) {
                output.nack(oldest);
            }
            oldest++;
        }
        tellRun(runStart, oldest, output);
        for (int i = 0; i < earlyCount; i++) {
            long sequenceNumber = early[i];
            if (sequenceNumber >= oldest) {
                int slot = slot(sequenceNumber);
                if (states[slot] == ACKED) {
                    output.ack(sequenceNumber, false);
                } else {
                    output.nack(sequenceNumber);
                }
                states[slot] = TOLD;
            }
        }
        earlyCount = 0;
    }

    /** Acknowledges from {@code start} to before {@code end}. */
    private static void tellRun(long start, long end, Output output) {
        if (end > start) {
            output.ack(end - 1, end - start > 1);
        }
    }

    private int slot(long sequenceNumber) {
        return (int) sequenceNumber & states.length - 1;
    }

    private void grow() {
        byte[] larger = new byte[states.length * 2];
        for (long number = oldest; number < next; number++) {
            larger[(int) number & larger.length - 1] = states[slot(number)];
        }
        states = larger;
    }
}
