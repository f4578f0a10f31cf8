package io.jumpmq.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Notices that a client does not read: something waits to be sent, and not one byte of it has left for a while. One that is
 * slow but reads makes progress. Belongs to the connection's event loop.
 */
final class SendWatch {
    private final long timeoutMillis;
    private boolean waiting;
    private long sinceMillis;

    // Where the socket's output stood then: in which buffer, and how much of that had left.
    private int buffer;
    private long sentBytes;

    /** A watch; 0: it never notices anything. */
    SendWatch(long timeoutMillis) {
        this.timeoutMillis = timeoutMillis;
    }

    /** Whether nothing has left for too long. To be asked about every second. */
    boolean isStuck(Channel channel, long nowMillis) {
        ChannelOutboundBuffer output = channel.unsafe().outboundBuffer();
        if (timeoutMillis == 0 || output == null || output.isEmpty()) {
            waiting = false;
            return false;
        }
        int nowBuffer = System.identityHashCode(output.current());
        long nowSentBytes = output.currentProgress();
        if (!waiting || nowBuffer != buffer || nowSentBytes != sentBytes) {
            waiting = true;
            sinceMillis = nowMillis;
            buffer = nowBuffer;
            sentBytes = nowSentBytes;
        }
        return nowMillis - sinceMillis >= timeoutMillis;
    }
}
