package io.jumpmq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** Tells which file of another disk is read, and how far: for whoever waits for a start. */
final class ReportedDisk implements Disk {
    private final Disk disk;
    private final String folder;
    private final Consumer<String> reading;

    ReportedDisk(Disk disk, String folder, Consumer<String> reading) {
        this.disk = disk;
        this.folder = folder;
        this.reading = reading;
    }

    @Override
    public List<String> list() throws IOException {
        return disk.list();
    }

    @Override
    public File create(String name, long size, ByteBuffer head) throws IOException {
        reading.accept("makes " + folder + "/" + name + " of " + (size >> 20) + " MiB");
        return disk.create(name, size, head);
    }

    @Override
    public File open(String name) throws IOException {
        List<String> like = disk.list().stream()
                .filter(other -> suffix(other).equals(suffix(name)))
                .sorted()
                .toList();
        String what = "reads " + folder + "/" + name + ", file " + (like.indexOf(name) + 1) + " of " + like.size();
        return new ReportedFile(disk.open(name), what, reading);
    }

    private static String suffix(String name) {
        return name.substring(name.indexOf('.') + 1);
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
    }

    @Override
    public void replace(String name, ByteBuffer content) throws IOException {
        disk.replace(name, content);
    }

    @Override
    public long usableBytes() throws IOException {
        return disk.usableBytes();
    }

    private record ReportedFile(File file, String what, Consumer<String> reading) implements File {
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
            reading.accept(what + ", at " + (at >> 20) + " MiB");
            file.read(into, at);
        }

        @Override
        public void write(ByteBuffer from, long at) throws IOException {
            file.write(from, at);
        }

        @Override
        public void flush() throws IOException {
            file.flush();
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
