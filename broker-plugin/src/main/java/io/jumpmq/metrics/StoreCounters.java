package io.jumpmq.metrics;

/**
 * Which messages went into a store and came back. What is appended is counted by the store's writing thread, what is read
 * by its reading one. Numbers only grow.
 */
public final class StoreCounters {
    private long written;
    private long pagedOut;
    private long pagedOutBytes;
    private long read;

    /**
     * A message was appended.
     *
     * @param persistent if not, its queue only makes room in memory
     */
    public void appended(boolean persistent, int bodyBytes) {
        if (persistent) {
            written++;
        } else {
            pagedOut++;
            pagedOutBytes += bodyBytes;
        }
    }

    /** So many messages were read back for their queues. */
    public void read(int messages) {
        read += messages;
    }

    /** Persistent messages. */
    public long written() {
        return written;
    }

    /** Messages that were written only because memory was short. */
    public long pagedOut() {
        return pagedOut;
    }

    /** Size of their bodies. */
    public long pagedOutBytes() {
        return pagedOutBytes;
    }

    /** Messages that were read back for their queues. */
    public long read() {
        return read;
    }
}
