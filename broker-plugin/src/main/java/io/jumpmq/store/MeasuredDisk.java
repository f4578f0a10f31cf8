package io.jumpmq.store;

import io.jumpmq.metrics.DiskCounters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Counts what is read from, written to and flushed of the files of another disk. Making files is not counted. */
final class MeasuredDisk implements Disk {
    private final Disk disk;
    private final DiskCounters counters;

    MeasuredDisk(Disk disk, DiskCounters counters) {
        this.disk = disk;
        this.counters = counters;
    }

    @Override
    public List<String> list() throws IOException {
        return disk.list();
    }

    @Override
    public File create(String name, long size, ByteBuffer head) throws IOException {
        return new MeasuredFile(disk.create(name, size, head), counters);
    }

    @Override
    public File open(String name) throws IOException {
        return new MeasuredFile(disk.open(name), counters);
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

    private record MeasuredFile(File file, DiskCounters counters) implements File {
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
            int bytes = into.remaining();
            long start = System.nanoTime();
            file.read(into, at);
            counters.read(bytes, System.nanoTime() - start);
        }

        @Override
        public void write(ByteBuffer from, long at) throws IOException {
            int bytes = from.remaining();
            long start = System.nanoTime();
            file.write(from, at);
            counters.written(bytes, System.nanoTime() - start);
        }

        @Override
        public void flush() throws IOException {
            long start = System.nanoTime();
            file.flush();
            counters.flushed(System.nanoTime() - start);
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
