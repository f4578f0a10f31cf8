package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.reply;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who consumes gets messages, in turn, until it leaves or its queue does. */
class ConsumerTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    @Test
    void whatWaitsIsDeliveredInItsOrder() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "1", "2");
        Inbox inbox = Inbox.of(broker.channel(), queue);
        broker.publish(queue, "3");
        assertThat(inbox.nextTexts(3)).containsExactly("1", "2", "3");
    }

    @Test
    void aDeliverySaysWhereItComesFrom() throws Exception {
        String queue = broker.bound("amq.topic", "a.#");
        Inbox inbox = new Inbox(broker.channel());
        broker.channel().basicConsume(queue, false, "mine", inbox);
        broker.channel().basicPublish("amq.topic", "a.b", null, new byte[] {1});
        Delivery delivery = inbox.next();
        assertThat(delivery.getEnvelope().getExchange()).isEqualTo("amq.topic");
        assertThat(delivery.getEnvelope().getRoutingKey()).isEqualTo("a.b");
        assertThat(delivery.getEnvelope().getDeliveryTag()).isOne();
        assertThat(delivery.getEnvelope().isRedeliver()).isFalse();
        assertThat(inbox.getConsumerTag()).isEqualTo("mine");
    }

    @Test
    void theServerMakesUpTags() throws Exception {
        String queue = broker.queue();
        String one = broker.channel().basicConsume(queue, new Inbox(broker.channel()));
        String two = broker.channel().basicConsume(queue, new Inbox(broker.channel()));
        assertThat(List.of(one, two)).doesNotHaveDuplicates().allMatch(tag -> tag.startsWith("amq.ctag-"));
    }

    @Test
    void aTagIsUsedOnce() throws Exception {
        String queue = broker.queue();
        assertThat(broker.reply(c -> {
                    c.basicConsume(queue, true, "mine", new Inbox(c));
                    c.basicConsume(queue, true, "mine", new Inbox(c));
                }))
                .isEqualTo("connection 530 NOT_ALLOWED - attempt to reuse consumer tag 'mine'");
    }

    @Test
    void anotherChannelMayUseTheSameTag() throws Exception {
        String queue = broker.queue();
        broker.channel().basicConsume(queue, true, "mine", new Inbox(broker.channel()));
        Channel other = broker.anotherChannel();
        other.basicConsume(queue, true, "mine", new Inbox(other));
        assertThat(broker.channel().consumerCount(queue)).isEqualTo(2);
    }

    @Test
    void aTagIsFreeAfterItsCancel() throws Exception {
        String queue = broker.queue();
        Channel channel = broker.channel();
        for (int i = 0; i < 3; i++) {
            channel.basicConsume(queue, true, "mine", new Inbox(channel));
            channel.basicCancel("mine");
        }
        assertThat(channel.consumerCount(queue)).isZero();
    }

    @Test
    void consumersTakeTurns() throws Exception {
        String queue = broker.queue();
        Inbox one = Inbox.automatic(broker.channel(), queue);
        Inbox two = Inbox.automatic(broker.channel(), queue);
        broker.publish(queue, "1", "2", "3", "4");
        assertThat(one.nextTexts(2)).containsExactly("1", "3");
        assertThat(two.nextTexts(2)).containsExactly("2", "4");
    }

    @Test
    void aHigherPriorityIsServedFirst() throws Exception {
        String queue = broker.queue();
        Channel channel = broker.channel();
        channel.basicQos(2);
        Inbox low = Inbox.of(channel, queue, Map.of("x-priority", -3));
        Inbox usual = Inbox.of(channel, queue);
        Inbox high = Inbox.of(channel, queue, Map.of("x-priority", 5));
        broker.publish(queue, "1", "2", "3", "4", "5", "6");
        assertThat(high.nextTexts(2)).containsExactly("1", "2");
        assertThat(usual.nextTexts(2)).containsExactly("3", "4");
        assertThat(low.nextTexts(2)).containsExactly("5", "6");
    }

    @Test
    void aPriorityIsAnInteger() throws Exception {
        String queue = broker.queue();
        assertThat(broker.reply(c -> Inbox.of(c, queue, Map.of("x-priority", "high"))))
                .isEqualTo("channel 406 PRECONDITION_FAILED - invalid arg 'x-priority' for queue '" + queue
                        + "' in vhost '/': \"expected integer, got longstr\"");
        assertThat(broker.reply(c -> Inbox.of(c, queue, Map.of("x-priority", true))))
                .isEqualTo("channel 406 PRECONDITION_FAILED - invalid arg 'x-priority' for queue '" + queue
                        + "' in vhost '/': \"expected integer, got bool\"");
    }

    @Test
    void anExclusiveConsumerIsAlone() throws Exception {
        String queue = broker.queue();
        String inUse = "channel 403 ACCESS_REFUSED - queue '" + queue + "' in vhost '/' in exclusive use";
        Channel channel = broker.channel();
        channel.basicConsume(queue, true, "alone", false, true, null, new Inbox(channel));
        assertThat(broker.reply(c -> Inbox.of(c, queue))).isEqualTo(inUse);
        channel.basicCancel("alone");
        String other = channel.basicConsume(queue, new Inbox(channel));
        assertThat(broker.reply(c -> c.basicConsume(queue, true, "", false, true, null, new Inbox(c))))
                .isEqualTo(inUse);
        channel.basicCancel(other);
        channel.basicConsume(queue, true, "alone", false, true, null, new Inbox(channel));
    }

    @Test
    void anExclusiveConsumerDoesNotKeepOthersFromFetching() throws Exception {
        String queue = broker.queue();
        Channel channel = broker.channel();
        channel.basicQos(1);
        channel.basicConsume(queue, false, "alone", false, true, null, new Inbox(channel));
        broker.publish(queue, "1", "2");
        assertThat(broker.drain(queue, 1)).containsExactly("2");
    }

    @Test
    void ownMessagesComeEvenIfNoLocalIsAsked() throws Exception {
        String queue = broker.queue();
        Inbox inbox = new Inbox(broker.channel());
        broker.channel().basicConsume(queue, true, "", true, false, null, inbox);
        broker.publish(queue, "mine");
        assertThat(inbox.nextText()).isEqualTo("mine");
    }

    @Test
    void aCancelledConsumerGetsNothingMore() throws Exception {
        String queue = broker.queue();
        Channel channel = broker.channel();
        Inbox inbox = new Inbox(channel);
        String tag = channel.basicConsume(queue, true, inbox);
        channel.basicCancel(tag);
        broker.publish(queue, "late");
        assertThat(broker.drain(queue, 1)).containsExactly("late");
        assertThat(inbox.size()).isZero();
    }

    @Test
    void whatACancelledConsumerHoldsStaysWithItsChannel() throws Exception {
        String queue = broker.queue();
        Channel channel = broker.anotherChannel();
        Inbox inbox = new Inbox(channel);
        String tag = channel.basicConsume(queue, false, inbox);
        broker.publish(queue, "1", "2");
        assertThat(inbox.nextTexts(2)).containsExactly("1", "2");
        channel.basicCancel(tag);
        assertThat(broker.channel().messageCount(queue)).isZero();
        channel.basicAck(1, false);
        channel.close();
        assertThat(broker.drain(queue, 1)).containsExactly("2");
    }

    @Test
    void consumersAreToldThatTheirQueueIsGone() throws Exception {
        String queue = broker.sharedQueue(Map.of());
        Inbox one = new Inbox(broker.channel());
        broker.channel().basicConsume(queue, true, "one", one);
        Channel elsewhere = broker.connect().createChannel();
        Inbox two = new Inbox(elsewhere);
        elsewhere.basicConsume(queue, false, "two", two);
        broker.anotherChannel().queueDelete(queue);
        assertThat(one.cancelled()).isEqualTo("one");
        assertThat(two.cancelled()).isEqualTo("two");
        assertThat(elsewhere.isOpen()).isTrue();
    }

    /** Again and again, on two connections: whoever is told that it is over finds the queue gone at once. */
    @Test
    void anAutoDeleteQueueIsGoneBeforeItsLastConsumerIsToldThatItLeft() throws Exception {
        Channel consumes = broker.connect().createChannel();
        for (int i = 0; i < 30; i++) {
            String queue =
                    consumes.queueDeclare("", false, false, true, Map.of()).getQueue();
            String tag = consumes.basicConsume(queue, false, new Inbox(consumes));
            boolean closes = i % 2 == 0;
            if (closes) {
                Connection connection = consumes.getConnection();
                consumes.close();
                consumes = connection.createChannel();
            } else {
                consumes.basicCancel(tag);
            }
            assertThat(broker.reply(c -> c.queueDeclarePassive(queue)))
                    .as("%d, after %s", i, closes ? "channel.close" : "basic.cancel")
                    .startsWith("channel 404");
        }
    }

    @Test
    void theTagOfAConsumerWhoseQueueIsGoneIsFree() throws Exception {
        Channel channel = broker.channel();
        String queue = broker.queue();
        Inbox inbox = new Inbox(channel);
        channel.basicConsume(queue, true, "mine", inbox);
        channel.queueDelete(queue);
        inbox.cancelled();
        channel.basicConsume(broker.queue(), true, "mine", new Inbox(channel));
    }

    @Test
    void whatWasDeliveredFromAQueueThatIsGoneIsAcknowledgedAllTheSame() throws Exception {
        Channel channel = broker.channel();
        String queue = broker.queue();
        Inbox inbox = Inbox.of(channel, queue);
        broker.publish(queue, "1", "2");
        inbox.nextTexts(2);
        channel.queueDelete(queue);
        channel.basicAck(1, false);
        channel.basicNack(2, false, true);
        assertThat(channel.queueDeclare().getQueue()).isNotEmpty();
    }

    @Test
    void consumersAreToldWhenTheOwnerTakesAnExclusiveQueueAlong() throws Exception {
        Connection owner = broker.connect();
        Channel channel = owner.createChannel();
        String queue = channel.queueDeclare().getQueue();
        assertThat(reply(broker.anotherChannel(), c -> Inbox.of(c, queue))).startsWith("channel 405");
        owner.close();
        await().until(() -> !broker.queueExists(queue));
    }

    @Test
    void aSingleActiveConsumerIsFollowedByTheNext() throws Exception {
        String queue = broker.queue(Map.of("x-single-active-consumer", true));
        Channel channel = broker.channel();
        Inbox one = new Inbox(channel);
        channel.basicConsume(queue, true, "one", one);
        Inbox two = Inbox.automatic(channel, queue);
        broker.publish(queue, "1", "2");
        assertThat(one.nextTexts(2)).containsExactly("1", "2");
        channel.basicCancel("one");
        broker.publish(queue, "3");
        assertThat(two.nextText()).isEqualTo("3");
    }

    @Test
    void aSingleActiveConsumerCannotBeExclusive() throws Exception {
        String queue = broker.queue(Map.of("x-single-active-consumer", true));
        assertThat(broker.reply(c -> c.basicConsume(queue, true, "", false, true, null, new Inbox(c))))
                .isEqualTo("channel 403 ACCESS_REFUSED - queue '" + queue + "' in vhost '/' in exclusive use");
    }

    @Test
    void aPriorityQueueServesTheHighestFirst() throws Exception {
        String queue = broker.queue(Map.of("x-max-priority", 5));
        for (int priority : new int[] {1, 5, 3, 9, 0}) {
            broker.channel()
                    .basicPublish(
                            "",
                            queue,
                            new com.rabbitmq.client.AMQP.BasicProperties.Builder()
                                    .priority(priority)
                                    .build(),
                            BrokerUnderTest.bytes(String.valueOf(priority)));
        }
        broker.publish(queue, "none");
        broker.awaitReady(queue, 6);
        assertThat(broker.drain(queue, 6)).containsExactly("5", "9", "3", "1", "0", "none");
    }

    @Test
    void nothingIsNoPriority() throws Exception {
        String queue = broker.queue();
        assertThat(broker.reply(c -> Inbox.of(c, queue, Collections.singletonMap("x-priority", null))))
                .isEqualTo("channel 406 PRECONDITION_FAILED - invalid arg 'x-priority' for queue '" + queue
                        + "' in vhost '/': \"expected integer, got void\"");
    }
}
