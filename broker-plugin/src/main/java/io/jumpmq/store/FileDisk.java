package io.jumpmq.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** A directory of the file system. What goes wrong is told with the file's name. */
final class FileDisk implements Disk {
    private static final String UNFINISHED = ".tmp";
    private static final int ZEROS = 256 << 10;

    private final Path directory;

    FileDisk(Path directory) throws IOException {
        try {
            this.directory = Files.createDirectories(directory);
        } catch (IOException e) {
            throw FileFailure.of(directory, "made", e);
        }
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.endsWith(UNFINISHED))
                    .toList();
        } catch (IOException e) {
            throw FileFailure.of(directory, "listed", e);
        }
    }

    @Override
    public File create(String name, long size, ByteBuffer head) throws IOException {
        put(name, channel -> {
            // Blocks that are really there, so that flushing what is written to them changes no more than their
            // contents.
            ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS, size));
            for (long at = 0; at < size; at += zeros.limit()) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), size - at));
                writeFully(channel, zeros, at);
            }
            writeFully(channel, head, 0);
        });
        return open(name);
    }

    @Override
    public File open(String name) throws IOException {
        Path file = directory.resolve(name);
        try {
            return new ChannelFile(file, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw FileFailure.of(file, "opened", e);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Path file = directory.resolve(name);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw FileFailure.of(file, "deleted", e);
        }
    }

    @Override
    public void replace(String name, ByteBuffer content) throws IOException {
        put(name, channel -> writeFully(channel, content, 0));
    }

    /** Writes what a file is to hold. */
    private interface Filling {
        void fill(FileChannel channel) throws IOException;
    }

    /** Writes and flushes it under another name first: there is the whole of it, or what was there before. */
    private void put(String name, Filling filling) throws IOException {
        Path file = directory.resolve(name);
        Path unfinished = directory.resolve(name + UNFINISHED);
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            filling.fill(channel);
            channel.force(true);
        } catch (IOException e) {
            NotWrittenException told = new NotWrittenException(FileFailure.text(file, "written", e), e);
            try {
                Files.deleteIfExists(unfinished); // It may have taken the room that others need.
            } catch (IOException again) {
                told.addSuppressed(again);
            }
            throw told;
        }
        try {
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            flushDirectory();
        } catch (IOException e) {
            throw FileFailure.of(file, "made or replaced", e);
        }
    }

    @Override
    public long usableBytes() throws IOException {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            throw FileFailure.of(directory, "asked how much room it has", e);
        }
    }

    private void flushDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer from, long at) throws IOException {
        long position = at;
        while (from.hasRemaining()) {
            position += channel.write(from, position);
        }
    }

    private record ChannelFile(Path path, FileChannel channel) implements File {
        @Override
        public String name() {
            return String.valueOf(path.getFileName());
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void read(ByteBuffer into, long at) throws IOException {
            long position = at;
            while (into.hasRemaining()) {
                int read;
                try {
                    read = channel.read(into, position);
                } catch (IOException e) {
                    throw FileFailure.of(path, "read", e);
                }
                if (read < 0) {
                    throw new EOFException(path + " ends at " + position);
                }
                position += read;
            }
        }

        @Override
        public void write(ByteBuffer from, long at) throws IOException {
            try {
                writeFully(channel, from, at);
            } catch (IOException e) {
                throw FileFailure.of(path, "written", e);
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                channel.force(false);
            } catch (IOException e) {
                throw FileFailure.of(path, "flushed", e);
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            try {
                channel.truncate(size);
            } catch (IOException e) {
                throw FileFailure.of(path, "cut", e);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
