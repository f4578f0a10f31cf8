package io.jumpmq.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory. Of what was written and not flushed, a {@linkplain #crash crash} keeps any part: each sector of each
 * write, or not. It can be made to fail at the n-th call that changes something, or at the n-th call of a kind.
 */
final class SimulatedDisk implements Disk {
    private static final int SECTOR = 512;

    /** The kinds of calls. */
    enum Call {
        LIST,
        OPEN,
        READ,
        USABLE,
        CREATE,
        REPLACE,
        WRITE,
        FLUSH,
        TRUNCATE,
        DELETE
    }

    /** What may go wrong with one. */
    enum Fault {
        /** It does nothing and says so. */
        ERROR,
        /** It says that it failed, and has done it. */
        LATE_ERROR,
        /** The disk is full, from then on. */
        FULL
    }

    private record Planned(Call call, Fault fault, boolean forever) {}

    private final TreeMap<String, Content> files = new TreeMap<>();
    private long room = Long.MAX_VALUE / 2;
    private int callsUntilFailure = Integer.MAX_VALUE;
    private int changes;
    private @Nullable Planned planned;
    private int callsUntilPlanned;
    private boolean fired;
    private boolean flushesFail;
    private volatile long flushNanos;

    /** What a file holds, and what of it would be there after a crash. */
    private static final class Content {
        byte[] now;
        byte[] durable;
        final List<long[]> unflushed = new ArrayList<>();

        Content(byte[] now) {
            this.now = now;
            this.durable = now.clone();
        }
    }

    /** Fails with an error at that call that changes something, and ever after. */
    synchronized void failAfter(int calls) {
        callsUntilFailure = calls;
    }

    /** Whether it fails ever after. */
    synchronized boolean isFailing() {
        return callsUntilFailure < 0 || fired;
    }

    /** Something goes wrong with a call of that kind after so many that go well, and perhaps with all later ones. */
    synchronized void plan(Call call, int calls, Fault fault, boolean forever) {
        planned = new Planned(call, fault, forever);
        callsUntilPlanned = calls;
    }

    /** Whether what was planned has gone wrong. */
    synchronized boolean hasFired() {
        return fired;
    }

    /** From now on flushing takes a while. */
    void slowFlushes(long nanos) {
        flushNanos = nanos;
    }

    /** From now on what is written stays unflushed, and flushing fails. */
    synchronized void failFlushes() {
        flushesFail = true;
    }

    /** How much more can be allocated. */
    synchronized void room(long bytes) {
        room = bytes;
    }

    /** How many calls have changed something. */
    synchronized int changes() {
        return changes;
    }

    /** The disk as it is found after a power loss in this moment. */
    synchronized SimulatedDisk crash(SplittableRandom random) {
        SimulatedDisk after = new SimulatedDisk();
        files.forEach((name, content) -> {
            byte[] found = content.durable.clone();
            if (found.length < content.now.length) {
                found = Arrays.copyOf(found, content.now.length);
            }
            for (long[] write : content.unflushed) {
                for (long at = write[0]; at < write[1]; at = (at / SECTOR + 1) * SECTOR) {
                    long end = Math.min(write[1], (at / SECTOR + 1) * SECTOR);
                    if (random.nextBoolean()) {
                        System.arraycopy(content.now, (int) at, found, (int) at, (int) (end - at));
                    }
                }
            }
            after.files.put(name, new Content(found));
        });
        return after;
    }

    /** The disk as a killed process leaves it: all that was written is there. */
    synchronized SimulatedDisk kill() {
        SimulatedDisk after = new SimulatedDisk();
        files.forEach((name, content) -> after.files.put(name, new Content(content.now.clone())));
        return after;
    }

    synchronized byte[] content(String name) {
        return content(name, files.get(name)).now;
    }

    private static Content content(String name, @Nullable Content content) {
        if (content == null) {
            throw new IllegalArgumentException("no file " + name);
        }
        return content;
    }

    private void change() throws IOException {
        changes++;
        if (--callsUntilFailure < 0) {
            throw new IOException("simulated input/output error");
        }
    }

    /** A call begins; whether it is to fail late. */
    private boolean begin(Call call) throws IOException {
        Planned plan = planned;
        if (plan == null || plan.call != call || callsUntilPlanned-- > 0 || (fired && !plan.forever)) {
            return false;
        }
        fired = true;
        switch (plan.fault) {
            case FULL -> room = 0;
            case ERROR -> {
                if (call == Call.CREATE || call == Call.REPLACE) {
                    throw new NotWrittenException("simulated error: " + call, null);
                }
                end(true, call);
            }
            case LATE_ERROR -> {
                return true;
            }
        }
        return false;
    }

    private static void end(boolean late, Call call) throws IOException {
        if (late) {
            throw new IOException("simulated error: " + call);
        }
    }

    private void take(long bytes) throws IOException {
        if (bytes > 0 && bytes > room) {
            throw new NotWrittenException("simulated: no space left on device", null);
        }
        room -= bytes;
    }

    @Override
    public synchronized List<String> list() throws IOException {
        end(begin(Call.LIST), Call.LIST);
        return List.copyOf(files.keySet());
    }

    @Override
    public synchronized File create(String name, long size, ByteBuffer head) throws IOException {
        change();
        boolean late = begin(Call.CREATE);
        take(size - length(name));
        byte[] bytes = new byte[(int) size];
        head.get(bytes, 0, head.remaining());
        files.put(name, new Content(bytes));
        end(late, Call.CREATE);
        return open(name);
    }

    private long length(String name) {
        Content content = files.get(name);
        return content == null ? 0 : content.now.length;
    }

    @Override
    public synchronized File open(String name) throws IOException {
        end(begin(Call.OPEN), Call.OPEN);
        Content content = files.get(name);
        if (content == null) {
            throw new IOException("no such file: " + name);
        }
        return new OpenFile(name, content);
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        change();
        boolean late = begin(Call.DELETE);
        room += length(name);
        files.remove(name);
        end(late, Call.DELETE);
    }

    @Override
    public synchronized void replace(String name, ByteBuffer from) throws IOException {
        change();
        boolean late = begin(Call.REPLACE);
        take(from.remaining() - length(name));
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        files.put(name, new Content(bytes));
        end(late, Call.REPLACE);
    }

    @Override
    public synchronized long usableBytes() throws IOException {
        end(begin(Call.USABLE), Call.USABLE);
        return room;
    }

    private final class OpenFile implements File {
        private final String name;
        private final Content content;
        private volatile boolean closed;

        OpenFile(String name, Content content) {
            this.name = name;
            this.content = content;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long size() {
            synchronized (SimulatedDisk.this) {
                return content.now.length;
            }
        }

        @Override
        public void read(ByteBuffer into, long at) throws IOException {
            synchronized (SimulatedDisk.this) {
                SimulatedDisk.end(begin(Call.READ), Call.READ);
                if (at + into.remaining() > content.now.length) {
                    throw new EOFException(name);
                }
                into.put(content.now, (int) at, into.remaining());
            }
        }

        @Override
        public void write(ByteBuffer from, long at) throws IOException {
            synchronized (SimulatedDisk.this) {
                change();
                boolean late = begin(Call.WRITE);
                long end = at + from.remaining();
                if (end > content.now.length) {
                    take(end - content.now.length);
                    content.now = Arrays.copyOf(content.now, (int) end);
                }
                from.get(content.now, (int) at, from.remaining());
                content.unflushed.add(new long[] {at, end});
                SimulatedDisk.end(late, Call.WRITE);
            }
        }

        @Override
        public void flush() throws IOException {
            LockSupport.parkNanos(flushNanos);
            synchronized (SimulatedDisk.this) {
                change();
                if (closed) {
                    throw new IOException(name + " is closed");
                }
                if (flushesFail) {
                    throw new IOException("simulated failure to flush");
                }
                boolean late = begin(Call.FLUSH);
                if (content.durable.length != content.now.length) {
                    content.durable = Arrays.copyOf(content.durable, content.now.length);
                }
                for (long[] write : content.unflushed) {
                    System.arraycopy(
                            content.now, (int) write[0], content.durable, (int) write[0], (int) (write[1] - write[0]));
                }
                content.unflushed.clear();
                SimulatedDisk.end(late, Call.FLUSH);
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (SimulatedDisk.this) {
                change();
                boolean late = begin(Call.TRUNCATE);
                room += content.now.length - size;
                content.now = Arrays.copyOf(content.now, (int) size);
                content.durable = Arrays.copyOf(content.durable, (int) size);
                content.unflushed.removeIf(write -> write[1] > size);
                SimulatedDisk.end(late, Call.TRUNCATE);
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
