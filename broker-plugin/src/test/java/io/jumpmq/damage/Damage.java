package io.jumpmq.damage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * One thing that happens to a directory.
 *
 * @param file relative to the data directory
 * @param from the first byte that changes
 * @param to behind the last that does; the same as {@code from} where nothing changes, since it was so before
 * @param bit of the byte, for a flipped one
 * @param source where bytes come from that are written to a wrong place
 */
record Damage(String file, Kind kind, long from, long to, int bit, long source) {
    enum Kind {
        FLIP,
        CUT,
        ZERO,
        MISPLACE,
        REMOVE,
        REMOVE_DIRECTORY
    }

    private static final int SECTOR = 512;
    private static final int PAGE = 4096;

    static Damage random(Path directory, SplittableRandom random) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.filter(Files::isRegularFile)
                    .sorted()
                    .flatMap(file -> Collections.nCopies(file.toString().endsWith(".log") ? 3 : 1, file).stream())
                    .toList();
        }
        Path file = files.get(random.nextInt(files.size()));
        String name = directory.relativize(file).toString();
        byte[] bytes = Files.readAllBytes(file);
        int kind = random.nextInt(100);
        if (kind < 3 && name.contains("/")) {
            return new Damage(name.substring(0, name.indexOf('/')), Kind.REMOVE_DIRECTORY, 0, 0, 0, 0);
        }
        if (kind < 10 || bytes.length == 0) {
            return new Damage(name, Kind.REMOVE, 0, bytes.length, 0, 0);
        }
        int place = place(bytes, random);
        if (kind < 60) {
            return new Damage(name, Kind.FLIP, place, place + 1, random.nextInt(8), 0);
        }
        if (kind < 78) {
            int length = switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> Math.min(bytes.length, LoggedRecords.HEAD);
                default -> place;
            };
            return new Damage(name, Kind.CUT, length, bytes.length, 0, 0);
        }
        int unit = random.nextBoolean() ? SECTOR : PAGE;
        int start = place / unit * unit;
        int end = Math.min(bytes.length, start + unit);
        if (kind < 93) {
            boolean all = random.nextInt(4) == 0;
            return changing(
                    bytes, new byte[bytes.length], all ? 0 : start, all ? bytes.length : end, name, Kind.ZERO, 0);
        }
        int source = random.nextInt(bytes.length) / unit * unit;
        byte[] other = bytes.clone();
        System.arraycopy(bytes, source, other, start, Math.min(end - start, bytes.length - source));
        return changing(bytes, other, start, end, name, Kind.MISPLACE, source);
    }

    /** Mostly where something is written: a file may end in megabytes of zeros. */
    private static int place(byte[] bytes, SplittableRandom random) {
        int used = bytes.length;
        while (used > 1 && bytes[used - 1] == 0) {
            used--;
        }
        return switch (random.nextInt(10)) {
            case 0 -> random.nextInt(Math.min(bytes.length, 2 * LoggedRecords.HEAD));
            case 1 -> random.nextInt(bytes.length);
            case 2 -> Math.max(0, used - 1 - random.nextInt(Math.min(used, PAGE)));
            default -> random.nextInt(used);
        };
    }

    private static Damage changing(byte[] before, byte[] after, int from, int to, String file, Kind kind, long source) {
        int first = Arrays.mismatch(before, from, to, after, from, to);
        if (first < 0) {
            return new Damage(file, kind, from, from, 0, source);
        }
        int last = to;
        while (before[last - 1] == after[last - 1]) {
            last--;
        }
        return new Damage(file, kind, from + first, last, 0, source + first);
    }

    /** Whether there is any: zeros that are zeroed stay as they were. */
    boolean changesNothing() {
        return (kind == Kind.ZERO || kind == Kind.MISPLACE) && from == to;
    }

    void apply(Path directory) throws IOException {
        Path path = directory.resolve(file);
        switch (kind) {
            case REMOVE -> Files.delete(path);
            case REMOVE_DIRECTORY -> Base.delete(path);
            default -> {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    change(channel);
                }
            }
        }
    }

    private void change(FileChannel channel) throws IOException {
        switch (kind) {
            case FLIP -> {
                ByteBuffer one = ByteBuffer.allocate(1);
                channel.read(one, from);
                channel.write(one.put(0, (byte) (one.get(0) ^ 1 << bit)).flip(), from);
            }
            case CUT -> channel.truncate(from);
            case ZERO -> channel.write(ByteBuffer.allocate((int) (to - from)), from);
            default -> {
                ByteBuffer moved = ByteBuffer.allocate((int) (to - from));
                channel.read(moved, source);
                channel.write(moved.flip(), from);
            }
        }
    }
}
