package io.jumpmq.broker.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Loops on a thread that the test steps through, and once on real ones. */
class LoopTest {
    /** Runs nothing until it is told to. */
    private static final class Steps implements LoopThread {
        final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        final List<Throwable> failures = new ArrayList<>();
        int wakeUps;
        long nowMillis = 42;

        @Override
        public void execute(Runnable task) {
            wakeUps++;
            tasks.add(task);
        }

        @Override
        public void schedule(Runnable task, long delayMillis) {
            tasks.add(task);
        }

        @Override
        public long nowMillis() {
            return nowMillis;
        }

        @Override
        public void failed(Throwable failure) {
            failures.add(failure);
        }

        void runAll() {
            while (!tasks.isEmpty()) {
                tasks.remove().run();
            }
        }
    }

    private final Steps firstThread = new Steps();
    private final Steps secondThread = new Steps();
    private final Loop first = new Loop(0, firstThread);
    private final Loop second = new Loop(1, secondThread);
    private final List<String> events = new ArrayList<>();
    private final Receiver<String> note = events::add;

    @Test
    void timeStandsStillForATurnAndNoLonger() {
        assertThat(first.nowMillis()).as("asked before a turn").isEqualTo(42);
        firstThread.nowMillis = 50;
        first.run(() -> {
            assertThat(first.nowMillis()).isEqualTo(50);
            firstThread.nowMillis = 60;
            assertThat(first.nowMillis()).isEqualTo(50);
        });
        assertThat(first.nowMillis()).as("asked after a turn").isEqualTo(60);
        firstThread.nowMillis = 70;
        first.submit(unused -> events.add(String.valueOf(first.nowMillis())), "");
        firstThread.runAll();
        assertThat(events).containsExactly("70");
    }

    @Test
    void aBatchTakesOneWakeUpAndKeepsItsOrder() {
        first.run(() -> {
            for (int i = 0; i < 100; i++) {
                first.send(second, note, "m" + i);
            }
            assertThat(secondThread.wakeUps).isZero();
        });
        assertThat(secondThread.wakeUps).isEqualTo(1);
        assertThat(second.backlog()).isEqualTo(100);
        secondThread.runAll();
        assertThat(second.backlog()).isZero();
        assertThat(second.received()).isEqualTo(100);
        assertThat(second.turns()).isEqualTo(1);
        assertThat(first.turns()).isEqualTo(1);
        assertThat(first.received()).isZero();
        assertThat(events).hasSize(100).startsWith("m0", "m1").endsWith("m99");
    }

    @Test
    void whatALoopTellsItselfComesAfterTheCall() {
        first.run(() -> {
            first.send(first, note, "later");
            events.add("call");
        });
        assertThat(events).containsExactly("call", "later");
    }

    @Test
    void othersAreToldBeforeTheTurnEnds() {
        first.run(() -> {
            first.atTurnEnd(() -> events.add("flush, " + secondThread.tasks.size() + " handed over"));
            first.send(first, (Receiver<String>) message -> first.send(second, note, message), "on");
        });
        assertThat(events).containsExactly("flush, 1 handed over");
        secondThread.runAll();
        assertThat(events).endsWith("on");
    }

    @Test
    void aLoopThatTalksToItselfLetsOthersThrough() {
        Receiver<Integer> again = new Receiver<>() {
            @Override
            public void receive(Integer left) {
                events.add("self");
                if (left > 0) {
                    first.send(first, this, left - 1);
                }
            }
        };
        first.run(() -> first.send(first, again, 1_000));
        assertThat(events).as("it yields").hasSizeLessThan(200);
        firstThread.runAll();
        assertThat(events).hasSize(1_001);
    }

    @Test
    void aFailureStopsNobodyElse() {
        first.run(() -> {
            first.send(
                    second,
                    (Receiver<String>) message -> {
                        throw new IllegalStateException(message);
                    },
                    "bad");
            first.send(second, note, "good");
            throw new IllegalArgumentException("the caller itself");
        });
        secondThread.runAll();
        assertThat(events).containsExactly("good");
        assertThat(firstThread.failures).singleElement().isInstanceOf(IllegalArgumentException.class);
        assertThat(secondThread.failures).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @Test
    void nothingIsLostBetweenRealThreads() throws Exception {
        int count = 200_000;
        ExecutorService one = Executors.newSingleThreadExecutor();
        ExecutorService two = Executors.newSingleThreadExecutor();
        try {
            Loop ping = new Loop(0, thread(one));
            Loop pong = new Loop(1, thread(two));
            int[] next = new int[1];
            CountDownLatch done = new CountDownLatch(1);
            Receiver<Integer> counting = number -> {
                assertThat(number).isEqualTo(next[0]++);
                if (number == count - 1) {
                    done.countDown();
                }
            };
            for (int from = 0; from < count; from += 100) {
                int start = from;
                one.execute(() -> ping.run(() -> {
                    for (int i = start; i < start + 100; i++) {
                        ping.send(pong, counting, i);
                    }
                }));
            }
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(pong.backlog()).isLessThanOrEqualTo(100);
        } finally {
            one.shutdownNow();
            two.shutdownNow();
        }
    }

    private static LoopThread thread(ExecutorService executor) {
        return new LoopThread() {
            @Override
            public void execute(Runnable task) {
                executor.execute(task);
            }

            @Override
            public void schedule(Runnable task, long delayMillis) {
                throw new UnsupportedOperationException("nothing is scheduled here");
            }

            @Override
            public long nowMillis() {
                return 0;
            }

            @Override
            public void failed(Throwable failure) {
                throw new AssertionError(failure);
            }
        };
    }
}
