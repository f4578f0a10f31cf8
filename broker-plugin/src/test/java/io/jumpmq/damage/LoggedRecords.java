package io.jumpmq.damage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** The message log, read as {@code docs/store-format.md} describes it: another reading than the broker's own. */
final class LoggedRecords {
    static final int HEAD = 32;
    static final int HEAD_USED = 24;
    private static final int FRAME = 8;
    private static final int ALIGNMENT = 8;
    private static final int NOTE = 512;
    private static final int START = 1;
    private static final int MESSAGE = 2;
    private static final int DELETED = 3;
    private static final int RANGE_DELETED = 4;
    private static final int QUEUE_DELETED = 5;
    private static final int FLUSHED = 7;

    /** Where a message's record is found. */
    record Key(long queue, long position) {}

    /** One record: the bytes from {@code offset} to {@code end} count, what is behind them up to the next is padding. */
    record Logged(long segment, long offset, long end, int type, ByteBuffer payload) {
        boolean touches(long from, long to) {
            return from < end && to > offset;
        }
    }

    /** A message that is needed, and the last record of it. */
    record Live(Key key, String name, Logged at) {}

    private final TreeMap<Long, List<Logged>> segments = new TreeMap<>();

    private long first;

    private LoggedRecords() {}

    static LoggedRecords of(Path directory) throws IOException {
        LoggedRecords all = new LoggedRecords();
        try (Stream<Path> files = Files.list(directory.resolve("messages"))) {
            for (Path file :
                    files.filter(name -> name.toString().endsWith(".log")).toList()) {
                long number = Long.parseLong(file.getFileName().toString().replace(".log", ""));
                all.segments.put(number, records(number, Files.readAllBytes(file)));
            }
        }
        all.first = first(
                ByteBuffer.wrap(Files.readAllBytes(directory.resolve("messages").resolve("manifest"))));
        all.segments.headMap(all.first).clear();
        return all;
    }

    /** The first segment that counts: of two notes that are whole the greater one tells. */
    private static long first(ByteBuffer manifest) {
        long[] one = {manifest.getLong(8), manifest.getLong(16)};
        long[] other = {manifest.getLong(NOTE + 8), manifest.getLong(NOTE + 16)};
        return Arrays.compare(one, other) > 0 ? one[1] : other[1];
    }

    /** Whether a segment is one that was only not deleted in time. */
    boolean isDropped(long segment) {
        return segment < first;
    }

    private static List<Logged> records(long number, byte[] file) {
        if (file.length < HEAD || !new String(file, 0, 8, US_ASCII).equals("JUMPMQM1")) {
            throw new IllegalStateException("segment " + number + " of an undamaged store has no head");
        }
        ByteBuffer bytes = ByteBuffer.wrap(file);
        List<Logged> records = new ArrayList<>();
        int offset = HEAD;
        while (offset + FRAME < file.length) {
            int length = bytes.getInt(offset);
            if (length <= 0
                    || offset + FRAME + length > file.length
                    || bytes.getInt(offset + 4) != sum(number, offset, file, offset + FRAME, length)) {
                break;
            }
            int end = offset + FRAME + length;
            ByteBuffer payload = bytes.slice(offset + FRAME + 1, length - 1);
            records.add(new Logged(number, offset, end, file[offset + FRAME], payload));
            offset = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        return records;
    }

    private static int sum(long number, long offset, byte[] bytes, int from, int length) {
        CRC32C sum = new CRC32C();
        sum.update(ByteBuffer.allocate(16).putLong(number).putLong(offset).flip());
        sum.update(bytes, from, length);
        return (int) sum.getValue();
    }

    List<Logged> segment(long number) {
        return segments.getOrDefault(number, List.of());
    }

    /** The last segment that has been begun. */
    long last() {
        return segments.descendingMap().entrySet().stream()
                .filter(segment -> !segment.getValue().isEmpty()
                        && segment.getValue().get(0).type() == START)
                .mapToLong(Map.Entry::getKey)
                .findFirst()
                .orElse(0);
    }

    /** What a restart finds that reads records up to a place in the last segment, in the order of the log. */
    Map<Key, Live> liveBefore(long offsetInLast) {
        Map<Key, Live> live = new LinkedHashMap<>();
        long last = last();
        segments.headMap(last, true)
                .values()
                .forEach(records -> records.stream()
                        .filter(record -> record.segment() < last || record.offset() < offsetInLast)
                        .forEach(record -> apply(record, live)));
        return live;
    }

    /** Whether a message is in an earlier segment: then its record in a later one is a copy, which compaction may not have flushed. */
    boolean isBefore(long segment, Key key) {
        return segments.headMap(segment).values().stream()
                .flatMap(List::stream)
                .anyMatch(record -> record.type() == MESSAGE && key(record).equals(key));
    }

    private static Key key(Logged message) {
        return new Key(message.payload().getLong(1), message.payload().getLong(9));
    }

    private static void apply(Logged record, Map<Key, Live> live) {
        ByteBuffer fields = record.payload().duplicate();
        switch (record.type()) {
            case MESSAGE -> {
                boolean persistent = (fields.get() & 1) == 1;
                Key key = new Key(fields.getLong(), fields.getLong());
                if (persistent) {
                    live.put(key, new Live(key, name(fields), record));
                }
            }
            case DELETED -> {
                long queue = fields.getLong();
                for (int left = fields.getInt(); left > 0; left--) {
                    live.remove(new Key(queue, fields.getLong()));
                }
            }
            case RANGE_DELETED -> {
                long queue = fields.getLong();
                long first = fields.getLong();
                long last = fields.getLong();
                live.keySet()
                        .removeIf(key -> key.queue() == queue && key.position() >= first && key.position() <= last);
            }
            case QUEUE_DELETED -> {
                long queue = fields.getLong();
                live.keySet().removeIf(key -> key.queue() == queue);
            }
            default -> {
                // Nothing that says which messages there are.
            }
        }
    }

    private static String name(ByteBuffer fields) {
        try {
            fields.position(fields.position() + 8 + 4);
            fields.position(fields.position() + 1 + Byte.toUnsignedInt(fields.get(fields.position())));
            fields.position(fields.position() + 1 + Byte.toUnsignedInt(fields.get(fields.position())));
            fields.position(fields.position() + 4 + fields.getInt(fields.position()));
            byte[] body = new byte[fields.remaining()];
            fields.get(body);
            return Messages.name(body);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IllegalStateException("a message's record is not as documented", e);
        }
    }

    /** Up to where the last segment had been flushed, as records in it tell: it may be more. */
    long flushedInLast() {
        long last = last();
        return segment(last).stream()
                .filter(record -> record.type() == FLUSHED && record.payload().getLong(0) == last)
                .mapToLong(record -> record.payload().getLong(8))
                .max()
                .orElse(0);
    }
}
