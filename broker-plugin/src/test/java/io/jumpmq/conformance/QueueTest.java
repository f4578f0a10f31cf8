package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.reply;
import static io.jumpmq.conformance.BrokerUnderTest.take;
import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The life of queues: declaring, finding, purging, deleting. */
class QueueTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    private static String notFound(String queue) {
        return "channel 404 NOT_FOUND - no queue '" + queue + "' in vhost '/'";
    }

    private static String locked(String queue) {
        return "channel 405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '" + queue
                + "' in vhost '/'. It could be originally declared on another connection or the exclusive property value"
                + " does not match that of the original declaration.";
    }

    private static String inequivalent(String queue, String argument, String difference) {
        return "channel 406 PRECONDITION_FAILED - inequivalent arg '" + argument + "' for queue '" + queue
                + "' in vhost '/': received " + difference;
    }

    private String redeclare(
            String queue,
            boolean durable,
            boolean exclusive,
            boolean autoDelete,
            @Nullable Map<String, Object> arguments)
            throws Exception {
        return broker.reply(c -> c.queueDeclare(queue, durable, exclusive, autoDelete, arguments));
    }

    @Test
    void declareAnswersWithNameAndCounts() throws Exception {
        String queue = broker.queue();
        AMQP.Queue.DeclareOk empty = broker.channel().queueDeclarePassive(queue);
        assertThat(empty.getQueue()).isEqualTo(queue);
        assertThat(empty.getMessageCount()).isZero();
        assertThat(empty.getConsumerCount()).isZero();
        broker.publish(queue, "a", "b");
        broker.awaitReady(queue, 2);
        Channel consuming = broker.anotherChannel();
        consuming.basicQos(1);
        Inbox.of(consuming, queue);
        broker.awaitReady(queue, 1);
        assertThat(broker.channel()
                        .queueDeclare(queue, false, true, false, null)
                        .getConsumerCount())
                .isOne();
    }

    @Test
    void unacknowledgedMessagesAreNotCounted() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "a", "b", "c");
        take(broker.channel(), queue);
        assertThat(broker.channel().messageCount(queue)).isEqualTo(2);
    }

    @Test
    void theServerMakesUpNames() throws Exception {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            String name = broker.channel().queueDeclare().getQueue();
            assertThat(name).matches("amq\\.gen-[A-Za-z0-9_-]{22}");
            names.add(name);
        }
        assertThat(names).hasSize(20);
    }

    @Test
    void aServerNamedQueueMayBeShared() throws Exception {
        String queue =
                broker.channel().queueDeclare("", false, false, true, null).getQueue();
        broker.connect().createChannel().queueDeclarePassive(queue);
        broker.channel().queueDelete(queue);
    }

    @Test
    void theEmptyNameIsTheLastDeclaredQueue() throws Exception {
        Channel channel = broker.channel();
        broker.queue();
        String queue = broker.queue();
        channel.queueBind("", "amq.direct", queue);
        channel.basicPublish("amq.direct", queue, null, new byte[] {1});
        await().until(() -> channel.basicGet("", true) != null);
        channel.basicConsume("", true, new Inbox(channel));
        assertThat(channel.consumerCount(queue)).isOne();
        channel.queueUnbind("", "amq.direct", queue);
        channel.queuePurge("");
        channel.queueDelete("");
        assertThat(broker.queueExists(queue)).isFalse();
    }

    @Test
    void withoutALastDeclaredQueueTheEmptyNameIsNotFound() throws Exception {
        String expected = "channel 404 NOT_FOUND - no previously declared queue";
        assertThat(broker.reply(c -> c.queueBind("", "amq.direct", "k"))).isEqualTo(expected);
        assertThat(broker.reply(c -> c.basicGet("", true))).isEqualTo(expected);
        assertThat(broker.reply(c -> c.basicConsume("", new Inbox(c)))).isEqualTo(expected);
        assertThat(broker.reply(c -> c.queuePurge(""))).isEqualTo(expected);
        assertThat(broker.reply(c -> c.queueDelete(""))).isEqualTo(expected);
    }

    @Test
    void aPassiveDeclareDoesNotKnowTheLastDeclaredQueue() throws Exception {
        assertThat(broker.reply(c -> {
                    c.queueDeclare();
                    c.queueDeclarePassive("");
                }))
                .isEqualTo(notFound(""));
    }

    @Test
    void anEmptyRoutingKeyWithTheEmptyNameIsTheQueuesName() throws Exception {
        Channel channel = broker.channel();
        String queue = broker.queue();
        channel.queueBind("", "amq.direct", "");
        channel.basicPublish("amq.direct", queue, null, new byte[] {1});
        assertThat(broker.drain(queue)).hasSize(1);
    }

    @Test
    void aQueueIsDeclaredTwiceAlike() throws Exception {
        String queue = broker.newQueueName();
        broker.channel().queueDeclare(queue, true, false, true, Map.of("x-max-length", 5));
        broker.channel().queueDeclare(queue, true, false, true, Map.of("x-max-length", 5L));
    }

    @Test
    void whatIsNotThereIsNotFound() throws Exception {
        String queue = unique("none");
        assertThat(broker.reply(c -> c.queueDeclarePassive(queue))).isEqualTo(notFound(queue));
        assertThat(broker.reply(c -> c.queuePurge(queue))).isEqualTo(notFound(queue));
        assertThat(broker.reply(c -> c.basicGet(queue, true))).isEqualTo(notFound(queue));
        assertThat(broker.reply(c -> c.basicConsume(queue, new Inbox(c)))).isEqualTo(notFound(queue));
    }

    @Test
    void deletingWhatIsNotThereSucceeds() throws Exception {
        assertThat(broker.channel().queueDelete(unique("none")).getMessageCount())
                .isZero();
        assertThat(broker.channel().queueDelete(unique("none"), true, true).getMessageCount())
                .isZero();
    }

    @Test
    void reservedNamesAreRefused() throws Exception {
        assertThat(redeclare("amq.mine", false, true, false, null))
                .isEqualTo("channel 403 ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'");
    }

    @Test
    void aPassiveDeclareOfAReservedNameIsNotFound() throws Exception {
        assertThat(broker.reply(c -> c.queueDeclarePassive("amq.mine"))).isEqualTo(notFound("amq.mine"));
    }

    @Test
    void anotherDurabilityIsNotEquivalent() throws Exception {
        String queue = broker.sharedQueue(Map.of());
        assertThat(redeclare(queue, true, false, false, null))
                .isEqualTo(inequivalent(queue, "durable", "'true' but current is 'false'"));
    }

    @Test
    void anotherAutoDeleteIsNotEquivalent() throws Exception {
        String queue = broker.sharedQueue(Map.of());
        assertThat(redeclare(queue, false, false, true, null))
                .isEqualTo(inequivalent(queue, "auto_delete", "'true' but current is 'false'"));
    }

    @Test
    void anotherExclusivenessIsLocked() throws Exception {
        String shared = broker.sharedQueue(Map.of());
        assertThat(redeclare(shared, false, true, false, null)).isEqualTo(locked(shared));
        String exclusive = broker.queue();
        assertThat(redeclare(exclusive, false, false, false, null)).isEqualTo(locked(exclusive));
    }

    @Test
    void anotherArgumentIsNotEquivalent() throws Exception {
        Map<String, Object> arguments = Map.of(
                "x-max-length",
                5,
                "x-dead-letter-exchange",
                "dlx",
                "x-dead-letter-routing-key",
                "k",
                "x-overflow",
                "drop-head");
        String queue = broker.sharedQueue(arguments);
        Map<String, Object> changed = new HashMap<>(arguments);
        changed.put("x-max-length", 6);
        assertThat(redeclare(queue, false, false, false, changed))
                .isEqualTo(inequivalent(queue, "x-max-length", "'6' but current is '5'"));
        changed = new HashMap<>(arguments);
        changed.put("x-dead-letter-exchange", "other");
        assertThat(redeclare(queue, false, false, false, changed))
                .isEqualTo(inequivalent(queue, "x-dead-letter-exchange", "'other' but current is 'dlx'"));
        changed = new HashMap<>(arguments);
        changed.put("x-overflow", "reject-publish");
        assertThat(redeclare(queue, false, false, false, changed))
                .isEqualTo(inequivalent(queue, "x-overflow", "'reject-publish' but current is 'drop-head'"));
    }

    @Test
    void aMissingArgumentIsNotEquivalent() throws Exception {
        String queue = broker.sharedQueue(Map.of("x-message-ttl", 5_000, "x-dead-letter-exchange", "dlx"));
        assertThat(redeclare(queue, false, false, false, Map.of("x-dead-letter-exchange", "dlx")))
                .isEqualTo(inequivalent(
                        queue, "x-message-ttl", "none but current is the value '5000' of type 'signedint'"));
        assertThat(redeclare(queue, false, false, false, Map.of("x-message-ttl", 5_000)))
                .isEqualTo(inequivalent(
                        queue, "x-dead-letter-exchange", "none but current is the value 'dlx' of type 'longstr'"));
    }

    @Test
    void anAddedArgumentIsNotEquivalent() throws Exception {
        String queue = broker.sharedQueue(Map.of());
        assertThat(redeclare(queue, false, false, false, Map.of("x-max-length", 7L)))
                .isEqualTo(inequivalent(queue, "x-max-length", "the value '7' of type 'long' but current is none"));
        assertThat(redeclare(queue, false, false, false, Map.of("x-single-active-consumer", true)))
                .isEqualTo(inequivalent(
                        queue, "x-single-active-consumer", "the value 'true' of type 'bool' but current is none"));
    }

    @Test
    void argumentsThatMeanNothingAreIgnoredInComparing() throws Exception {
        String queue = broker.sharedQueue(Map.of("x-mine", 1, "mine", "a"));
        broker.channel().queueDeclare(queue, false, false, false, Map.of("x-mine", 2));
        broker.channel().queueDeclare(queue, false, false, false, null);
    }

    @Test
    void classicIsTheTypeOfAQueueThatNamesNone() throws Exception {
        String queue = broker.sharedQueue(Map.of());
        broker.channel().queueDeclare(queue, false, false, false, Map.of("x-queue-type", "classic"));
        assertThat(redeclare(queue, false, false, false, Map.of("x-queue-type", "quorum")))
                .isEqualTo(inequivalent(
                        queue, "x-queue-type", "the value 'quorum' of type 'longstr' but current is none"));
    }

    @Test
    void anUnknownTypeIsRefused() throws Exception {
        String queue = unique("q");
        assertThat(redeclare(queue, true, false, false, Map.of("x-queue-type", "nonsense")))
                .isEqualTo("channel 406 PRECONDITION_FAILED - invalid arg 'x-queue-type' for queue '" + queue
                        + "' in vhost '/': \"unsupported queue type 'nonsense'\"");
        assertThat(redeclare(queue, true, false, false, Map.of("x-queue-type", 5)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - invalid arg 'x-queue-type' for queue '" + queue
                        + "' in vhost '/': {unacceptable_type,signedint}");
    }

    @Test
    void anotherConnectionMayNotUseAnExclusiveQueue() throws Exception {
        String queue = broker.bound("amq.direct", "k");
        Connection stranger = broker.connect();
        List<BrokerUnderTest.Mistake> mistakes = List.of(
                c -> c.queueDeclare(queue, false, true, false, null),
                c -> c.queueDeclarePassive(queue),
                c -> c.queueBind(queue, "amq.direct", "k"),
                c -> c.queueUnbind(queue, "amq.direct", "k"),
                c -> c.queuePurge(queue),
                c -> c.queueDelete(queue),
                c -> c.basicGet(queue, true),
                c -> c.basicConsume(queue, new Inbox(c)));
        for (BrokerUnderTest.Mistake mistake : mistakes) {
            assertThat(reply(stranger.createChannel(), mistake)).isEqualTo(locked(queue));
        }
        assertThat(reply(stranger.createChannel(), c -> c.queueDeclare(queue, false, false, false, null)))
                .isEqualTo(locked(queue));
    }

    @Test
    void anotherConnectionMayPublishToAnExclusiveQueue() throws Exception {
        String queue = broker.queue();
        broker.connect().createChannel().basicPublish("", queue, null, new byte[] {1});
        assertThat(broker.drain(queue, 1)).hasSize(1);
    }

    @Test
    void allChannelsOfTheOwnerMayUseAnExclusiveQueue() throws Exception {
        String queue = broker.queue();
        Channel other = broker.anotherChannel();
        other.queueDeclare(queue, false, true, false, null);
        other.queueDeclarePassive(queue);
        assertThat(other.basicGet(queue, true)).isNull();
    }

    @Test
    void anExclusiveQueueOutlivesItsChannel() throws Exception {
        Channel channel = broker.anotherChannel();
        String queue = channel.queueDeclare().getQueue();
        channel.close();
        assertThat(broker.queueExists(queue)).isTrue();
    }

    @Test
    void anExclusiveQueueGoesWithItsConnection() throws Exception {
        Connection owner = broker.connect();
        String queue = owner.createChannel()
                .queueDeclare(unique("q"), true, true, false, null)
                .getQueue();
        owner.close();
        await().until(() -> !broker.queueExists(queue));
    }

    @Test
    void anExclusiveQueueGoesWithALostConnection() throws Exception {
        String queue = unique("q");
        try (RawAmqp raw = RawAmqp.openChannel()) {
            raw.send(
                    1,
                    RawAmqp.QUEUE_DECLARE,
                    a -> a.u16(0).shortText(queue).u8(4).emptyTable());
            raw.expect(RawAmqp.QUEUE_DECLARE_OK);
        }
        await().until(() -> !broker.queueExists(queue));
    }

    @Test
    void anAutoDeleteQueueGoesWithItsLastConsumer() throws Exception {
        Channel channel = broker.channel();
        String queue = channel.queueDeclare(broker.newQueueName(), false, false, true, null)
                .getQueue();
        String one = channel.basicConsume(queue, new Inbox(channel));
        String two = channel.basicConsume(queue, new Inbox(channel));
        channel.basicCancel(one);
        assertThat(broker.queueExists(queue)).isTrue();
        channel.basicCancel(two);
        await().until(() -> !broker.queueExists(queue));
    }

    @Test
    void anAutoDeleteQueueStaysUntilItWasConsumed() throws Exception {
        Channel channel = broker.channel();
        String queue = channel.queueDeclare(broker.newQueueName(), false, false, true, null)
                .getQueue();
        broker.publish(queue, "a");
        broker.next(queue);
        assertThat(broker.queueExists(queue)).isTrue();
    }

    @Test
    void anAutoDeleteQueueGoesWithItsConsumersChannel() throws Exception {
        Channel channel = broker.anotherChannel();
        String queue = channel.queueDeclare(broker.newQueueName(), false, false, true, null)
                .getQueue();
        channel.basicConsume(queue, new Inbox(channel));
        channel.close();
        await().until(() -> !broker.queueExists(queue));
    }

    @Test
    void anAutoDeleteQueueGoesWithItsConsumersConnection() throws Exception {
        Connection connection = broker.connect();
        Channel channel = connection.createChannel();
        String queue = channel.queueDeclare(broker.newQueueName(), false, false, true, null)
                .getQueue();
        channel.basicConsume(queue, new Inbox(channel));
        connection.close();
        await().until(() -> !broker.queueExists(queue));
    }

    @Test
    void aQueueInUseIsNotDeletedIfUnused() throws Exception {
        String queue = broker.queue();
        Channel channel = broker.channel();
        String tag = channel.basicConsume(queue, new Inbox(channel));
        assertThat(broker.reply(c -> c.queueDelete(queue, true, false)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - queue '" + queue + "' in vhost '/' in use");
        channel.basicCancel(tag);
        channel.queueDelete(queue, true, false);
        assertThat(broker.queueExists(queue)).isFalse();
    }

    @Test
    void aQueueWithMessagesIsNotDeletedIfEmpty() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "a");
        broker.awaitReady(queue, 1);
        assertThat(broker.reply(c -> c.queueDelete(queue, false, true)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - queue '" + queue + "' in vhost '/' not empty");
        broker.drain(queue, 1);
        broker.channel().queueDelete(queue, false, true);
        assertThat(broker.queueExists(queue)).isFalse();
    }

    @Test
    void deleteCountsTheMessages() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "a", "b", "c");
        assertThat(broker.channel().queueDelete(queue).getMessageCount()).isEqualTo(3);
    }

    @Test
    void purgeCountsAndRemovesWhatIsReady() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "a", "b", "c");
        Channel other = broker.anotherChannel();
        long tag = take(other, queue);
        await().until(() -> broker.channel().messageCount(queue) == 2);
        assertThat(broker.channel().queuePurge(queue).getMessageCount()).isEqualTo(2);
        other.basicNack(tag, false, true);
        assertThat(broker.drain(queue, 1)).containsExactly("a");
        assertThat(broker.channel().queuePurge(queue).getMessageCount()).isZero();
    }

    @Test
    void withoutWaitingAQueueIsDeclaredBoundPurgedAndDeletedAllTheSame() throws Exception {
        Channel channel = broker.channel();
        String queue = broker.newQueueName();
        channel.queueDeclareNoWait(queue, false, false, false, null);
        channel.queueBindNoWait(queue, "amq.direct", queue, null);
        channel.basicPublish("amq.direct", queue, null, new byte[] {1});
        assertThat(broker.drain(queue, 1)).hasSize(1);
        channel.queueDeleteNoWait(queue, false, false);
        channel.queueDeclare();
        await().until(() -> !broker.queueExists(queue));
    }

    @Test
    void aDeletedQueueTakesItsMessagesAndBindingsAlong() throws Exception {
        Channel channel = broker.channel();
        String exchange = broker.exchange("direct");
        String queue = broker.bound(exchange, "k");
        channel.basicPublish(exchange, "k", null, new byte[] {1});
        channel.queueDelete(queue);
        channel.queueDeclare(queue, false, true, false, null);
        channel.basicPublish(exchange, "k", null, new byte[] {2});
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    void theDeletedQueuesNameIsFreeForAnotherKind() throws Exception {
        String queue = broker.newQueueName();
        for (int i = 0; i < 10; i++) {
            boolean durable = i % 2 == 0;
            broker.channel().queueDeclare(queue, durable, false, false, null);
            broker.channel().queueDelete(queue);
        }
    }

    @Test
    void aQueueNameMayBeAnyText() throws Exception {
        String queue = unique("Bücher & 本 #*.");
        broker.channel().queueDeclare(queue, false, true, false, null);
        broker.publish(queue, "a");
        assertThat(broker.drain(queue)).containsExactly("a");
    }

    @Test
    void aNameIsAtMost255OctetsLong() throws Exception {
        String queue = unique("q") + "x".repeat(255 - unique("q").length());
        broker.channel().queueDeclare(queue, false, true, false, null);
        broker.publish(queue, "a");
        assertThat(broker.drain(queue)).containsExactly("a");
    }
}
