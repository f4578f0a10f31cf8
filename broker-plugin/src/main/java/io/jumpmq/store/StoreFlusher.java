package io.jumpmq.store;

import io.jumpmq.store.MessageSegments.Commit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Makes durable what is written, and tells whoever waits for that. Under load on a thread of its own, all that has come together
 * meanwhile with one call; or each so often, and then nobody waits for it.
 */
final class StoreFlusher {
    /** Less than this the writing thread flushes itself. */
    private static final long LITTLE_BYTES = 64 << 10;

    private final Claim claim;
    private final MessageSegments segments;
    private final CatalogJournal journal;
    private final Duration every;
    private final OpenQueues queues;
    private final AtomicLong unflushedBytes;
    private final StoreFailure failure;
    private final Runnable onEnd;

    private final LinkedBlockingQueue<Written> written = new LinkedBlockingQueue<>();

    /** Rounds that are the flushing thread's. */
    private final AtomicInteger toFlush = new AtomicInteger();

    private final Thread thread = StoreThread.of(this::run, "flush");
    private final CountDownLatch stopping = new CountDownLatch(1);

    /**
     * Does not run yet.
     *
     * @param every how often it flushes; zero: whenever something is written
     * @param unflushedBytes how much waits to be flushed
     * @param onEnd run when it has flushed what was written last
     */
    StoreFlusher(
            Claim claim,
            MessageSegments segments,
            CatalogJournal journal,
            Duration every,
            OpenQueues queues,
            AtomicLong unflushedBytes,
            StoreFailure failure,
            Runnable onEnd) {
        this.claim = claim;
        this.segments = segments;
        this.journal = journal;
        this.every = every;
        this.queues = queues;
        this.unflushedBytes = unflushedBytes;
        this.failure = failure;
        this.onEnd = onEnd;
    }

    void start() {
        thread.start();
    }

    /** Waits no more between flushes. Any thread. */
    void stop() {
        stopping.countDown();
    }

    /** Whether a pause of the writing thread brings more into one flush. */
    boolean coalesces() {
        return every.isZero() && unflushedBytes.get() < LITTLE_BYTES;
    }

    /**
     * A round is written. On the writing thread.
     *
     * @param idle whether that thread has nothing else to do
     */
    void take(Written round, boolean idle) throws IOException {
        if (!every.isZero()) {
            claim.check();
            tell(round);
            written.add(round);
        } else if (round.bytes() < LITTLE_BYTES && !round.last() && toFlush.get() == 0 && idle) {
            finish(List.of(round)); // Nothing to do meanwhile: a second thread would only cost its waking.
        } else {
            toFlush.incrementAndGet();
            written.add(round);
        }
    }

    private void run() {
        boolean more = true;
        try {
            while (more && !failure.isThere()) {
                more = flushRound(written.take());
                if (!every.isZero()) {
                    stopping.await(every.toNanos(), TimeUnit.NANOSECONDS);
                }
            }
            if (!failure.isThere()) {
                onEnd.run();
            }
        } catch (IOException | RuntimeException | Error e) {
            failure.fail(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure.fail(e);
        }
    }

    /** What is to be flushed next; null: nothing. */
    @Nullable Written poll() {
        return written.poll();
    }

    /** Makes durable what was written in a round, and in those since; whether there is more to come. */
    boolean flushRound(Written first) throws IOException {
        List<Written> batch = new ArrayList<>();
        batch.add(first);
        written.drainTo(batch);
        if (every.isZero()) {
            finish(batch);
            toFlush.addAndGet(-batch.size());
        } else {
            flush(batch);
        }
        return batch.stream().noneMatch(Written::last);
    }

    private void finish(List<Written> batch) throws IOException {
        flush(batch);
        claim.check(); // What was flushed into a directory that is gone is not durable.
        batch.forEach(this::tell);
    }

    /** The catalog first: no message is durable whose queue is not. Each segment was flushed when the next began. */
    private void flush(List<Written> batch) throws IOException {
        boolean catalog = false;
        Commit last = null;
        for (Written round : batch) {
            catalog |= round.journal();
            last = round.commit() == null ? last : round.commit();
        }
        if (catalog) {
            journal.flush();
        }
        if (last != null) {
            last.flush();
            segments.flushed(last);
        }
    }

    private void tell(Written round) {
        round.tellQueues();
        round.recorded().forEach(Runnable::run);
        queues.forget(round.deleted());
        unflushedBytes.addAndGet(-round.bytes());
    }
}
