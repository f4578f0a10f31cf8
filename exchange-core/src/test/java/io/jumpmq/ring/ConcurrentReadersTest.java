package io.jumpmq.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;

/**
 * Readers route on a ring while its writer changes it. The writer publishes each state's digest under its epoch before
 * anybody can ask for it; a reader that saw a half-made or a changing state would compute another one.
 */
class ConcurrentReadersTest {
    private static final int CHANGES = 20_000;
    private static final int READERS = 3;

    @Test
    void everyStateThatAReaderSeesIsWholeAndStaysAsItIs() throws Exception {
        AtomicLongArray digests = digestsByEpoch();
        Ring<String> ring = new Ring<>(HashAlgorithm.JUMP);
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(READERS);
        try {
            List<Future<Long>> seen = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                seen.add(readers.submit(reader(ring, digests, done, i)));
            }
            change(ring, () -> {});
            done.set(true);
            for (Future<Long> reader : seen) {
                assertThat(reader.get()).as("states that one reader saw").isGreaterThan(10);
            }
        } finally {
            done.set(true);
            readers.shutdownNow();
        }
        assertThat(ring.state().epoch()).isEqualTo(CHANGES);
    }

    private static Callable<Long> reader(Ring<String> ring, AtomicLongArray digests, AtomicBoolean done, long seed) {
        return () -> {
            SplittableRandom random = new SplittableRandom(seed);
            long states = 0;
            long latest = 0;
            while (!done.get()) {
                RingState<String> state = ring.state();
                assertThat(state.epoch()).as("time goes forward").isGreaterThanOrEqualTo(latest);
                latest = state.epoch();
                for (int i = 0; i < 50; i++) {
                    String destination = state.destinationOf(random.nextLong());
                    assertThat(destination == null).isEqualTo(state.bucketCount() == 0);
                }
                assertThat(RingSnapshot.digest(state, DestinationCodec.TEXT))
                        .isEqualTo(digests.get((int) state.epoch()));
                states++;
            }
            return states;
        };
    }

    /** The same changes on a ring that nobody else sees. */
    private static AtomicLongArray digestsByEpoch() {
        AtomicLongArray digests = new AtomicLongArray(CHANGES + 1);
        Ring<String> ring = new Ring<>(HashAlgorithm.JUMP);
        Runnable note =
                () -> digests.set((int) ring.state().epoch(), RingSnapshot.digest(ring.state(), DestinationCodec.TEXT));
        note.run();
        change(ring, note);
        return digests;
    }

    private static void change(Ring<String> ring, Runnable afterEach) {
        SplittableRandom random = new SplittableRandom(99);
        while (ring.state().epoch() < CHANGES) {
            String destination = "q" + random.nextInt(20);
            if (random.nextInt(3) == 0) {
                ring.remove(destination);
            } else {
                ring.bind(destination, 1 + random.nextInt(300));
            }
            afterEach.run();
        }
    }
}
