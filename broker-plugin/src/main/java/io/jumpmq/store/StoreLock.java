package io.jumpmq.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps a second server off a directory, as long as the process lives. */
final class StoreLock implements Closeable {
    private static final String NAME = "lock";

    /** The directories that this process holds: to open and close the file of one again would give the lock back. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;
    private final FileKey key;

    private StoreLock(Path directory, FileChannel channel, FileKey key) {
        this.directory = directory;
        this.channel = channel;
        this.key = key;
    }

    /**
     * Takes the lock.
     *
     * @param orElse what to do if that cannot be had, in words
     * @throws IOException when somebody has it, or the directory cannot be used
     */
    static StoreLock take(Path directory, String orElse) throws IOException {
        try {
            Path held = made(directory).toRealPath();
            if (!HELD.add(held)) {
                throw isUsed(directory, orElse);
            }
            try {
                return lock(held, directory, orElse);
            } catch (IOException | RuntimeException e) {
                HELD.remove(held);
                throw e;
            }
        } catch (FileSystemException e) {
            throw new IOException(
                    FileFailure.text(directory, "used as the data directory", e)
                            + ". The user that runs JumpMQ must own it and be able to write there; or "
                            + orElse,
                    e);
        }
    }

    /** A new one is not everybody's to read: messages and the hashes of passwords lie in it. */
    private static Path made(Path directory) throws IOException {
        FileAttribute<?>[] others =
                directory.getFileSystem().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---"))
                        }
                        : new FileAttribute<?>[0];
        return Files.createDirectories(directory, others);
    }

    private static StoreLock lock(Path held, Path directory, String orElse) throws IOException {
        Path file = held.resolve(NAME);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw isUsed(directory, orElse);
        }
        return new StoreLock(held, channel, FileKey.of(file));
    }

    private static IOException isUsed(Path directory, String orElse) {
        return new IOException("another JumpMQ uses the directory " + directory + ": stop it, or " + orElse);
    }

    /**
     * Returns if the directory still has this lock, so that nobody else can use it.
     *
     * @throws IOException when it has not
     */
    void check() throws IOException {
        key.require(directory.resolve(NAME));
    }

    @Override
    public void close() throws IOException {
        HELD.remove(directory);
        channel.close();
    }
}
