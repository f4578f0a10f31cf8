package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.replyTo;
import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MessagingTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    private String queue(Map<String, Object> arguments) throws IOException {
        return broker.channel()
                .queueDeclare(unique("q"), false, true, false, arguments)
                .getQueue();
    }

    private void publish(String queue, String... bodies) throws IOException {
        for (String body : bodies) {
            broker.channel().basicPublish("", queue, null, body.getBytes(UTF_8));
        }
    }

    private static String next(BlockingQueue<Delivery> deliveries) throws InterruptedException {
        Delivery delivery = deliveries.poll(5, TimeUnit.SECONDS);
        assertThat(delivery).isNotNull();
        return new String(delivery.getBody(), UTF_8);
    }

    private List<String> drain(String queue) throws IOException {
        List<String> bodies = new ArrayList<>();
        GetResponse response = broker.channel().basicGet(queue, true);
        while (response != null) {
            bodies.add(new String(response.getBody(), UTF_8));
            response = broker.channel().basicGet(queue, true);
        }
        return bodies;
    }

    @Test
    void messagesComeInTheOrderSent() throws Exception {
        String queue = queue(Map.of());
        publish(queue, "1", "2", "3");
        assertThat(drain(queue)).containsExactly("1", "2", "3");
    }

    @Test
    void propertiesAndBodiesOfAllSizesComeBackAsTheyWere() throws Exception {
        String queue = queue(Map.of());
        Map<String, Object> headers = new HashMap<>();
        headers.put("text", "Grüße");
        headers.put("number", 42);
        headers.put("long", 1L << 40);
        headers.put("truth", true);
        headers.put("list", List.of(1, 2));
        headers.put("table", Map.of("a", 1));
        AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                .contentType("text/plain")
                .contentEncoding("utf-8")
                .headers(headers)
                .deliveryMode(2)
                .priority(3)
                .correlationId("c")
                .replyTo("r")
                .expiration("60000")
                .messageId("m")
                .timestamp(Date.from(Instant.ofEpochSecond(1_700_000_000)))
                .type("t")
                .userId("guest")
                .appId("a")
                .build();
        Random random = new Random(5);
        for (int size : new int[] {0, 1, 4_000, 131_064, 131_065, 1_000_000}) {
            byte[] body = new byte[size];
            random.nextBytes(body);
            broker.channel().basicPublish("", queue, properties, body);
            GetResponse response = broker.channel().basicGet(queue, true);
            assertThat(response.getBody()).isEqualTo(body);
            assertThat(response.getProps().toString()).isEqualTo(properties.toString());
        }
    }

    @Test
    void whatIsNotAcknowledgedComesBackToItsPlace() throws Exception {
        String queue = queue(Map.of());
        publish(queue, "1", "2", "3");
        Channel other = broker.anotherChannel();
        GetResponse first = other.basicGet(queue, false);
        GetResponse second = other.basicGet(queue, false);
        assertThat(first.getMessageCount()).isEqualTo(2);
        other.basicAck(first.getEnvelope().getDeliveryTag(), false);
        assertThat(second.getEnvelope().isRedeliver()).isFalse();
        other.close();
        GetResponse again = broker.channel().basicGet(queue, true);
        assertThat(new String(again.getBody(), UTF_8)).isEqualTo("2");
        assertThat(again.getEnvelope().isRedeliver()).isTrue();
        assertThat(drain(queue)).containsExactly("3");
    }

    @Test
    void anUnknownDeliveryTagEndsTheChannel() throws Exception {
        String text = "channel 406 PRECONDITION_FAILED - unknown delivery tag ";
        Channel channel = broker.channel();
        assertThat(replyTo(() -> {
                    channel.basicAck(7, false);
                    channel.queueDeclare();
                }))
                .isEqualTo(text + "7");
        String queue = broker.anotherChannel()
                .queueDeclare(unique("q"), false, true, false, null)
                .getQueue();
        Channel twice = broker.anotherChannel();
        twice.basicPublish("", queue, null, new byte[] {1});
        long tag = twice.basicGet(queue, false).getEnvelope().getDeliveryTag();
        assertThat(replyTo(() -> {
                    twice.basicAck(tag, false);
                    twice.basicAck(tag, false);
                    twice.queueDeclare();
                }))
                .isEqualTo(text + tag);
    }

    @Test
    void prefetchBoundsWhatAConsumerHolds() throws Exception {
        String queue = queue(Map.of());
        publish(queue, "1", "2", "3", "4");
        Channel channel = broker.channel();
        channel.basicQos(2);
        BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
        channel.basicConsume(queue, false, (tag, delivery) -> deliveries.add(delivery), tag -> {});
        assertThat(next(deliveries)).isEqualTo("1");
        assertThat(next(deliveries)).isEqualTo("2");
        assertThat(broker.anotherChannel().queueDeclarePassive(queue).getMessageCount())
                .isEqualTo(2);
        channel.basicAck(1, false);
        assertThat(next(deliveries)).isEqualTo("3");
        channel.basicAck(3, true);
        assertThat(next(deliveries)).isEqualTo("4");
    }

    @Test
    void aChannelsOwnPrefetchIsSharedByItsConsumers() throws Exception {
        String one = queue(Map.of());
        String two = queue(Map.of());
        publish(one, "1", "2", "3");
        publish(two, "4", "5", "6");
        Channel channel = broker.channel();
        channel.basicQos(3, true);
        BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
        channel.basicConsume(one, false, (tag, delivery) -> deliveries.add(delivery), tag -> {});
        channel.basicConsume(two, false, (tag, delivery) -> deliveries.add(delivery), tag -> {});
        Awaitility.await().until(() -> deliveries.size() == 3);
        Channel other = broker.anotherChannel();
        assertThat(other.queueDeclarePassive(one).getMessageCount()
                        + other.queueDeclarePassive(two).getMessageCount())
                .isEqualTo(3);
        channel.basicAck(0, true);
        Awaitility.await().until(() -> deliveries.size() == 6);
    }

    @Test
    void consumersTakeTurns() throws Exception {
        String queue = queue(Map.of());
        Channel channel = broker.channel();
        List<String> one = new CopyOnWriteArrayList<>();
        List<String> two = new CopyOnWriteArrayList<>();
        channel.basicConsume(queue, true, (tag, delivery) -> one.add(new String(delivery.getBody(), UTF_8)), tag -> {});
        channel.basicConsume(queue, true, (tag, delivery) -> two.add(new String(delivery.getBody(), UTF_8)), tag -> {});
        publish(queue, "1", "2", "3", "4");
        Awaitility.await().until(() -> one.size() + two.size() == 4);
        assertThat(one).containsExactly("1", "3");
        assertThat(two).containsExactly("2", "4");
    }

    @Test
    void anExclusiveConsumerIsAlone() throws Exception {
        String queue = queue(Map.of());
        broker.channel().basicConsume(queue, true, "", false, true, null, (tag, delivery) -> {}, tag -> {});
        assertThat(replyTo(() -> broker.anotherChannel().basicConsume(queue, (tag, delivery) -> {}, tag -> {})))
                .isEqualTo("channel 403 ACCESS_REFUSED - queue '" + queue + "' in vhost '/' in exclusive use");
    }

    @Test
    void aConsumerTagIsUsedOnce() throws Exception {
        String queue = queue(Map.of());
        broker.channel().basicConsume(queue, true, "mine", (tag, delivery) -> {}, tag -> {});
        assertThat(replyTo(() -> broker.channel().basicConsume(queue, true, "mine", (tag, delivery) -> {}, tag -> {})))
                .isEqualTo("connection 530 NOT_ALLOWED - attempt to reuse consumer tag 'mine'");
    }

    @Test
    void aConsumerIsToldThatItsQueueIsGone() throws Exception {
        Connection owner = broker.connect();
        String queue = owner.createChannel()
                .queueDeclare(unique("q"), false, false, false, null)
                .getQueue();
        BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
        broker.channel().basicConsume(queue, true, "mine", (tag, delivery) -> {}, cancelled::add);
        owner.createChannel().queueDelete(queue);
        assertThat(cancelled.poll(5, TimeUnit.SECONDS)).isEqualTo("mine");
    }

    @Test
    void everyPublishIsConfirmed() throws Exception {
        String queue = queue(Map.of());
        Channel channel = broker.channel();
        channel.confirmSelect();
        for (int i = 0; i < 1_000; i++) {
            channel.basicPublish("", i % 2 == 0 ? queue : unique("nowhere"), null, new byte[10]);
        }
        channel.waitForConfirmsOrDie(5_000);
        assertThat(channel.queueDeclarePassive(queue).getMessageCount()).isEqualTo(500);
    }

    @Test
    void aMandatoryMessageComesBackBeforeItsConfirm() throws Exception {
        Channel channel = broker.channel();
        channel.confirmSelect();
        List<String> events = new CopyOnWriteArrayList<>();
        channel.addReturnListener(returned -> events.add(
                "return " + returned.getReplyCode() + " " + returned.getReplyText() + " " + returned.getRoutingKey()));
        channel.addConfirmListener((tag, multiple) -> events.add("ack"), (tag, multiple) -> events.add("nack"));
        channel.basicPublish("amq.direct", "nowhere", true, null, new byte[] {1});
        Awaitility.await().until(() -> events.size() == 2);
        assertThat(events).containsExactly("return 312 NO_ROUTE nowhere", "ack");
    }

    @Test
    void publishingToNoExchangeEndsTheChannel() {
        String exchange = unique("none");
        assertThat(replyTo(() -> {
                    broker.channel().basicPublish(exchange, "k", null, new byte[] {1});
                    broker.channel().queueDeclare();
                }))
                .isEqualTo("channel 404 NOT_FOUND - no exchange '" + exchange + "' in vhost '/'");
    }

    @Test
    void anotherUsersNameIsRefused() {
        assertThat(replyTo(() -> {
                    broker.channel()
                            .basicPublish(
                                    "",
                                    "k",
                                    new AMQP.BasicProperties.Builder()
                                            .userId("root")
                                            .build(),
                                    new byte[] {1});
                    broker.channel().queueDeclare();
                }))
                .isEqualTo(
                        "channel 406 PRECONDITION_FAILED - user_id property set to 'root' but authenticated user was 'guest'");
    }

    @Test
    void anExpirationIsANumber() {
        assertThat(replyTo(() -> {
                    broker.channel()
                            .basicPublish(
                                    "",
                                    "k",
                                    new AMQP.BasicProperties.Builder()
                                            .expiration("soon")
                                            .build(),
                                    new byte[] {1});
                    broker.channel().queueDeclare();
                }))
                .startsWith("channel 406 PRECONDITION_FAILED - invalid expiration 'soon'");
    }

    @Test
    void immediateIsNotImplemented() {
        assertThat(replyTo(() -> {
                    broker.channel().basicPublish("", "k", false, true, null, new byte[] {1});
                    broker.channel().queueDeclare();
                }))
                .isEqualTo("connection 540 NOT_IMPLEMENTED - immediate=true");
    }

    @Test
    void aFullQueueRefusesWithANack() throws Exception {
        String queue = queue(Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        Channel channel = broker.channel();
        channel.confirmSelect();
        channel.basicPublish("", queue, null, "first".getBytes(UTF_8));
        assertThat(channel.waitForConfirms(5_000)).isTrue();
        channel.basicPublish("", queue, null, "second".getBytes(UTF_8));
        assertThat(channel.waitForConfirms(5_000)).isFalse();
        assertThat(drain(queue)).containsExactly("first");
    }

    @Test
    void aFullQueueDropsItsOldest() throws Exception {
        String queue = queue(Map.of("x-max-length", 2));
        publish(queue, "1", "2", "3");
        assertThat(drain(queue)).containsExactly("2", "3");
    }

    @Test
    void rejectedAndExpiredMessagesAreDeadLettered() throws Exception {
        String dead = queue(Map.of());
        String queue = queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", dead));
        publish(queue, "rejected");
        Channel channel = broker.channel();
        channel.basicReject(channel.basicGet(queue, false).getEnvelope().getDeliveryTag(), false);
        channel.basicPublish(
                "", queue, new AMQP.BasicProperties.Builder().expiration("1").build(), "expired".getBytes(UTF_8));
        Awaitility.await().until(() -> channel.queueDeclarePassive(dead).getMessageCount() == 2);
        GetResponse first = channel.basicGet(dead, true);
        assertThat(death(first))
                .containsEntry("reason", "rejected")
                .containsEntry("queue", queue)
                .containsEntry("count", "1");
        GetResponse second = channel.basicGet(dead, true);
        assertThat(death(second))
                .containsEntry("reason", "expired")
                .containsEntry("original-expiration", "1")
                .containsEntry("routing-keys", "[" + queue + "]");
        assertThat(second.getProps().getExpiration()).isNull();
        assertThat(second.getProps().getHeaders().get("x-first-death-reason")).hasToString("expired");
    }

    private static Map<String, String> death(GetResponse response) {
        List<?> deaths = (List<?>)
                Objects.requireNonNull(response.getProps().getHeaders().get("x-death"));
        Object first = deaths.get(0);
        Map<String, String> death = new HashMap<>();
        ((Map<?, ?>) first).forEach((name, value) -> death.put(name.toString(), String.valueOf(value)));
        return death;
    }

    @Test
    void aCommittedTransactionIsAllThereAndARolledBackOneIsNot() throws Exception {
        String queue = queue(Map.of());
        Channel channel = broker.channel();
        channel.txSelect();
        publish(queue, "1", "2");
        assertThat(broker.anotherChannel().queueDeclarePassive(queue).getMessageCount())
                .isZero();
        channel.txCommit();
        assertThat(broker.anotherChannel().queueDeclarePassive(queue).getMessageCount())
                .isEqualTo(2);
        publish(queue, "3");
        channel.txRollback();
        channel.basicAck(channel.basicGet(queue, false).getEnvelope().getDeliveryTag(), false);
        channel.txCommit();
        assertThat(broker.anotherChannel().queueDeclarePassive(queue).getMessageCount())
                .isEqualTo(1);
    }

    @Test
    void confirmsAndTransactionsExcludeEachOther() throws Exception {
        broker.channel().txSelect();
        assertThat(replyTo(() -> broker.channel().confirmSelect()))
                .isEqualTo("channel 406 PRECONDITION_FAILED - cannot switch from tx to confirm mode");
        Channel other = broker.anotherChannel();
        other.confirmSelect();
        assertThat(replyTo(other::txSelect))
                .isEqualTo("channel 406 PRECONDITION_FAILED - cannot switch from confirm to tx mode");
        assertThat(replyTo(() -> broker.anotherChannel().txCommit()))
                .isEqualTo("channel 406 PRECONDITION_FAILED - channel is not transactional");
    }

    @Test
    void recoveringRequeuesAll() throws Exception {
        String queue = queue(Map.of());
        publish(queue, "1", "2");
        Channel channel = broker.channel();
        channel.basicGet(queue, false);
        channel.basicGet(queue, false);
        channel.basicRecover(true);
        assertThat(channel.queueDeclarePassive(queue).getMessageCount()).isEqualTo(2);
        assertThat(drain(queue)).containsExactly("1", "2");
        assertThat(replyTo(() -> channel.basicRecover(false)))
                .isEqualTo("connection 540 NOT_IMPLEMENTED - requeue=false");
    }

    @Test
    void aPriorityQueueServesTheHighestFirst() throws Exception {
        String queue = queue(Map.of("x-max-priority", 5));
        for (int priority : new int[] {1, 5, 3, 9}) {
            broker.channel()
                    .basicPublish(
                            "",
                            queue,
                            new AMQP.BasicProperties.Builder()
                                    .priority(priority)
                                    .build(),
                            String.valueOf(priority).getBytes(UTF_8));
        }
        assertThat(drain(queue)).containsExactly("5", "9", "3", "1");
    }

    @Test
    void aSingleActiveConsumerIsFollowedByTheNext() throws Exception {
        String queue = queue(Map.of("x-single-active-consumer", true));
        Channel channel = broker.channel();
        List<String> one = new CopyOnWriteArrayList<>();
        List<String> two = new CopyOnWriteArrayList<>();
        String first = channel.basicConsume(
                queue, true, (tag, delivery) -> one.add(new String(delivery.getBody(), UTF_8)), tag -> {});
        channel.basicConsume(queue, true, (tag, delivery) -> two.add(new String(delivery.getBody(), UTF_8)), tag -> {});
        publish(queue, "1", "2");
        Awaitility.await().until(() -> one.size() == 2);
        channel.basicCancel(first);
        publish(queue, "3");
        Awaitility.await().until(() -> two.size() == 1);
    }
}
