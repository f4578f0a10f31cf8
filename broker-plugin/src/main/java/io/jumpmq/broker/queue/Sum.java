package io.jumpmq.broker.queue;

/** How many messages there are, and the size of their bodies; of the persistent ones, too. */
final class Sum {
    int count;
    long bytes;
    int persistent;
    long persistentBytes;

    Sum() {}

    /** So many that are all persistent. */
    Sum(int count, long bytes) {
        this.count = count;
        this.bytes = bytes;
        this.persistent = count;
        this.persistentBytes = bytes;
    }

    void add(QueueEntry entry) {
        count++;
        bytes += entry.bodyBytes();
        if (entry.persistent) {
            persistent++;
            persistentBytes += entry.bodyBytes();
        }
    }

    void remove(int bodyBytes, boolean isPersistent) {
        count--;
        bytes -= bodyBytes;
        if (isPersistent) {
            persistent--;
            persistentBytes -= bodyBytes;
        }
    }
}
