package io.jumpmq.broker.queue;

import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * First in, first out, in linked chunks: a backlog of millions grows without ever being copied, and what has drained is
 * given back.
 */
final class EntryLine {
    private static final int CHUNK = 128;

    private Chunk first = new Chunk();
    private Chunk last = first;

    /** Where the first entry is in the first chunk. */
    private int head;

    /** Where the next entry goes in the last chunk. */
    private int tail;

    boolean isEmpty() {
        return first == last && head == tail;
    }

    void append(QueueEntry entry) {
        if (tail == CHUNK) {
            Chunk added = new Chunk();
            last.next = added;
            last = added;
            tail = 0;
        }
        last.entries[tail++] = entry;
    }

    QueueEntry head() {
        QueueEntry entry = isEmpty() ? null : first.entries[head];
        if (entry == null) {
            throw new NoSuchElementException("the line is empty");
        }
        return entry;
    }

    QueueEntry take() {
        QueueEntry entry = head();
        first.entries[head++] = null;
        if (isEmpty()) {
            head = 0; // The chunk serves on: a short line stays in its first places.
            tail = 0;
        } else if (head == CHUNK) {
            dropFirst();
        }
        return entry;
    }

    void forEach(Consumer<QueueEntry> visitor) {
        int from = head;
        for (Chunk chunk = first; chunk != null; chunk = chunk.next) {
            int to = chunk == last ? tail : CHUNK;
            for (int i = from; i < to; i++) {
                visitor.accept(Objects.requireNonNull(chunk.entries[i]));
            }
            from = 0;
        }
    }

    private void dropFirst() {
        Chunk drained = first;
        first = Objects.requireNonNull(drained.next, "the line goes on behind a drained chunk");
        head = 0;
        drained.next = null; // Else a drained chunk in the old generation would drag its successors there.
    }

    private static final class Chunk {
        final @Nullable QueueEntry[] entries = new QueueEntry[CHUNK];

        @Nullable Chunk next;
    }
}
