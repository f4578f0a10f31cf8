package io.jumpmq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.loop.SteadyClock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventLoopsTest {
    /** The store's last words must not look like its failure: what was acknowledged would come back then. */
    @Test
    void whatIsToldToALoopThatHasStoppedIsLost() {
        EventLoops loops = new EventLoops(1, SteadyClock.ofMachine());
        Loop loop = loops.loops().get(0);
        loops.close();
        assertThatCode(() -> loop.submit((String word) -> {}, "confirmed")).doesNotThrowAnyException();
    }

    /** An acknowledgement goes from its channel's loop to its queue's. */
    @Test
    void whatLoopsTellEachOtherIsDoneWhenTheyHaveSettled() {
        try (EventLoops loops = new EventLoops(2, SteadyClock.ofMachine())) {
            Loop channel = loops.loops().get(0);
            Loop queue = loops.loops().get(1);
            AtomicInteger done = new AtomicInteger();
            Receiver<Integer> back = number -> done.incrementAndGet();
            Receiver<Integer> settled = number -> queue.send(channel, back, number);
            for (int i = 0; i < 10_000; i++) {
                channel.submit(number -> channel.send(queue, settled, number), i);
            }
            assertThat(loops.settle(3, 60_000)).isTrue();
            assertThat(done).hasValue(10_000);
        }
    }

    @Test
    void settlingDoesNotWaitForEver() throws InterruptedException {
        CountDownLatch free = new CountDownLatch(1);
        try (EventLoops loops = new EventLoops(1, SteadyClock.ofMachine())) {
            loops.loops().get(0).submit(EventLoopsTest::await, free);
            assertThat(loops.settle(1, 10)).isFalse();
            free.countDown();
            assertThat(loops.settle(1, 60_000)).isTrue();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
