package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.bytes;
import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.MessageProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The broker says what it has taken over, and what it could not. */
class ConfirmTest {
    private static final int PATIENCE_MILLIS = 5_000;

    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    /** What comes back on a channel, in its order. */
    private static List<String> eventsOf(Channel channel) {
        List<String> events = new CopyOnWriteArrayList<>();
        channel.addReturnListener(returned -> events.add("return " + returned.getReplyCode() + " "
                + returned.getReplyText() + " " + returned.getExchange() + " " + returned.getRoutingKey() + " "
                + BrokerUnderTest.text(returned.getBody())));
        channel.addConfirmListener(
                (tag, multiple) -> events.add("ack " + tag), (tag, multiple) -> events.add("nack " + tag));
        return events;
    }

    @Test
    void everyPublishIsConfirmed() throws Exception {
        String queue = broker.queue();
        Channel channel = broker.channel();
        channel.confirmSelect();
        for (int i = 0; i < 1_000; i++) {
            channel.basicPublish("", i % 2 == 0 ? queue : unique("nowhere"), null, new byte[10]);
        }
        channel.waitForConfirmsOrDie(PATIENCE_MILLIS);
        assertThat(channel.queueDeclarePassive(queue).getMessageCount()).isEqualTo(500);
    }

    @Test
    void persistentMessagesOfDurableQueuesAreConfirmed() throws Exception {
        Channel channel = broker.channel();
        String queue = channel.queueDeclare(broker.newQueueName(), true, false, false, null)
                .getQueue();
        channel.confirmSelect();
        for (int i = 0; i < 100; i++) {
            channel.basicPublish("", queue, MessageProperties.PERSISTENT_BASIC, new byte[10]);
        }
        channel.waitForConfirmsOrDie(PATIENCE_MILLIS);
        assertThat(channel.messageCount(queue)).isEqualTo(100);
    }

    @Test
    void sequenceNumbersCountFromOne() throws Exception {
        Channel channel = broker.channel();
        String queue = broker.queue();
        channel.basicPublish("", queue, null, bytes("before"));
        channel.confirmSelect();
        List<String> events = eventsOf(channel);
        for (int i = 1; i <= 3; i++) {
            assertThat(channel.getNextPublishSeqNo()).isEqualTo(i);
            channel.basicPublish("", queue, null, bytes("after"));
            channel.waitForConfirmsOrDie(PATIENCE_MILLIS);
        }
        assertThat(events).containsExactly("ack 1", "ack 2", "ack 3");
    }

    @Test
    void selectingAgainChangesNothing() throws Exception {
        Channel channel = broker.channel();
        String queue = broker.queue();
        channel.confirmSelect();
        List<String> events = eventsOf(channel);
        channel.basicPublish("", queue, null, bytes("one"));
        channel.waitForConfirmsOrDie(PATIENCE_MILLIS);
        channel.confirmSelect();
        channel.basicPublish("", queue, null, bytes("two"));
        channel.waitForConfirmsOrDie(PATIENCE_MILLIS);
        assertThat(events).containsExactly("ack 1", "ack 2");
    }

    @Test
    void aMandatoryMessageComesBackBeforeItsConfirm() throws Exception {
        Channel channel = broker.channel();
        channel.confirmSelect();
        List<String> events = eventsOf(channel);
        String nowhere = unique("nowhere");
        channel.basicPublish("amq.direct", nowhere, true, null, bytes("body"));
        await().until(() -> events.size() == 2);
        assertThat(events).containsExactly("return 312 NO_ROUTE amq.direct " + nowhere + " body", "ack 1");
    }

    @Test
    void onlyMandatoryMessagesComeBack() throws Exception {
        Channel channel = broker.channel();
        channel.confirmSelect();
        List<String> events = eventsOf(channel);
        String queue = broker.queue();
        channel.basicPublish("", unique("nowhere"), false, null, bytes("lost"));
        channel.waitForConfirmsOrDie(PATIENCE_MILLIS);
        channel.basicPublish("", queue, true, null, bytes("routed"));
        channel.waitForConfirmsOrDie(PATIENCE_MILLIS);
        assertThat(events).containsExactly("ack 1", "ack 2");
    }

    @Test
    void oneConfirmIsForAllQueues() throws Exception {
        String exchange = broker.exchange("fanout");
        List<String> queues = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            queues.add(broker.bound(exchange, ""));
        }
        Channel channel = broker.channel();
        channel.confirmSelect();
        List<String> events = eventsOf(channel);
        channel.basicPublish(exchange, "", null, bytes("all"));
        channel.waitForConfirmsOrDie(PATIENCE_MILLIS);
        assertThat(events).containsExactly("ack 1");
        for (String queue : queues) {
            assertThat(channel.messageCount(queue)).isOne();
        }
    }

    @Test
    void whatWasConfirmedIsThereForEverybody() throws Exception {
        String queue = broker.sharedQueue(Map.of());
        Channel other = broker.connect().createChannel();
        broker.channel().confirmSelect();
        for (int i = 0; i < 50; i++) {
            broker.publish(queue, "m");
            broker.channel().waitForConfirmsOrDie(PATIENCE_MILLIS);
            assertThat(other.basicGet(queue, true)).isNotNull();
        }
    }

    @Test
    void aFullQueueRefusesWithANack() throws Exception {
        String queue = broker.queue(Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        Channel channel = broker.channel();
        channel.confirmSelect();
        List<String> events = eventsOf(channel);
        for (int i = 1; i <= 3; i++) {
            assertThat(broker.confirmed("", queue, String.valueOf(i))).isEqualTo(i == 1);
        }
        assertThat(events).containsExactly("ack 1", "nack 2", "nack 3");
        assertThat(broker.drain(queue)).containsExactly("1");
    }

    @Test
    void oneQueueThatRefusesIsEnoughForANack() throws Exception {
        String exchange = broker.exchange("fanout");
        String full = broker.queue(Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        broker.channel().queueBind(full, exchange, "");
        String roomy = broker.bound(exchange, "");
        assertThat(broker.confirmed(exchange, "", "1")).isTrue();
        assertThat(broker.confirmed(exchange, "", "2")).isFalse();
        assertThat(broker.drain(full)).containsExactly("1");
        assertThat(broker.drain(roomy)).containsExactly("1", "2");
    }

    @Test
    void messagesThatExpireAtOnceAreConfirmed() throws Exception {
        String queue = broker.queue(Map.of("x-message-ttl", 0));
        Channel channel = broker.channel();
        channel.confirmSelect();
        broker.publish(queue, "1", "2", "3");
        channel.waitForConfirmsOrDie(PATIENCE_MILLIS);
        assertThat(channel.messageCount(queue)).isZero();
    }

    @Test
    void messagesThatPushOthersOutAreConfirmed() throws Exception {
        String queue = broker.queue(Map.of("x-max-length", 1));
        broker.channel().confirmSelect();
        broker.publish(queue, "1", "2", "3");
        broker.channel().waitForConfirmsOrDie(PATIENCE_MILLIS);
        assertThat(broker.drain(queue)).containsExactly("3");
    }

    @Test
    void aQueueThatGoesLeavesNothingUnconfirmed() throws Exception {
        Channel channel = broker.channel();
        channel.confirmSelect();
        Channel other = broker.anotherChannel();
        for (int round = 0; round < 10; round++) {
            String queue = broker.queue();
            for (int i = 0; i < 50; i++) {
                broker.publish(queue, "m");
            }
            other.queueDelete(queue);
            channel.waitForConfirmsOrDie(PATIENCE_MILLIS);
        }
    }

    @Test
    void publishingToNoExchangeEndsTheChannel() throws Exception {
        String exchange = unique("none");
        assertThat(broker.reply(c -> {
                    c.confirmSelect();
                    c.basicPublish(exchange, "k", null, new byte[1]);
                }))
                .isEqualTo("channel 404 NOT_FOUND - no exchange '" + exchange + "' in vhost '/'");
    }

    @Test
    void confirmsAndTransactionsExcludeEachOther() throws Exception {
        assertThat(broker.reply(c -> {
                    c.txSelect();
                    c.confirmSelect();
                }))
                .isEqualTo("channel 406 PRECONDITION_FAILED - cannot switch from tx to confirm mode");
        assertThat(broker.reply(c -> {
                    c.confirmSelect();
                    c.txSelect();
                }))
                .isEqualTo("channel 406 PRECONDITION_FAILED - cannot switch from confirm to tx mode");
    }
}
