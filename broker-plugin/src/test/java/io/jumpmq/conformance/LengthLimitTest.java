package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.take;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Queues that hold so much and no more. */
class LengthLimitTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    private boolean publish(String queue, String body) throws Exception {
        return broker.confirmed("", queue, body);
    }

    @Test
    void aFullQueueDropsItsOldest() throws Exception {
        String queue = broker.queue(Map.of("x-max-length", 2));
        broker.publish(queue, "1", "2", "3", "4");
        assertThat(broker.drain(queue)).containsExactly("3", "4");
    }

    @Test
    void octetsAreCountedToo() throws Exception {
        String queue = broker.queue(Map.of("x-max-length-bytes", 10));
        broker.publish(queue, "12345", "67890", "abc");
        assertThat(broker.drain(queue)).containsExactly("67890", "abc");
        broker.publish(queue, "more than ten octets");
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    void theTighterBoundCounts() throws Exception {
        String queue = broker.queue(Map.of("x-max-length", 3, "x-max-length-bytes", 10));
        broker.publish(queue, "1", "2", "3", "4");
        assertThat(broker.drain(queue)).containsExactly("2", "3", "4");
        broker.publish(queue, "123456", "12345");
        assertThat(broker.drain(queue)).containsExactly("12345");
    }

    @Test
    void whatIsHeldIsNotCounted() throws Exception {
        String queue = broker.queue(Map.of("x-max-length", 1));
        broker.publish(queue, "1");
        Channel channel = broker.anotherChannel();
        long tag = take(channel, queue);
        broker.publish(queue, "2", "3");
        assertThat(broker.drain(queue)).containsExactly("3");
        channel.basicAck(tag, false);
    }

    @Test
    void whatComesBackToAFullQueueIsDroppedFirst() throws Exception {
        String queue = broker.queue(Map.of("x-max-length", 1));
        broker.publish(queue, "1");
        Channel channel = broker.anotherChannel();
        long tag = take(channel, queue);
        assertThat(publish(queue, "2")).isTrue();
        channel.basicReject(tag, true);
        channel.basicQos(1);
        assertThat(publish(queue, "3")).isTrue();
        assertThat(broker.drain(queue)).containsExactly("3");
    }

    @Test
    void lengthZeroIsForWhoeverWaits() throws Exception {
        String queue = broker.queue(Map.of("x-max-length", 0));
        broker.publish(queue, "nobody waits");
        assertThat(broker.drain(queue)).isEmpty();
        Inbox inbox = Inbox.of(broker.channel(), queue);
        broker.publish(queue, "somebody waits");
        assertThat(inbox.nextText()).isEqualTo("somebody waits");
    }

    @Test
    void aQueueMayRefuseInstead() throws Exception {
        String queue = broker.queue(Map.of("x-max-length", 2, "x-overflow", "reject-publish"));
        broker.publish(queue, "1", "2", "3");
        assertThat(broker.drain(queue)).containsExactly("1", "2");
        assertThat(publish(queue, "4")).isTrue();
        assertThat(broker.drain(queue)).containsExactly("4");
    }

    @Test
    void aQueueMayRefuseByOctets() throws Exception {
        String queue = broker.queue(Map.of("x-max-length-bytes", 5, "x-overflow", "reject-publish"));
        assertThat(publish(queue, "12345")).isTrue();
        assertThat(publish(queue, "6")).isFalse();
        assertThat(broker.drain(queue)).containsExactly("12345");
    }

    @Test
    void whatIsPushedOutIsDeadLettered() throws Exception {
        String dead = broker.queue();
        String queue = broker.queue(
                Map.of("x-max-length", 1, "x-dead-letter-exchange", "", "x-dead-letter-routing-key", dead));
        broker.publish(queue, "1", "2", "3");
        assertThat(broker.drain(dead, 2)).containsExactly("1", "2");
        assertThat(broker.drain(queue)).containsExactly("3");
    }

    @Test
    void whatIsRefusedIsDeadLetteredOnlyOnRequest() throws Exception {
        String dead = broker.queue();
        String keeps = broker.queue(Map.of(
                "x-max-length",
                1,
                "x-overflow",
                "reject-publish-dlx",
                "x-dead-letter-exchange",
                "",
                "x-dead-letter-routing-key",
                dead));
        String loses = broker.queue(Map.of(
                "x-max-length",
                1,
                "x-overflow",
                "reject-publish",
                "x-dead-letter-exchange",
                "",
                "x-dead-letter-routing-key",
                dead));
        for (String queue : new String[] {loses, keeps}) {
            assertThat(publish(queue, "first of " + queue)).isTrue();
            assertThat(publish(queue, "second of " + queue)).isFalse();
        }
        assertThat(broker.drain(dead, 1)).containsExactly("second of " + keeps);
        assertThat(broker.drain(dead)).isEmpty();
    }
}
