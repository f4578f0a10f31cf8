package io.jumpmq.store;

import io.jumpmq.store.MessageSegments.Commit;
import java.io.IOException;

/** Up to where the log is flushed: told by whoever flushes, noted in the directory, asked by whoever writes. */
final class FlushProgress {
    private final NotePair watermark;
    private volatile long segment;
    private volatile long end;

    FlushProgress(NotePair watermark) {
        this.watermark = watermark;
    }

    /** Something was flushed; notes it. Any thread, in the order of the commits. */
    void flushed(Commit commit) throws IOException {
        watermark.write(commit.segment().number, commit.end());
        end = commit.end(); // Before the number: a mixture must not tell too much.
        segment = commit.segment().number;
    }

    /** Up to where this segment is flushed, if it is the one that was flushed last; else 0. */
    long endIn(Segment asked) {
        return segment == asked.number ? end : 0;
    }

    /** Whether something that comes after this segment is flushed. */
    boolean isBeyond(Segment asked) {
        return segment > asked.number;
    }

    boolean covers(Commit commit) {
        return isBeyond(commit.segment()) || (segment == commit.segment().number && end >= commit.end());
    }

    void close() throws IOException {
        watermark.close();
    }
}
