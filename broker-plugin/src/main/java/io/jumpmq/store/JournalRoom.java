package io.jumpmq.store;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Who may still write how much into the catalog's journal. Its file is longer than what is in it: room that the disk has really
 * given, so that what the catalog's loop lets in can be recorded however full the disk has become meanwhile.
 *
 * <p>What adds to the catalog takes twice its size: for itself, and for what will take it away again. So there is always room
 * to delete everything there is.
 *
 * <p>The catalog's loop promises; the writing thread writes, and tells what is left.
 */
final class JournalRoom {
    private final AtomicLong promised = new AtomicLong();
    private volatile long left;

    /** Promises room for so many bytes of additions, if there is enough. */
    boolean take(long bytes) {
        if (needed(bytes) > left) {
            return false;
        }
        promise(bytes);
        return true;
    }

    /** What has to be left so that so much more can be promised. */
    long needed(long bytes) {
        return 2 * (promised.get() + bytes);
    }

    /** Promises room for what takes away: it was kept since that came. */
    void promise(long bytes) {
        promised.addAndGet(bytes);
    }

    /** So much of what was promised is written; what is {@linkplain #left left} is known already. */
    void written(long bytes) {
        promised.addAndGet(-bytes);
    }

    /** How much there is for additions and for what takes them away, what was promised and is not written included. */
    void left(long bytes) {
        left = bytes;
    }
}
