package io.jumpmq.session;

import io.netty.buffer.ByteBuf;

/** All that a connection asks of its socket. Called on the connection's loop. */
public interface ConnectionOutput {
    /** Where to write, with room for {@code bytes} more; what is written leaves when the turn ends. */
    ByteBuf reserve(int bytes);

    /** Whether the socket takes more; when it does again after a no, {@link Connection#onWritable} is called. */
    boolean isWritable();

    /** How much was written that the socket has not taken yet; about, and 0 when that is little. */
    long unwrittenBytes();

    /** Decoding may go on, after {@link Connection#isSuspended} was true. */
    void resume();

    /** Stops or starts reading from the socket, so that back-pressure reaches the client. */
    void read(boolean on);

    /** Closes the socket once all that was written has left. */
    void close();
}
