package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundRobinTest {
    private final RoundRobin roundRobin = new RoundRobin();

    @Test
    void prioritiesAreForgottenWithTheirLastConsumer() {
        QueueConsumer high = enter(9);
        QueueConsumer middle = enter(5);
        QueueConsumer middleToo = enter(5);
        QueueConsumer low = enter(1);
        assertThat(roundRobin.ranks()).isEqualTo(3);

        roundRobin.exit(middle);
        assertThat(roundRobin.ranks()).isEqualTo(3);
        roundRobin.exit(middleToo);
        assertThat(roundRobin.ranks()).isEqualTo(2);
        assertThat(roundRobin.first()).isSameAs(high);
        roundRobin.exit(high);
        assertThat(roundRobin.first()).isSameAs(low);
        roundRobin.exit(low);

        assertThat(roundRobin.ranks()).isZero();
        assertThat(roundRobin.first()).isNull();
    }

    @Test
    void joiningTwiceIsJoiningOnce() {
        QueueConsumer first = enter(0);
        QueueConsumer second = enter(0);

        roundRobin.join(first);
        roundRobin.leave(first);

        assertThat(roundRobin.first()).isSameAs(second);
    }

    @Test
    void whoDidNotEnterHasNoTurn() {
        QueueConsumer stranger = consumer(0);

        roundRobin.join(stranger);
        roundRobin.leave(stranger);
        roundRobin.exit(stranger);

        assertThat(roundRobin.first()).isNull();
    }

    private QueueConsumer enter(int priority) {
        QueueConsumer consumer = consumer(priority);
        roundRobin.enter(consumer);
        roundRobin.join(consumer);
        return consumer;
    }

    private static QueueConsumer consumer(int priority) {
        return new QueueConsumer(new RecordingChannel(), "c", false, false, 0, false, priority);
    }
}
