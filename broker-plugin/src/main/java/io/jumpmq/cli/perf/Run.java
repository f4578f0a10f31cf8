package io.jumpmq.cli.perf;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** When a measurement is over, and why. */
final class Run {
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    private final AtomicInteger publishers;
    private final AtomicLong toReceive;
    private final boolean endsWithReceiving;

    /**
     * A measurement.
     *
     * @param publishers how many there are; the end of the last one may be the end
     * @param toReceive over when so many have come; 0: when the publishers are done, or somebody ends it
     */
    Run(int publishers, long toReceive) {
        this.publishers = new AtomicInteger(publishers);
        this.toReceive = new AtomicLong(toReceive);
        this.endsWithReceiving = toReceive > 0;
    }

    boolean isOver() {
        return over.getCount() == 0;
    }

    void end() {
        over.countDown();
    }

    /** Something went wrong; only the first counts, and nothing that follows from the end. */
    void fail(IOException cause) {
        if (!isOver()) {
            failure.compareAndSet(null, cause);
            end();
        }
    }

    @Nullable IOException failure() {
        return failure.get();
    }

    void publisherDone() {
        if (publishers.decrementAndGet() == 0 && !endsWithReceiving) {
            end();
        }
    }

    void received(int count) {
        if (endsWithReceiving && toReceive.addAndGet(-count) <= 0) {
            end();
        }
    }

    /** Waits; whether it is over. */
    boolean await(long millis) throws InterruptedException {
        return over.await(millis, TimeUnit.MILLISECONDS);
    }
}
