package io.jumpmq.session;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection, whichever protocol it speaks: bytes and time go in, calls on {@link ConnectionOutput} and {@link
 * ConnectionListener} come out. Not thread-safe; it belongs to its loop.
 */
public interface Connection {
    /** Takes out of the buffer what it understands; the rest comes again, with what has arrived meanwhile behind it. */
    void onBytes(ByteBuf in);

    /** Whether it takes no bytes now: it waits for an answer, or for its client to read those that there are. */
    boolean isSuspended();

    /**
     * How long the socket must not be read now, in milliseconds, because of what the broker or this connection can take. To be
     * asked after each read, and again after the pause; 0: there is none.
     */
    long pauseMillis();

    /** The socket takes more again. */
    void onWritable();

    /** To be called about every second. */
    void onTick(long nowMillis);

    /** The server stops, or an operator wants this connection to end. */
    void shutDown(String reason);

    /** Something went wrong here that nobody expected: it ends this connection, and no other. */
    void defect(Throwable defect);

    /** The socket is gone. */
    void onClosed();

    /** For operators; null when it is not open. */
    @Nullable ConnectionInfo describe(ConnectionInfo.Socket socket);
}
