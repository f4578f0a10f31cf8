package io.jumpmq.broker.queue;

/** How many messages there are, and the size of their bodies; of those that survive a restart, too. */
final class Sum {
    int count;
    long bytes;
    int lasting;
    long lastingBytes;

    Sum() {}

    /** So many that all survive a restart. */
    Sum(int count, long bytes) {
        this.count = count;
        this.bytes = bytes;
        this.lasting = count;
        this.lastingBytes = bytes;
    }

    void add(QueueEntry entry) {
        count++;
        bytes += entry.bodyBytes();
        if (entry.lasting) {
            lasting++;
            lastingBytes += entry.bodyBytes();
        }
    }

    void remove(int bodyBytes, boolean isLasting) {
        count--;
        bytes -= bodyBytes;
        if (isLasting) {
            lasting--;
            lastingBytes -= bodyBytes;
        }
    }
}
