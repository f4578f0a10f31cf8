package io.jumpmq.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.broker.DamagedMessage;
import org.junit.jupiter.api.Test;

class SetAsideTest {
    private final SetAside messages = new SetAside();

    private static DamagedMessage message(long queue, long position) {
        return new DamagedMessage(queue, position, "0000000000000001.log", 64);
    }

    @Test
    void whatIsGoneIsNoNews() {
        messages.add(message(1, 5));
        messages.add(message(1, 6));
        messages.add(message(2, 5));
        messages.add(message(3, 7));
        messages.remove(1, 5);
        messages.remove(2);
        assertThat(messages.count()).isEqualTo(2);
        assertThat(messages.news()).containsExactly(message(1, 6), message(3, 7));
        assertThat(messages.news()).isEmpty();
    }
}
