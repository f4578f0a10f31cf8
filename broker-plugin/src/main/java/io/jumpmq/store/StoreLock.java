package io.jumpmq.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Keeps a second server off a directory, as long as the process lives. */
final class StoreLock implements Closeable {
    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws IOException when somebody has it
     */
    @SuppressWarnings("EmptyCatch") // Then somebody in this very process has it.
    static StoreLock take(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Handled as what it is below.
        }
        require(lock, channel, directory);
        return new StoreLock(channel);
    }

    private static void require(@Nullable FileLock lock, FileChannel channel, Path directory) throws IOException {
        if (lock == null) {
            channel.close();
            throw new IOException("another JumpMQ uses the directory " + directory
                    + ": stop it, or give this one another --data-dir");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
