package io.jumpmq.ring;

import java.util.Arrays;

/**
 * An immutable array from bucket to destination, kept in chunks: a change copies the chunks that it touches and the
 * spine, so that one bucket more or less costs microseconds at a million, while readers keep what they hold.
 */
final class Buckets<D> {
    static final int CHUNK_SHIFT = 10;
    static final int CHUNK = 1 << CHUNK_SHIFT;
    private static final int CHUNK_MASK = CHUNK - 1;

    private final Object[][] chunks;
    private final int size;

    private Buckets(Object[][] chunks, int size) {
        this.chunks = chunks;
        this.size = size;
    }

    static <D> Buckets<D> none() {
        return new Buckets<>(new Object[0][], 0);
    }

    int size() {
        return size;
    }

    @SuppressWarnings("unchecked") // Only destinations are ever put in.
    D get(int bucket) {
        return (D) chunks[bucket >>> CHUNK_SHIFT][bucket & CHUNK_MASK];
    }

    /** Whether both arrays hold the very same chunk number {@code chunk}, which both have: nothing in it can differ. */
    boolean sharesChunk(Buckets<D> other, int chunk) {
        return chunks[chunk] == other.chunks[chunk];
    }

    Edit<D> edit() {
        return new Edit<>(this);
    }

    /** A changed copy in the making. For one thread, and for one use. */
    static final class Edit<D> {
        private final Object[][] original;
        private Object[][] chunks;
        private int size;

        private Edit(Buckets<D> from) {
            original = from.chunks;
            chunks = from.chunks.clone();
            size = from.size;
        }

        int size() {
            return size;
        }

        @SuppressWarnings("unchecked")
        D get(int bucket) {
            return (D) chunks[bucket >>> CHUNK_SHIFT][bucket & CHUNK_MASK];
        }

        void set(int bucket, D destination) {
            own(bucket >>> CHUNK_SHIFT, 0)[bucket & CHUNK_MASK] = destination;
        }

        void append(D destination, int count) {
            int newSize = size + count;
            int newChunks = (newSize + CHUNK_MASK) >>> CHUNK_SHIFT;
            if (newChunks > chunks.length) {
                chunks = Arrays.copyOf(chunks, newChunks);
            }
            while (size < newSize) {
                int from = size & CHUNK_MASK;
                int to = Math.min(CHUNK, from + newSize - size);
                Arrays.fill(own(size >>> CHUNK_SHIFT, to), from, to, destination);
                size += to - from;
            }
        }

        void removeLast() {
            size--;
        }

        Buckets<D> done() {
            Object[][] kept = Arrays.copyOf(chunks, (size + CHUNK_MASK) >>> CHUNK_SHIFT);
            int tail = size & CHUNK_MASK;
            if (tail != 0) {
                int last = kept.length - 1;
                kept[last] = Arrays.copyOf(kept[last], tail); // No reference outlives its bucket.
            }
            return new Buckets<>(kept, size);
        }

        /** The chunk, copied unless this edit has done so before, with room for at least {@code room} buckets. */
        private Object[] own(int chunk, int room) {
            Object[] current = chunks[chunk];
            if (current == null) {
                chunks[chunk] = new Object[room];
            } else if (chunk < original.length && current == original[chunk]) {
                chunks[chunk] = Arrays.copyOf(current, Math.max(current.length, room));
            } else if (current.length < room) {
                chunks[chunk] = Arrays.copyOf(current, CHUNK); // Many short runs may follow; done() cuts the rest off.
            }
            return chunks[chunk];
        }
    }
}
