package io.jumpmq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.jumpmq.broker.loop.Loop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EventLoopsTest {
    /** The store's last words must not look like its failure: what was acknowledged would come back then. */
    @Test
    void whatIsToldToALoopThatHasStoppedIsLost() {
        EventLoops loops = new EventLoops(1, failure -> {});
        Loop loop = loops.loops().get(0);
        loops.close();
        assertThatCode(() -> loop.submit((String word) -> {}, "confirmed")).doesNotThrowAnyException();
    }

    @Test
    void whereMemoryRunsOutInALoopsOwnWorkTheProcessIsToldToEnd() throws Exception {
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        try (EventLoops loops = new EventLoops(1, told::complete)) {
            loops.loops()
                    .get(0)
                    .submit(
                            (String word) -> {
                                throw new OutOfMemoryError(word);
                            },
                            "in a queue");
            assertThat(told.get(1, TimeUnit.MINUTES)).isInstanceOf(OutOfMemoryError.class);
        }
    }
}
