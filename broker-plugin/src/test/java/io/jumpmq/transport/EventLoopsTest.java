package io.jumpmq.transport;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.jumpmq.broker.loop.Loop;
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
}
