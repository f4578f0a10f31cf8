package io.jumpmq.store;

import io.jumpmq.broker.loop.Coalescing;
import io.jumpmq.store.MessageSegments.Commit;
import io.jumpmq.store.MessageSegments.Slot;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what loops hand over, in rounds: all that has come by then. It alone writes to {@link MessageSegments}. */
final class StoreWriter {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.store");
    private static final int MAILBOX_CHUNK = 1024;
    private static final long IDLE_MILLIS = 500;
    private static final long STALLED_MILLIS = 5;

    /** Written before the reading thread sees to loads, and the flushing thread to what is to be flushed. */
    private static final long ROUND_BYTES = 4 << 20;

    /** Each flush costs as much for one message as for a hundred. */
    private static final long COALESCING_NANOS = TimeUnit.MICROSECONDS.toNanos(400);

    /** A round that somebody waits for more than so many times is worth its flush. */
    private static final long FULL_BATCH = 1_000;

    /** What nobody waits for, such as deletions, is written by then, or when there is so much of it. */
    private static final long LAZY_MILLIS = 10;

    private static final int MAX_LAZY_ROUNDS = 256;

    private final MessageSegments segments;
    private final CatalogJournal journal;
    private final DeferredMessages deferred;
    private final Supplier<WriteRound> rounds;
    private final StoreFlusher flusher;
    private final StoreUpkeep upkeep;
    private final ExecutorService reading;
    private final StoreFailure failure;
    private final LongSupplier nanoTime;

    private final MpscUnboundedAtomicArrayQueue<Object> mailbox = new MpscUnboundedAtomicArrayQueue<>(MAILBOX_CHUNK);
    private final Thread thread = StoreThread.of(this::run, "write");
    private final Coalescing coalescing = new Coalescing(COALESCING_NANOS, FULL_BATCH);
    private volatile boolean idle;
    private int lazyRounds;
    private long lazySince;

    /** Something to be run when what the catalog's journal has by then is flushed. */
    private record CatalogWritten(Runnable flushed) {}

    /** Messages that could not be read. */
    private record Unread(QueueLog log, List<Slot> slots) {}

    private record Stop(Map<Long, Long> seen) {}

    /** What it does after a round. */
    enum Next {
        GO_ON,
        /** There was nothing to do. */
        WAIT,
        STOP
    }

    /**
     * Does not run yet.
     *
     * @param rounds makes an empty one
     * @param deferred what these could not write yet
     */
    StoreWriter(
            MessageSegments segments,
            CatalogJournal journal,
            Supplier<WriteRound> rounds,
            DeferredMessages deferred,
            StoreFlusher flusher,
            StoreUpkeep upkeep,
            ExecutorService reading,
            StoreFailure failure,
            LongSupplier nanoTime) {
        this.segments = segments;
        this.journal = journal;
        this.rounds = rounds;
        this.deferred = deferred;
        this.flusher = flusher;
        this.upkeep = upkeep;
        this.reading = reading;
        this.failure = failure;
        this.nanoTime = nanoTime;
    }

    void start() {
        thread.start();
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    // Any thread.

    void take(Work work) {
        post(work);
    }

    /** Has something run when what the catalog's journal has by now is flushed. */
    void whenFlushed(Runnable action) {
        post(new CatalogWritten(action));
    }

    /** Messages could not be read: they are set aside. */
    void setAside(QueueLog log, List<Slot> slots) {
        post(new Unread(log, slots));
    }

    /** Writes what was handed over, and ends. */
    void stop(Map<Long, Long> seen) {
        post(new Stop(seen));
    }

    private void post(Object message) {
        mailbox.offer(message);
        if (idle) {
            synchronized (mailbox) {
                mailbox.notifyAll();
            }
        }
    }

    // Its own thread.

    private void run() {
        try {
            Next next = Next.GO_ON;
            while (next != Next.STOP && !failure.isThere()) {
                if (!mailbox.isEmpty()) {
                    coalesce();
                }
                next = writeRound();
                if (next == Next.WAIT) {
                    await(lazyRounds > 0 ? LAZY_MILLIS : deferred.isEmpty() ? IDLE_MILLIS : STALLED_MILLIS);
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            failure.fail(e);
        }
    }

    /** Waits a moment for more when that is known to pay, and little has come yet. */
    private void coalesce() {
        long pause = coalescing.nextPause(System.nanoTime());
        if (pause > 0 && flusher.coalesces()) {
            LockSupport.parkNanos(this, pause);
        }
    }

    private void await(long millis) {
        idle = true;
        synchronized (mailbox) {
            if (mailbox.isEmpty() && !failure.isThere()) {
                try {
                    mailbox.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    failure.fail(e);
                }
            }
        }
        idle = false;
    }

    /** Writes what has come. */
    Next writeRound() throws IOException {
        WriteRound round = rounds.get();
        round.resumeDeferred(ROUND_BYTES);
        Object next = mailbox.poll();
        if (next == null && round.bytes() == 0) {
            if (isLazy(round) && nanoTime.getAsLong() - lazySince < TimeUnit.MILLISECONDS.toNanos(LAZY_MILLIS)) {
                return Next.WAIT;
            }
            // What was flushed last is noted when there is time, so that a later start can tell damage from a torn end.
            pass(round);
            upkeep.run();
            return Next.WAIT;
        }
        Stop stop = takeAll(round, next);
        if (round.awaited() > 0) {
            coalescing.found(round.awaited());
        } else if (stop == null && round.bytes() == 0 && lazyRounds < MAX_LAZY_ROUNDS) {
            lazySince = lazyRounds == 0 ? nanoTime.getAsLong() : lazySince;
            lazyRounds++;
            return Next.GO_ON;
        }
        if (stop != null) {
            end(round, stop);
            return Next.STOP;
        }
        pass(round);
        upkeep.run();
        return Next.GO_ON;
    }

    /** Whether there is only what nobody waits for. */
    private boolean isLazy(WriteRound round) {
        return lazyRounds > 0 && round.awaited() == 0;
    }

    private @Nullable Stop takeAll(WriteRound round, @Nullable Object first) throws IOException {
        Object next = first;
        while (next != null) {
            if (next instanceof Work work) {
                round.take(work);
            } else if (next instanceof CatalogWritten catalog) {
                round.catalogWritten(catalog.flushed);
            } else if (next instanceof Unread unread) {
                for (Slot slot : unread.slots) {
                    segments.setAside(unread.log.queue, slot.position());
                }
            } else if (next instanceof Stop stop) {
                return stop;
            }
            next = round.bytes() < ROUND_BYTES ? mailbox.poll() : null;
        }
        return null;
    }

    private void end(WriteRound round, Stop stop) throws IOException {
        round.stop();
        if (!segments.stop(stop.seen)) {
            LOG.warn("The disk is full: the next start will be as after a crash, and deliver again what was"
                    + " acknowledged last");
        }
        journal.noteFlushed();
        pass(round);
    }

    private void pass(WriteRound round) throws IOException {
        lazyRounds = 0;
        Commit commit = segments.write();
        round.loads().forEach(reading::execute);
        if (commit != null || round.hasResult()) {
            flusher.take(round.done(commit), mailbox.isEmpty());
        }
    }
}
