package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TurnTest {
    private final Turn turn = new Turn();

    @Test
    void prioritiesAreForgottenWithTheirLastConsumer() {
        QueueConsumer high = enter(9);
        QueueConsumer middle = enter(5);
        QueueConsumer middleToo = enter(5);
        QueueConsumer low = enter(1);
        assertThat(turn.ranks()).isEqualTo(3);

        turn.exit(middle);
        assertThat(turn.ranks()).isEqualTo(3);
        turn.exit(middleToo);
        assertThat(turn.ranks()).isEqualTo(2);
        assertThat(turn.first()).isSameAs(high);
        turn.exit(high);
        assertThat(turn.first()).isSameAs(low);
        turn.exit(low);

        assertThat(turn.ranks()).isZero();
        assertThat(turn.first()).isNull();
    }

    @Test
    void joiningTwiceIsJoiningOnce() {
        QueueConsumer first = enter(0);
        QueueConsumer second = enter(0);

        turn.join(first);
        turn.leave(first);

        assertThat(turn.first()).isSameAs(second);
    }

    @Test
    void whoDidNotEnterHasNoTurn() {
        QueueConsumer stranger = consumer(0);

        turn.join(stranger);
        turn.leave(stranger);
        turn.exit(stranger);

        assertThat(turn.first()).isNull();
    }

    private QueueConsumer enter(int priority) {
        QueueConsumer consumer = consumer(priority);
        turn.enter(consumer);
        turn.join(consumer);
        return consumer;
    }

    private static QueueConsumer consumer(int priority) {
        return new QueueConsumer(new RecordingChannel(), "c", false, false, 0, false, priority);
    }
}
