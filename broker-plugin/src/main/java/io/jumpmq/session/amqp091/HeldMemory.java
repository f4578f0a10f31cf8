package io.jumpmq.session.amqp091;

import io.jumpmq.broker.ConnectionMemory;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;

/** What one connection holds in memory: contents of its channels, halves of frames, output that its client has not read yet. */
final class HeldMemory {
    private final ConnectionMemory all;
    private final ConnectionMemory.Share share;

    /** What the channels hold of contents: unfinished ones, those of transactions, those that wait to be written. */
    private long contentBytes;

    /** Of frames that are not whole. */
    private int unreadBytes;

    HeldMemory(ConnectionMemory all) {
        this.all = all;
        this.share = all.open();
    }

    /** The most that one connection may hold. */
    long maxBytes() {
        return all.maxBytes();
    }

    /**
     * A channel holds so much more of contents that came, or less.
     *
     * @throws AmqpException CONTENT_TOO_LARGE when that is more than a connection may hold; then it does not
     */
    void hold(long bytes) {
        long max = maxBytes();
        if (bytes > 0 && contentBytes + bytes > max) {
            throw new AmqpException(
                    ReplyCode.CONTENT_TOO_LARGE,
                    "half-sent and uncommitted messages of this connection would take " + (contentBytes + bytes)
                            + " bytes of memory, more than the " + max + " that one connection may hold");
        }
        contentBytes += bytes;
    }

    /** A channel holds so much more of contents that wait to be written, or less. */
    void keep(long bytes) {
        contentBytes += bytes;
    }

    /** So much of frames waits for the rest of them. */
    void unread(int bytes) {
        unreadBytes = bytes;
    }

    /**
     * Tells what is held, output included.
     *
     * @return whether it has grown, and all connections together hold more than they may
     */
    boolean tell(long unwrittenBytes) {
        long before = share.bytes();
        share.hold(contentBytes + unreadBytes + unwrittenBytes);
        return share.bytes() > before && share.isBeyond();
    }

    /** It holds nothing any more. */
    void release() {
        share.hold(0);
    }

    boolean mayTake(long bytes) {
        return share.mayTake(bytes);
    }

    boolean stalls() {
        return share.stalls();
    }

    void excuse() {
        share.excuse();
    }

    /** Why it ends its connection. */
    String beyond() {
        return "and all connections together more than the " + all.limitBytes() + " that they may";
    }

    @Override
    public String toString() {
        return "this connection holds " + share.bytes()
                + " bytes of memory in half-sent, uncommitted or unread messages";
    }
}
