package io.jumpmq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Notices when another disk's files are deleted, moved or replaced behind its back. A file that is gone can still be written to,
 * as long as it is open; so each flush looks whether the file is there, and {@link #check} sees to those that nobody writes
 * to. Summaries are not missed: they may be deleted at any time.
 */
final class WatchedDisk implements Disk {
    private final Path directory;
    private final Disk disk;

    /** Of the files that are there, by name. A name and its key change together: guarded by this. */
    private final Map<String, FileKey> keys = new HashMap<>();

    private WatchedDisk(Path directory, Disk disk) {
        this.directory = directory;
        this.disk = disk;
    }

    static WatchedDisk of(Path directory) throws IOException {
        return new WatchedDisk(directory.toAbsolutePath(), new FileDisk(directory));
    }

    /**
     * Returns if all files that were made or opened, and not deleted, are there.
     *
     * @throws IOException for the first that is not
     */
    synchronized void check() throws IOException {
        for (Map.Entry<String, FileKey> file : keys.entrySet()) {
            file.getValue().require(directory.resolve(file.getKey()));
        }
    }

    private File watch(File file) throws IOException {
        FileKey key = FileKey.of(directory.resolve(file.name()));
        keys.put(file.name(), key);
        return new WatchedFile(file, directory.resolve(file.name()), key);
    }

    @Override
    public List<String> list() throws IOException {
        return disk.list();
    }

    @Override
    public synchronized File create(String name, long size, ByteBuffer head) throws IOException {
        return watch(disk.create(name, size, head));
    }

    @Override
    public synchronized File open(String name) throws IOException {
        File file = disk.open(name);
        return Summary.isSummary(name) ? file : watch(file);
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        keys.remove(name);
        disk.delete(name);
    }

    @Override
    public synchronized void replace(String name, ByteBuffer content) throws IOException {
        disk.replace(name, content);
        if (!Summary.isSummary(name)) {
            keys.put(name, FileKey.of(directory.resolve(name)));
        }
    }

    @Override
    public long usableBytes() throws IOException {
        return disk.usableBytes();
    }

    private record WatchedFile(File file, Path path, FileKey key) implements File {
        @Override
        public String name() {
            return file.name();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void read(ByteBuffer into, long at) throws IOException {
            file.read(into, at);
        }

        @Override
        public void write(ByteBuffer from, long at) throws IOException {
            file.write(from, at);
        }

        @Override
        public void flush() throws IOException {
            file.flush();
            key.require(path);
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
