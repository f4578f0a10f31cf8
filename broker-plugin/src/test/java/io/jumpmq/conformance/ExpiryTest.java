package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.bytes;
import static io.jumpmq.conformance.BrokerUnderTest.take;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages and queues that live for a limited time. */
class ExpiryTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    @BeforeEach
    void confirm() throws Exception {
        broker.channel().confirmSelect();
    }

    /** Waits until all that was published has arrived, and until that has gone. */
    private void awaitGone(String queue, int left) throws Exception {
        broker.channel().waitForConfirmsOrDie();
        await().until(() -> broker.channel().messageCount(queue) == left);
    }

    private void publish(String queue, String expiration, String body) throws Exception {
        broker.channel()
                .basicPublish(
                        "",
                        queue,
                        new AMQP.BasicProperties.Builder()
                                .expiration(expiration)
                                .build(),
                        bytes(body));
    }

    @Test
    void messagesOfAQueueExpire() throws Exception {
        String queue = broker.queue(Map.of("x-message-ttl", 20));
        broker.publish(queue, "1", "2");
        awaitGone(queue, 0);
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    void aMessageMayExpireOfItself() throws Exception {
        String queue = broker.queue();
        publish(queue, "20", "gone");
        publish(queue, "60000", "there");
        awaitGone(queue, 1);
        assertThat(broker.drain(queue)).containsExactly("there");
    }

    @Test
    void theShorterOfBothTimesCounts() throws Exception {
        String patient = broker.queue(Map.of("x-message-ttl", 60_000));
        publish(patient, "20", "gone");
        String hasty = broker.queue(Map.of("x-message-ttl", 20));
        publish(hasty, "60000", "gone");
        awaitGone(patient, 0);
        awaitGone(hasty, 0);
    }

    @Test
    void timeZeroIsForWhoeverWaits() throws Exception {
        String queue = broker.queue(Map.of("x-message-ttl", 0));
        broker.publish(queue, "nobody waits");
        assertThat(broker.drain(queue)).isEmpty();
        Inbox inbox = Inbox.of(broker.channel(), queue);
        broker.publish(queue, "somebody waits");
        assertThat(inbox.nextText()).isEqualTo("somebody waits");
    }

    @Test
    void anExpirationOfZeroIsForWhoeverWaits() throws Exception {
        String queue = broker.queue();
        publish(queue, "0", "nobody waits");
        assertThat(broker.drain(queue)).isEmpty();
        Inbox inbox = Inbox.of(broker.channel(), queue);
        publish(queue, "0", "somebody waits");
        assertThat(inbox.nextText()).isEqualTo("somebody waits");
    }

    @Test
    void whatIsHeldDoesNotExpireUntilItComesBack() throws Exception {
        String queue = broker.queue(Map.of("x-message-ttl", 50));
        broker.publish(queue, "held");
        Channel channel = broker.anotherChannel();
        long tag = take(channel, queue);
        String probe = broker.queue(Map.of("x-message-ttl", 100));
        broker.publish(probe, "a clock");
        awaitGone(probe, 0);
        channel.basicReject(tag, true);
        channel.messageCount(queue); // The rejection has arrived, too.
        awaitGone(queue, 0);
        assertThat(broker.drain(queue)).isEmpty();
    }

    /** Asks seldom: who asks uses the queue. */
    private void awaitUnused(String queue) {
        await().pollInterval(Duration.ofMillis(150)).until(() -> !broker.queueExists(queue));
    }

    @ParameterizedTest
    @CsvSource({
        "'', no_integer",
        "soon, no_integer",
        "' 5', no_integer",
        "5s, '{leftover_string,\"s\"}'",
        "5.5, '{leftover_string,\".5\"}'",
        "-1, '{value_negative,-1}'",
        "315360000001, '{value_too_large,315360000001}'"
    })
    void anExpirationIsANumberOfMilliseconds(String expiration, String why) throws Exception {
        AMQP.BasicProperties properties =
                new AMQP.BasicProperties.Builder().expiration(expiration).build();
        assertThat(broker.reply(c -> c.basicPublish("", "k", properties, new byte[1])))
                .isEqualTo("channel 406 PRECONDITION_FAILED - invalid expiration '" + expiration + "': " + why);
    }

    @Test
    void anUnusedQueueExpires() throws Exception {
        String queue = broker.queue(Map.of("x-expires", 50));
        broker.publish(queue, "goes along");
        awaitUnused(queue);
    }

    @Test
    void aQueueExpiresThatNobodyTouchesAfterItsDeclaration() throws Exception {
        awaitUnused(broker.queue(Map.of("x-expires", 50)));
    }

    @Test
    void aQueueWithAConsumerDoesNotExpire() throws Exception {
        String queue = broker.queue(Map.of("x-expires", 50));
        Inbox inbox = new Inbox(broker.channel());
        String tag = broker.channel().basicConsume(queue, true, inbox);
        String clock = broker.queue(Map.of("x-message-ttl", 200));
        broker.publish(clock, "ticks");
        awaitGone(clock, 0);
        broker.publish(queue, "still here");
        assertThat(inbox.nextText()).isEqualTo("still here");
        broker.channel().basicCancel(tag);
        awaitUnused(queue);
    }

    @Test
    void fetchingFromAQueueIsUsingIt() throws Exception {
        String queue = broker.queue(Map.of("x-expires", 300));
        String clock = broker.queue(Map.of("x-message-ttl", 600));
        broker.publish(clock, "ticks");
        broker.channel().waitForConfirmsOrDie();
        await().until(() -> {
            broker.channel().basicGet(queue, true);
            return broker.channel().messageCount(clock) == 0;
        });
        assertThat(broker.queueExists(queue)).isTrue();
    }
}
