package io.jumpmq.metrics;

import org.jspecify.annotations.Nullable;

/**
 * What went through one connection's socket, and, through it, what went through all of its loop: each count goes to both,
 * so that the sum keeps what those have counted that are gone. Numbers only grow.
 */
public final class SocketCounters {
    private final @Nullable SocketCounters loop;
    private long receivedBytes;
    private long reads;
    private long sentBytes;
    private long writes;

    private SocketCounters(@Nullable SocketCounters loop) {
        this.loop = loop;
    }

    /** Those of a loop. */
    public static SocketCounters ofLoop() {
        return new SocketCounters(null);
    }

    /** Those of a connection on the loop that {@code loop} counts for. */
    public static SocketCounters ofConnection(SocketCounters loop) {
        return new SocketCounters(loop);
    }

    /** Something came in. */
    public void received(int bytes) {
        receivedBytes += bytes;
        reads++;
        if (loop != null) {
            loop.received(bytes);
        }
    }

    /** Something was handed to the socket. */
    public void sent(int bytes) {
        sentBytes += bytes;
        writes++;
        if (loop != null) {
            loop.sent(bytes);
        }
    }

    public long receivedBytes() {
        return receivedBytes;
    }

    /** How often something came in. */
    public long reads() {
        return reads;
    }

    public long sentBytes() {
        return sentBytes;
    }

    /** How often something was handed to the socket. */
    public long writes() {
        return writes;
    }
}
