package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.bytes;
import static io.jumpmq.conformance.BrokerUnderTest.take;
import static io.jumpmq.conformance.BrokerUnderTest.text;
import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages that a queue gives up go to its dead letter exchange, and tell why. */
class DeadLetterTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    /** A queue whose dead letters go to that queue. */
    private String queueTo(String dead, Object... more) throws Exception {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("x-dead-letter-exchange", "");
        arguments.put("x-dead-letter-routing-key", dead);
        for (int i = 0; i < more.length; i += 2) {
            arguments.put((String) more[i], more[i + 1]);
        }
        return broker.queue(arguments);
    }

    private void rejectNext(String queue) throws Exception {
        broker.channel().basicReject(take(broker.channel(), queue), false);
    }

    private static List<Map<String, String>> deaths(GetResponse response) {
        List<Map<String, String>> deaths = new ArrayList<>();
        Object header = Objects.requireNonNull(response.getProps().getHeaders()).get("x-death");
        for (Object one : (List<?>) Objects.requireNonNull(header)) {
            Map<String, String> death = new HashMap<>();
            ((Map<?, ?>) one).forEach((name, value) -> death.put(name.toString(), String.valueOf(value)));
            deaths.add(death);
        }
        return deaths;
    }

    @Test
    void aRejectedMessageTellsItsStory() throws Exception {
        String dead = broker.queue();
        String queue = queueTo(dead);
        String exchange = broker.exchange("direct");
        broker.channel().queueBind(queue, exchange, "k");
        broker.channel().basicPublish(exchange, "k", null, bytes("a"));
        rejectNext(queue);
        GetResponse response = broker.next(dead);
        assertThat(text(response.getBody())).isEqualTo("a");
        assertThat(response.getEnvelope().getExchange()).isEmpty();
        assertThat(response.getEnvelope().getRoutingKey()).isEqualTo(dead);
        assertThat(response.getEnvelope().isRedeliver()).isFalse();
        Map<String, Object> headers = response.getProps().getHeaders();
        assertThat(headers)
                .containsOnlyKeys("x-death", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason");
        assertThat(headers.get("x-first-death-exchange")).hasToString(exchange);
        assertThat(headers.get("x-first-death-queue")).hasToString(queue);
        assertThat(headers.get("x-first-death-reason")).hasToString("rejected");
        Map<String, String> death = deaths(response).get(0);
        assertThat(death)
                .containsOnlyKeys("count", "reason", "queue", "time", "exchange", "routing-keys")
                .containsEntry("count", "1")
                .containsEntry("reason", "rejected")
                .containsEntry("queue", queue)
                .containsEntry("exchange", exchange)
                .containsEntry("routing-keys", "[k]");
    }

    @Test
    void theTimeOfDeathIsATimestamp() throws Exception {
        String dead = broker.queue();
        String queue = queueTo(dead);
        broker.publish(queue, "a");
        rejectNext(queue);
        List<?> deaths = (List<?>)
                Objects.requireNonNull(broker.next(dead).getProps().getHeaders().get("x-death"));
        Object time = ((Map<?, ?>) deaths.get(0)).get("time");
        assertThat(time).isInstanceOf(Date.class);
        assertThat(((Date) time).toInstant()).isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));
    }

    @Test
    void anExpiredMessageExpiresNoMore() throws Exception {
        String dead = broker.queue();
        String queue = queueTo(dead);
        broker.channel()
                .basicPublish(
                        "",
                        queue,
                        new AMQP.BasicProperties.Builder().expiration("1").build(),
                        bytes("a"));
        GetResponse response = broker.next(dead);
        assertThat(response.getProps().getExpiration()).isNull();
        assertThat(deaths(response).get(0))
                .containsEntry("reason", "expired")
                .containsEntry("original-expiration", "1");
    }

    @Test
    void messagesOfAQueuesOwnTimeAreDeadLetteredInTheirOrder() throws Exception {
        String dead = broker.queue();
        String queue = queueTo(dead, "x-message-ttl", 20);
        broker.publish(queue, "1", "2", "3");
        assertThat(broker.drain(dead, 3)).containsExactly("1", "2", "3");
    }

    @Test
    void messagesThatArePushedOutSaySo() throws Exception {
        String dead = broker.queue();
        String queue = queueTo(dead, "x-max-length", 1);
        broker.publish(queue, "1", "2");
        assertThat(deaths(broker.next(dead)).get(0)).containsEntry("reason", "maxlen");
    }

    @Test
    void everyWayOfRefusingIsARejection() throws Exception {
        String dead = broker.queue();
        String queue = queueTo(dead);
        broker.publish(queue, "1", "2", "3", "4");
        Channel channel = broker.channel();
        channel.basicReject(take(channel, queue), false);
        channel.basicNack(take(channel, queue), false, false);
        take(channel, queue);
        channel.basicNack(take(channel, queue), true, false);
        assertThat(broker.drain(dead, 4)).containsExactly("1", "2", "3", "4");
    }

    @Test
    void withoutAKeyOfItsOwnTheMessagesKeyRemains() throws Exception {
        String exchange = broker.exchange("topic");
        String dead = broker.bound(exchange, "*.*");
        String queue = broker.queue(Map.of("x-dead-letter-exchange", exchange));
        broker.channel().queueBind(queue, "amq.topic", "a." + queue);
        broker.channel().basicPublish("amq.topic", "a." + queue, null, bytes("m"));
        rejectNext(queue);
        GetResponse response = broker.next(dead);
        assertThat(response.getEnvelope().getExchange()).isEqualTo(exchange);
        assertThat(response.getEnvelope().getRoutingKey()).isEqualTo("a." + queue);
    }

    @Test
    void headersAndPropertiesRemain() throws Exception {
        String dead = broker.queue();
        String queue = queueTo(dead);
        AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                .headers(Map.of("mine", 5))
                .correlationId("c")
                .deliveryMode(2)
                .build();
        broker.channel().basicPublish("", queue, properties, bytes("m"));
        rejectNext(queue);
        AMQP.BasicProperties after = broker.next(dead).getProps();
        assertThat(after.getHeaders()).containsEntry("mine", 5);
        assertThat(after.getCorrelationId()).isEqualTo("c");
        assertThat(after.getDeliveryMode()).isEqualTo(2);
    }

    @Test
    void copiesAreRoutedAgainUnlessTheQueueNamesAKey() throws Exception {
        String exchange = broker.exchange("direct");
        String dead = broker.bound(exchange, "copy");
        String queue = broker.queue(Map.of("x-dead-letter-exchange", exchange));
        AMQP.BasicProperties cc = new AMQP.BasicProperties.Builder()
                .headers(Map.of("CC", List.of("copy")))
                .build();
        broker.channel().basicPublish("", queue, cc, bytes("m"));
        rejectNext(queue);
        GetResponse response = broker.next(dead);
        assertThat(deaths(response).get(0)).containsEntry("routing-keys", "[" + queue + ", copy]");
        assertThat(response.getProps().getHeaders()).containsKey("CC");

        String last = broker.queue();
        String named = queueTo(last);
        broker.channel().basicPublish("", named, cc, bytes("m"));
        rejectNext(named);
        response = broker.next(last);
        assertThat(response.getProps().getHeaders()).doesNotContainKey("CC");
        assertThat(broker.drain(dead)).isEmpty();
    }

    @Test
    void dyingAgainInTheSameWayIsCounted() throws Exception {
        String dead = broker.queue();
        String queue = queueTo(dead);
        broker.publish(queue, "m");
        for (int round = 1; round <= 3; round++) {
            rejectNext(queue);
            GetResponse response = broker.next(dead);
            assertThat(deaths(response)).hasSize(1);
            assertThat(deaths(response).get(0)).containsEntry("count", String.valueOf(round));
            broker.channel().basicPublish("", queue, response.getProps(), response.getBody());
        }
    }

    @Test
    void theLatestDeathIsTheFirstOfTheList() throws Exception {
        String last = broker.queue();
        String second = queueTo(last);
        String first = queueTo(second);
        broker.publish(first, "m");
        rejectNext(first);
        rejectNext(second);
        GetResponse response = broker.next(last);
        assertThat(deaths(response)).extracting(death -> death.get("queue")).containsExactly(second, first);
        assertThat(response.getProps().getHeaders().get("x-first-death-queue")).hasToString(first);
    }

    @Test
    void aCircleWithoutARejectionEnds() throws Exception {
        String one = unique("q");
        String two = broker.queue(
                Map.of("x-message-ttl", 1, "x-dead-letter-exchange", "", "x-dead-letter-routing-key", one));
        Map<String, Object> arguments =
                Map.of("x-message-ttl", 1, "x-dead-letter-exchange", "", "x-dead-letter-routing-key", two);
        broker.channel().queueDeclare(one, false, true, false, arguments);
        broker.publish(one, "m");
        await().until(() ->
                broker.channel().messageCount(one) == 0 && broker.channel().messageCount(two) == 0);
    }

    @Test
    void aCircleWithARejectionGoesOn() throws Exception {
        String queue = unique("q");
        Map<String, Object> arguments = Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", queue);
        broker.channel().queueDeclare(queue, false, true, false, arguments);
        broker.publish(queue, "m");
        for (int round = 0; round < 5; round++) {
            rejectNext(queue);
        }
        assertThat(deaths(broker.next(queue)).get(0)).containsEntry("count", "5");
    }

    @Test
    void anExchangeThatIsNotThereLosesDeadLetters() throws Exception {
        String exchange = broker.newExchangeName();
        String queue = broker.queue(Map.of("x-dead-letter-exchange", exchange));
        broker.publish(queue, "lost");
        rejectNext(queue);
        assertThat(broker.drain(queue)).isEmpty();
        broker.channel().exchangeDeclare(exchange, "fanout", false, false, null);
        String dead = broker.bound(exchange, "");
        broker.publish(queue, "found");
        rejectNext(queue);
        assertThat(broker.drain(dead, 1)).containsExactly("found");
    }

    @Test
    void purgedAndDeletedMessagesAreNoDeadLetters() throws Exception {
        String dead = broker.queue();
        String queue = queueTo(dead);
        broker.publish(queue, "1");
        broker.awaitReady(queue, 1);
        broker.channel().queuePurge(queue);
        broker.publish(queue, "2");
        broker.channel().queueDelete(queue);
        assertThat(broker.drain(dead)).isEmpty();
    }

    @Test
    void deadLettersGoToAllQueuesOfTheirExchange() throws Exception {
        String exchange = broker.exchange("fanout");
        List<String> dead = List.of(broker.bound(exchange, ""), broker.bound(exchange, ""));
        String queue = broker.queue(Map.of("x-dead-letter-exchange", exchange));
        broker.publish(queue, "m");
        rejectNext(queue);
        for (String one : dead) {
            assertThat(broker.drain(one, 1)).containsExactly("m");
        }
    }

    private String atLeastOnce(String target) throws Exception {
        return atLeastOnce("", target);
    }

    private String atLeastOnce(String exchange, String key) throws Exception {
        String queue = broker.newQueueName();
        broker.channel()
                .queueDeclare(
                        queue,
                        true,
                        false,
                        false,
                        Map.of(
                                "x-queue-type", "quorum",
                                "x-overflow", "reject-publish",
                                "x-dead-letter-exchange", exchange,
                                "x-dead-letter-routing-key", key,
                                "x-dead-letter-strategy", "at-least-once"));
        return queue;
    }

    @Test
    @JumpMqOnly("RabbitMQ tries again after three minutes")
    void whatMustNotGetLostWaitsForItsTarget() throws Exception {
        String target = broker.newQueueName();
        String queue = atLeastOnce(target);
        broker.publish(queue, "1", "2", "3");
        for (int i = 0; i < 3; i++) {
            broker.channel().basicReject(BrokerUnderTest.take(broker.channel(), queue), false);
        }
        broker.channel()
                .queueDeclare(target, true, false, false, Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        assertThat(broker.drain(target, 3)).containsExactlyInAnyOrder("1", "2", "3");
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    @JumpMqOnly("it is JumpMQ's promise")
    void aQueueWithDeadLettersThatWaitIsNotEmpty() throws Exception {
        String queue = atLeastOnce(broker.newQueueName());
        broker.publish(queue, "1");
        broker.channel().basicReject(BrokerUnderTest.take(broker.channel(), queue), false);
        assertThat(broker.reply(c -> c.queueDelete(queue, false, true)))
                .startsWith("channel 406 PRECONDITION_FAILED - queue '" + queue + "' in vhost '/' not empty");
    }

    @Test
    @JumpMqOnly("RabbitMQ tries again after three minutes")
    void whatIsTriedAgainGoesOnlyToThoseWhoRefusedIt() throws Exception {
        String exchange = broker.exchange("fanout");
        String takes = broker.bound(exchange, "");
        String refuses = broker.newQueueName();
        broker.channel()
                .queueDeclare(refuses, true, false, false, Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        broker.publish(refuses, "before");
        broker.channel().queueBind(refuses, exchange, "");
        String queue = atLeastOnce(exchange, "");
        broker.publish(queue, "m");
        rejectNext(queue);
        broker.awaitReady(takes, 1);
        assertThat(broker.drain(refuses, 2)).containsExactly("before", "m");
        assertThat(broker.drain(takes)).containsExactly("m");
    }

    @Test
    void aDeadLetterWithoutARouteIsLostOtherwise() throws Exception {
        String target = broker.newQueueName();
        String queue = broker.queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", target));
        broker.publish(queue, "1", "2");
        broker.channel().basicReject(BrokerUnderTest.take(broker.channel(), queue), false);
        broker.awaitReady(queue, 1);
        broker.channel().queueDeclare(target, true, false, false, Map.of());
        broker.channel().basicReject(BrokerUnderTest.take(broker.channel(), queue), false);
        assertThat(BrokerUnderTest.text(broker.next(target).getBody())).isEqualTo("2");
        assertThat(broker.drain(target)).isEmpty();
    }

    @Test
    void aStrategyIsOneOfTwoAndForQuorumQueues() {
        assertThat(BrokerUnderTest.replyTo(() -> broker.anotherChannel()
                        .queueDeclare(
                                BrokerUnderTest.unique("q"),
                                true,
                                false,
                                false,
                                Map.of("x-queue-type", "quorum", "x-dead-letter-strategy", "sometimes"))))
                .startsWith("channel 406 PRECONDITION_FAILED - invalid arg 'x-dead-letter-strategy' for queue 'q-")
                .endsWith(": invalid_dlx_strategy");
        assertThat(BrokerUnderTest.replyTo(() -> broker.anotherChannel()
                        .queueDeclare(
                                BrokerUnderTest.unique("q"),
                                true,
                                false,
                                false,
                                Map.of("x-dead-letter-strategy", "at-least-once"))))
                .startsWith("channel 406 PRECONDITION_FAILED - invalid arg 'x-dead-letter-strategy'");
    }
}
