package io.jumpmq.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/**
 * What the disk itself can do, for a figure beside those of the store: appending and flushing 4 kB and 1 MB at a time, to a file
 * that is filled in advance, as the store does. It takes a directory. A single file of Java, which Java runs as it is:
 *
 * <pre>java stats-tests/src/bench/java/io/jumpmq/bench/DiskLimit.java DIRECTORY</pre>
 */
public final class DiskLimit {
    private static final int FILE_BYTES = 256 << 20;
    private static final int SMALL = 4 << 10;
    private static final int LARGE = 1 << 20;

    private DiskLimit() {}

    /** Measures and prints. */
    @SuppressWarnings("SystemOut") // That is what it is for.
    public static void main(String[] arguments) throws IOException {
        Path file = Files.createTempFile(Path.of(arguments.length == 0 ? "." : arguments[0]), "disk-limit", ".tmp");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(LARGE);
            for (long at = 0; at < FILE_BYTES; at += LARGE) {
                channel.write(zeros.clear(), at);
            }
            channel.force(true);
            long[] small = run(channel, SMALL, 1000);
            System.out.printf(
                    Locale.ROOT,
                    "4 kB append + fdatasync: mean %.2f ms, p99 %.2f ms%n",
                    Arrays.stream(small).average().orElse(0) / 1e6,
                    small[small.length * 99 / 100] / 1e6);
            long[] large = run(channel, LARGE, 200);
            System.out.printf(
                    Locale.ROOT,
                    "1 MB appends + fdatasync: %.0f MB/s%n",
                    large.length / (Arrays.stream(large).sum() / 1e9));
        } finally {
            Files.delete(file);
        }
    }

    /** How long each took, sorted, in nanoseconds. */
    private static long[] run(FileChannel channel, int size, int count) throws IOException {
        ByteBuffer data = ByteBuffer.allocateDirect(size);
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            channel.write(data.clear(), (long) i * size);
            channel.force(false);
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos;
    }
}
