package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.replyTo;
import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.jumpmq.ring.Ring;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ConsistentHashTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    private String exchange(@Nullable Map<String, Object> arguments) throws IOException {
        String exchange = broker.newExchangeName();
        broker.channel().exchangeDeclare(exchange, "x-consistent-hash", false, true, arguments);
        return exchange;
    }

    private String bound(String exchange, String weight) throws IOException {
        String queue = broker.channel()
                .queueDeclare(unique("q"), false, true, false, null)
                .getQueue();
        broker.channel().queueBind(queue, exchange, weight);
        return queue;
    }

    private void publish(String exchange, int messages) throws Exception {
        broker.channel().confirmSelect();
        for (int i = 0; i < messages; i++) {
            broker.channel().basicPublish(exchange, "order-" + i, null, ("order-" + i).getBytes(UTF_8));
        }
        broker.channel().waitForConfirmsOrDie(5_000);
    }

    private int count(String queue) throws IOException {
        return (int) broker.channel().messageCount(queue);
    }

    @Test
    void aWeightIsAnIntegerFromOneToTenThousand() throws Exception {
        String exchange = exchange(null);
        String queue = broker.channel()
                .queueDeclare(unique("q"), false, true, false, null)
                .getQueue();
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put("-1", "The binding key must be greater than 0");
        cases.put("0", "The binding key must be greater than 0");
        cases.put("not-a-number", "The binding key must be an integer: not-a-number");
        cases.forEach((weight, text) -> assertThat(
                        replyTo(() -> broker.anotherChannel().queueBind(queue, exchange, weight)))
                .startsWith("channel 406 PRECONDITION_FAILED - " + text.substring(0, 30)));
    }

    @Test
    @JumpMqOnly("RabbitMQ 3.10 has no limit; 4.2 has this one")
    void aWeightBeyondTenThousandIsRefused() throws Exception {
        String exchange = exchange(null);
        String queue = broker.channel()
                .queueDeclare(unique("q"), false, true, false, null)
                .getQueue();
        assertThat(replyTo(() -> broker.anotherChannel().queueBind(queue, exchange, "10001")))
                .isEqualTo("channel 406 PRECONDITION_FAILED - The binding key must not exceed 10000");
    }

    @Test
    void argumentsThatExcludeEachOtherAreRefused() {
        assertThat(replyTo(() -> broker.anotherChannel()
                        .exchangeDeclare(
                                unique("ch"),
                                "x-consistent-hash",
                                false,
                                true,
                                Map.of("hash-header", "h", "hash-property", "message_id"))))
                .startsWith("channel 406 PRECONDITION_FAILED - ");
        assertThat(replyTo(() -> broker.anotherChannel()
                        .exchangeDeclare(
                                unique("ch"), "x-consistent-hash", false, true, Map.of("hash-property", "app_id"))))
                .startsWith("channel 406 PRECONDITION_FAILED - ");
    }

    @Test
    @JumpMqOnly("RabbitMQ ends the connection with 541")
    void argumentsThatAreNoTextAreRefused() {
        for (String name : List.of("hash-header", "x-hash-on", "hash-property", "hash-algorithm", "x-algorithm")) {
            for (Object value : Arrays.asList(1, true, Map.of("h", "h"), List.of("h"), null)) {
                assertThat(replyTo(() -> broker.anotherChannel()
                                .exchangeDeclare(
                                        unique("ch"),
                                        "x-consistent-hash",
                                        false,
                                        true,
                                        Collections.singletonMap(name, value))))
                        .startsWith("channel 406 PRECONDITION_FAILED - invalid arg '" + name
                                + "' for an exchange of type 'x-consistent-hash': it must be a string, ");
            }
        }
    }

    @Test
    void everyMessageGoesToOneQueueAndEqualKeysMeet() throws Exception {
        String exchange = exchange(null);
        List<String> queues =
                List.of(bound(exchange, "1"), bound(exchange, "1"), bound(exchange, "2"), bound(exchange, "2"));
        publish(exchange, 500);
        publish(exchange, 500);
        int sum = 0;
        for (String queue : queues) {
            int count = count(queue);
            assertThat(count % 2).isZero();
            sum += count;
        }
        assertThat(sum).isEqualTo(1_000);
    }

    @Test
    @JumpMqOnly("jump is the default here")
    void queuesGetExactlyWhatTheRingSays() throws Exception {
        for (HashAlgorithm algorithm : HashAlgorithm.values()) {
            Map<String, Object> arguments = Map.of("hash-algorithm", algorithm.toString());
            String exchange = exchange(arguments);
            Ring<String> ring = new Ring<>(algorithm);
            for (int weight : new int[] {1, 1, 2, 2}) {
                ring.bind(bound(exchange, String.valueOf(weight)), weight);
            }
            publish(exchange, 3_000);
            Map<String, Integer> expected = new HashMap<>();
            for (int i = 0; i < 3_000; i++) {
                String queue = ring.state().destinationOf(algorithm.hash(("order-" + i).getBytes(UTF_8)));
                expected.merge(String.valueOf(queue), 1, Integer::sum);
            }
            for (Map.Entry<String, Integer> entry : expected.entrySet()) {
                assertThat(count(entry.getKey())).as("%s", algorithm).isEqualTo(entry.getValue());
            }
        }
    }

    /** Runs against RabbitMQ too: that is what the algorithm is for. */
    @Test
    void theRabbitmqAlgorithmPlacesEveryKeyAsRabbitmqDoes() throws Exception {
        String exchange = exchange(Map.of("hash-algorithm", "rabbitmq"));
        List<String> queues = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            queues.add(bound(exchange, "1"));
        }
        publish(exchange, 500);
        for (int i = 0; i < queues.size(); i++) {
            GetResponse response = broker.channel().basicGet(queues.get(i), true);
            while (response != null) {
                byte[] key = response.getBody();
                assertThat(HashAlgorithm.RABBITMQ.bucket(HashAlgorithm.RABBITMQ.hash(key), 7))
                        .isEqualTo(i);
                response = broker.channel().basicGet(queues.get(i), true);
            }
        }
    }

    @Test
    @JumpMqOnly("RabbitMQ has one name for each")
    void anArgumentHasASecondName() throws Exception {
        String exchange = exchange(Map.of("x-hash-on", "key", "x-algorithm", "rabbitmq"));
        List<String> queues = List.of(bound(exchange, "1"), bound(exchange, "1"), bound(exchange, "1"));
        byte[] key = "the key".getBytes(UTF_8);
        AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                .headers(Map.of("key", "the key"))
                .build();
        broker.channel().confirmSelect();
        for (int i = 0; i < 30; i++) {
            broker.channel().basicPublish(exchange, "ignored-" + i, properties, new byte[0]);
        }
        broker.channel().waitForConfirmsOrDie(5_000);
        int bucket = HashAlgorithm.RABBITMQ.bucket(HashAlgorithm.RABBITMQ.hash(key), 3);
        assertThat(count(queues.get(bucket))).isEqualTo(30);
    }

    @Test
    void aHeaderOrAPropertyIsHashedInstead() throws Exception {
        for (Map<String, Object> arguments : List.<Map<String, Object>>of(
                Map.of("hash-header", "key"),
                Map.of("hash-property", "message_id"),
                Map.of("hash-property", "correlation_id"))) {
            String exchange = exchange(arguments);
            List<String> queues = List.of(bound(exchange, "1"), bound(exchange, "1"), bound(exchange, "1"));
            broker.channel().confirmSelect();
            for (int i = 0; i < 300; i++) {
                String key = "k" + i / 3;
                AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                        .headers(Map.of("key", key))
                        .messageId(key)
                        .correlationId(key)
                        .build();
                broker.channel().basicPublish(exchange, "ignored-" + i, properties, new byte[] {1});
            }
            broker.channel().waitForConfirmsOrDie(5_000);
            int sum = 0;
            for (String queue : queues) {
                assertThat(count(queue) % 3).isZero();
                assertThat(count(queue)).isBetween(30, 180);
                sum += count(queue);
            }
            assertThat(sum).isEqualTo(300);
        }
    }

    @Test
    void aMissingHeaderIsOneFixedKey() throws Exception {
        String exchange = exchange(Map.of("hash-header", "key"));
        List<String> queues = List.of(bound(exchange, "1"), bound(exchange, "1"), bound(exchange, "1"));
        publish(exchange, 30);
        List<Integer> counts = new ArrayList<>();
        for (String queue : queues) {
            counts.add(count(queue));
        }
        assertThat(counts).containsExactlyInAnyOrder(0, 0, 30);
    }

    @Test
    @JumpMqOnly("there the first binding wins, and any unbind removes it")
    void theLastBindingWinsAndAStaleUnbindIsHarmless() throws Exception {
        String exchange = exchange(null);
        String one = bound(exchange, "1");
        String other = bound(exchange, "1");
        broker.channel().queueBind(one, exchange, "9");
        broker.channel().queueUnbind(one, exchange, "1");
        publish(exchange, 1_000);
        assertThat(count(one)).isBetween(850, 940);
        broker.channel().queueUnbind(one, exchange, "9");
        publish(exchange, 1_000);
        assertThat(count(one) + count(other)).isEqualTo(2_000);
        assertThat(count(other)).isGreaterThan(1_050);
    }

    @Test
    void queuesThatGoTakeTheirBucketsAlong() throws Exception {
        String exchange = exchange(null);
        bound(exchange, "1");
        Connection owner = broker.connect();
        Channel theirs = owner.createChannel();
        for (String weight : List.of("3", "34", "50", "100", "268", "1937")) {
            String queue =
                    theirs.queueDeclare(unique("q"), false, true, false, null).getQueue();
            theirs.queueBind(queue, exchange, weight);
        }
        owner.close();
        Channel channel = broker.channel();
        List<String> returned = new CopyOnWriteArrayList<>();
        channel.addReturnListener(message -> returned.add(message.getRoutingKey()));
        channel.confirmSelect();
        Awaitility.await().untilAsserted(() -> {
            returned.clear();
            for (int i = 0; i < 50; i++) {
                channel.basicPublish(exchange, "k" + i, true, null, new byte[] {1});
            }
            channel.waitForConfirmsOrDie(5_000);
            assertThat(returned).isEmpty();
        });
    }

    @Test
    void anEmptyRingReturnsWhatIsMandatory() throws Exception {
        String exchange = exchange(null);
        Channel channel = broker.channel();
        List<String> returned = new CopyOnWriteArrayList<>();
        channel.addReturnListener(message -> returned.add(message.getReplyText()));
        channel.basicPublish(exchange, "k", true, null, new byte[] {1});
        Awaitility.await().until(() -> returned.equals(List.of("NO_ROUTE")));
    }

    @Test
    void deadLettersGoThroughTheRing() throws Exception {
        String exchange = exchange(null);
        List<String> queues = List.of(bound(exchange, "1"), bound(exchange, "1"));
        String source = broker.channel()
                .queueDeclare(
                        unique("q"), false, true, false, Map.of("x-dead-letter-exchange", exchange, "x-message-ttl", 0))
                .getQueue();
        broker.channel().exchangeDeclarePassive("amq.fanout");
        broker.channel().queueBind(source, "amq.fanout", "");
        publish("amq.fanout", 100);
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(count(queues.get(0)) + count(queues.get(1))).isEqualTo(100));
        assertThat(count(queues.get(0))).isBetween(20, 80);
    }
}
