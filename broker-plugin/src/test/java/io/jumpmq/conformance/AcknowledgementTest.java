package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.next;
import static io.jumpmq.conformance.BrokerUnderTest.take;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages are fetched one by one, acknowledged, refused and given back. */
class AcknowledgementTest {
    private static final String UNKNOWN_TAG = "channel 406 PRECONDITION_FAILED - unknown delivery tag ";

    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    /** Another channel that holds these messages of the queue, with the delivery tags 1, 2, 3, … */
    private Channel holding(String queue, String... bodies) throws Exception {
        broker.publish(queue, bodies);
        Channel channel = broker.anotherChannel();
        for (String body : bodies) {
            GetResponse response = next(channel, queue, false);
            assertThat(BrokerUnderTest.text(response.getBody())).isEqualTo(body);
        }
        return channel;
    }

    @Test
    void messagesComeInTheOrderSent() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "1", "2", "3");
        assertThat(broker.drain(queue)).containsExactly("1", "2", "3");
    }

    @Test
    void anEmptyQueueHasNothingToGet() throws Exception {
        String queue = broker.queue();
        assertThat(broker.channel().basicGet(queue, true)).isNull();
        assertThat(broker.channel().basicGet(queue, false)).isNull();
    }

    @Test
    void aGetTellsHowManyAreLeft() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "a", "b", "c");
        broker.awaitReady(queue, 3);
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            left.add(broker.channel().basicGet(queue, i == 0).getMessageCount());
        }
        assertThat(left).containsExactly(2, 1, 0);
    }

    @Test
    void deliveryTagsCountUpWhetherOrNotAcknowledged() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "a", "b", "c");
        Channel channel = broker.anotherChannel();
        assertThat(next(channel, queue, true).getEnvelope().getDeliveryTag()).isEqualTo(1);
        assertThat(next(channel, queue, false).getEnvelope().getDeliveryTag()).isEqualTo(2);
        assertThat(next(channel, queue, true).getEnvelope().getDeliveryTag()).isEqualTo(3);
    }

    @Test
    void whatIsNotAcknowledgedComesBackToItsPlace() throws Exception {
        String queue = broker.queue();
        Channel channel = holding(queue, "1", "2");
        broker.publish(queue, "3");
        channel.basicAck(1, false);
        channel.close();
        GetResponse again = broker.next(queue);
        assertThat(BrokerUnderTest.text(again.getBody())).isEqualTo("2");
        assertThat(again.getEnvelope().isRedeliver()).isTrue();
        GetResponse first = broker.next(queue);
        assertThat(BrokerUnderTest.text(first.getBody())).isEqualTo("3");
        assertThat(first.getEnvelope().isRedeliver()).isFalse();
    }

    @Test
    void requeuedMessagesComeBackToTheirPlacesWhateverTheOrder() throws Exception {
        String queue = broker.queue();
        Channel channel = holding(queue, "1", "2", "3", "4", "5");
        broker.publish(queue, "6");
        channel.basicNack(4, false, true);
        channel.basicReject(2, true);
        channel.basicNack(5, false, true);
        channel.basicReject(1, true);
        broker.awaitReady(queue, 5);
        assertThat(broker.drain(queue, 5)).containsExactly("1", "2", "4", "5", "6");
    }

    @Test
    void anAckOfMultipleSettlesAllUpToItsTag() throws Exception {
        String queue = broker.queue();
        Channel channel = holding(queue, "1", "2", "3", "4");
        channel.basicAck(2, false);
        channel.basicAck(3, true);
        channel.close();
        assertThat(broker.drain(queue, 1)).containsExactly("4");
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    void aNackOfMultipleRequeuesAllUpToItsTag() throws Exception {
        String queue = broker.queue();
        Channel channel = holding(queue, "1", "2", "3");
        channel.basicNack(2, true, true);
        assertThat(broker.drain(queue, 2)).containsExactly("1", "2");
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    void tagZeroAndMultipleMeansAll() throws Exception {
        String queue = broker.queue();
        Channel channel = holding(queue, "1", "2");
        channel.basicNack(0, true, true);
        assertThat(broker.drain(queue, 2)).containsExactly("1", "2");
        holding(queue, "3", "4").basicAck(0, true);
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    void tagZeroAndMultipleIsFineWhenNothingIsHeld() throws Exception {
        Channel channel = broker.channel();
        channel.basicAck(0, true);
        channel.basicNack(0, true, true);
        assertThat(channel.queueDeclare().getQueue()).isNotEmpty();
    }

    @Test
    void refusedMessagesAreGone() throws Exception {
        String queue = broker.queue();
        Channel channel = holding(queue, "1", "2", "3");
        channel.basicReject(1, false);
        channel.basicNack(3, true, false);
        channel.close();
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    void whatComesBackSaysSo() throws Exception {
        String queue = broker.queue();
        Channel channel = holding(queue, "1");
        channel.basicReject(1, true);
        GetResponse again = next(channel, queue, false);
        assertThat(again.getEnvelope().isRedeliver()).isTrue();
        assertThat(again.getEnvelope().getDeliveryTag()).isEqualTo(2);
    }

    @Test
    void anUnknownTagEndsTheChannel() throws Exception {
        assertThat(broker.reply(c -> c.basicAck(7, false))).isEqualTo(UNKNOWN_TAG + "7");
        assertThat(broker.reply(c -> c.basicNack(7, false, true))).isEqualTo(UNKNOWN_TAG + "7");
        assertThat(broker.reply(c -> c.basicReject(7, true))).isEqualTo(UNKNOWN_TAG + "7");
        assertThat(broker.reply(c -> c.basicAck(7, true))).isEqualTo(UNKNOWN_TAG + "7");
        assertThat(broker.reply(c -> c.basicNack(7, true, true))).isEqualTo(UNKNOWN_TAG + "7");
    }

    @Test
    void tagZeroAloneIsUnknown() throws Exception {
        Channel channel = holding(broker.queue(), "1");
        assertThat(BrokerUnderTest.reply(channel, c -> c.basicAck(0, false))).isEqualTo(UNKNOWN_TAG + "0");
        assertThat(broker.reply(c -> c.basicReject(0, true))).isEqualTo(UNKNOWN_TAG + "0");
    }

    @Test
    void aTagIsKnownOnlyOnce() throws Exception {
        Channel channel = holding(broker.queue(), "1");
        channel.basicAck(1, false);
        assertThat(BrokerUnderTest.reply(channel, c -> c.basicAck(1, false))).isEqualTo(UNKNOWN_TAG + "1");
    }

    @Test
    void aTagThatWasSettledIsUnknownToMultipleToo() throws Exception {
        Channel channel = holding(broker.queue(), "1", "2", "3");
        channel.basicAck(2, false);
        assertThat(BrokerUnderTest.reply(channel, c -> c.basicAck(2, true))).isEqualTo(UNKNOWN_TAG + "2");
    }

    @Test
    void aTagBeyondTheLastIsUnknownToMultipleToo() throws Exception {
        String queue = broker.queue();
        Channel channel = holding(queue, "1", "2");
        assertThat(BrokerUnderTest.reply(channel, c -> c.basicAck(3, true))).isEqualTo(UNKNOWN_TAG + "3");
        assertThat(broker.drain(queue, 2)).containsExactly("1", "2");
    }

    @Test
    void whatNeedsNoAcknowledgementTakesNone() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "a");
        Channel channel = broker.anotherChannel();
        next(channel, queue, true);
        assertThat(BrokerUnderTest.reply(channel, c -> c.basicAck(1, false))).isEqualTo(UNKNOWN_TAG + "1");
    }

    @Test
    void recoveringRequeuesAll() throws Exception {
        String queue = broker.queue();
        Channel channel = holding(queue, "1", "2");
        channel.basicRecover(true);
        assertThat(broker.drain(queue, 2)).containsExactly("1", "2");
        assertThat(BrokerUnderTest.reply(channel, c -> c.basicAck(1, false))).isEqualTo(UNKNOWN_TAG + "1");
    }

    @Test
    void recoveringComesBackToTheConsumer() throws Exception {
        String queue = broker.queue();
        Channel channel = broker.channel();
        Inbox inbox = Inbox.of(channel, queue);
        broker.publish(queue, "1", "2");
        assertThat(inbox.nextTexts(2)).containsExactly("1", "2");
        channel.basicRecover();
        assertThat(inbox.nextTexts(2)).containsExactly("1", "2");
    }

    /**
     * A consumer with room for three that holds "1" under the delivery tag 4, "2" under 2 and "3" under 3: "1" was
     * delivered twice.
     */
    private Inbox holdingInAnotherOrder(Channel channel, String queue) throws Exception {
        channel.basicQos(3);
        Inbox inbox = Inbox.of(channel, queue);
        broker.publish(queue, "1", "2", "3", "4");
        assertThat(inbox.nextTexts(3)).containsExactly("1", "2", "3");
        channel.basicNack(1, false, true);
        assertThat(inbox.nextText()).isEqualTo("1");
        return inbox;
    }

    @Test
    void whatIsRequeuedTogetherComesBackInTheQueuesOrder() throws Exception {
        Channel channel = broker.channel();
        Inbox inbox = holdingInAnotherOrder(channel, broker.queue());
        channel.basicNack(0, true, true);
        assertThat(inbox.nextTexts(3)).containsExactly("1", "2", "3");
    }

    @Test
    void whatIsRecoveredComesBackInTheQueuesOrder() throws Exception {
        Channel channel = broker.channel();
        Inbox inbox = holdingInAnotherOrder(channel, broker.queue());
        channel.basicRecover(true);
        assertThat(inbox.nextTexts(3)).containsExactly("1", "2", "3");
    }

    @Test
    void whatAClosedChannelHeldGoesToAnotherConsumerInTheQueuesOrder() throws Exception {
        String queue = broker.queue();
        Channel channel = broker.anotherChannel();
        holdingInAnotherOrder(channel, queue);
        Channel other = broker.channel();
        other.basicQos(1);
        Inbox inbox = Inbox.of(other, queue);
        assertThat(inbox.nextText()).isEqualTo("4");
        channel.close();
        for (int tag = 1; tag <= 3; tag++) {
            other.basicAck(tag, false);
            assertThat(inbox.nextText()).isEqualTo(Integer.toString(tag));
        }
    }

    @Test
    void recoveringWithoutRequeueIsNotThere() throws Exception {
        assertThat(broker.reply(c -> c.basicRecover(false)))
                .isEqualTo("connection 540 NOT_IMPLEMENTED - requeue=false");
    }

    @Test
    void givingBackForEverNeverLosesAMessage() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "a", "b");
        Channel channel = broker.anotherChannel();
        for (int i = 0; i < 50; i++) {
            channel.basicReject(take(channel, queue), true);
        }
        await().until(() -> broker.channel().messageCount(queue) == 2);
        assertThat(broker.drain(queue, 2)).containsExactly("a", "b");
    }
}
