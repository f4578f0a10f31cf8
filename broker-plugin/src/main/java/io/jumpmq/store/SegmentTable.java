package io.jumpmq.store;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The segments of a log that count, the oldest first. Once it has begun, each change is noted in the manifest. */
final class SegmentTable {
    private final TreeMap<Long, Segment> segments = new TreeMap<>();
    private final ArrayDeque<Segment> sealed = new ArrayDeque<>();
    private @Nullable NotePair manifest;
    private long diskBytes;

    /** For recovery: a segment is there. */
    void found(Segment segment) {
        segments.put(segment.number, segment);
    }

    /** From now on, what changes is noted. */
    void begin(NotePair openManifest) {
        manifest = openManifest;
        segments.values().forEach(segment -> diskBytes += segment.capacity);
    }

    /** A new segment, the newest from now on. */
    void add(Segment segment) throws IOException {
        diskBytes += segment.capacity;
        segments.put(segment.number, segment);
        note();
    }

    /** The oldest segment counts no more. */
    void remove(Segment oldest) throws IOException {
        segments.remove(oldest.number);
        diskBytes -= oldest.capacity;
        note();
    }

    private void note() throws IOException {
        if (manifest != null) {
            new Manifest(segments.firstKey(), segments.lastKey(), 0).write(manifest);
        }
    }

    /** A segment is full, and its summary is to be written. */
    void addSealed(Segment segment) {
        sealed.add(segment);
    }

    /** A segment that was sealed and whose summary is not on disk yet; null when there is none. */
    @Nullable Segment nextSealed() {
        return sealed.poll();
    }

    @Nullable Segment get(long number) {
        return segments.get(number);
    }

    Segment oldest() {
        return segments.firstEntry().getValue();
    }

    /** The last one; null: there is none. */
    @Nullable Segment newest() {
        return segments.isEmpty() ? null : segments.lastEntry().getValue();
    }

    /** All, the oldest first. */
    Collection<Segment> all() {
        return segments.values();
    }

    /** How many there are. Any thread; a moment old. */
    int count() {
        return segments.size();
    }

    /** Bytes of all. Any thread; a moment old. */
    long diskBytes() {
        return diskBytes;
    }

    void close() throws IOException {
        for (Segment segment : segments.values()) {
            segment.file.close();
        }
        if (manifest != null) {
            manifest.close();
        }
    }
}
