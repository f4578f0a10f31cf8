package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import io.jumpmq.ring.Ring;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * End to end: what RabbitMQ's client publishes lies where the ring says, message for message, and evenly.
 *
 * <p>Each case publishes n = 150,000 messages with different keys to eight queues of weights 1, 1, 2, 2, 3, 3, 6 and 6. The
 * hypothesis is that a key falls to each queue with the probability that its weight has in their sum. Pearson's chi-squared
 * test with 7 degrees of freedom rejects it at a level of α = 0.01 shared by the five cases (Bonferroni: 0.002 each). Keys
 * and hashes are fixed, so the outcome is, too.
 */
class UniformityTest {
    private static final int MESSAGES = 150_000;
    private static final int[] WEIGHTS = {1, 1, 2, 2, 3, 3, 6, 6};
    private static final double ALPHA = 0.01 / 5;
    private static final byte[] BODY = {1};
    private static final String SAME_FOR_ALL = "the same for all";

    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    /** Puts a key where the exchange looks for it. */
    private interface Carrier {
        void put(AMQP.BasicProperties.Builder properties, String key);
    }

    @Test
    @JumpMqOnly("jump is the default here")
    void byRoutingKey() throws Exception {
        spreadEvenly(Map.of(), i -> "order-" + i, key -> key, (properties, key) -> {});
    }

    @Test
    @JumpMqOnly("jump is the default here")
    void byHeader() throws Exception {
        spreadEvenly(
                Map.of("hash-header", "customer"),
                i -> "customer " + i,
                key -> SAME_FOR_ALL,
                (properties, key) -> properties.headers(Map.of("customer", key)));
    }

    @Test
    @JumpMqOnly("jump is the default here")
    void byMessageId() throws Exception {
        spreadEvenly(
                Map.of("hash-property", "message_id"),
                Integer::toHexString,
                key -> SAME_FOR_ALL,
                AMQP.BasicProperties.Builder::messageId);
    }

    @Test
    @JumpMqOnly("jump is the default here")
    void byCorrelationId() throws Exception {
        spreadEvenly(
                Map.of("hash-property", "correlation_id"),
                i -> "request/" + i,
                key -> SAME_FOR_ALL,
                AMQP.BasicProperties.Builder::correlationId);
    }

    @Test
    @JumpMqOnly("jump is the default here")
    @SuppressWarnings("JavaUtilDate") // That is what the client takes.
    void byTimestamp() throws Exception {
        spreadEvenly(
                Map.of("hash-property", "timestamp"),
                i -> String.valueOf(1_700_000_000L + i),
                key -> SAME_FOR_ALL,
                (properties, key) -> properties.timestamp(new Date(Long.parseLong(key) * 1_000)));
    }

    private void spreadEvenly(
            Map<String, Object> arguments, IntFunction<String> keys, UnaryOperator<String> routingKey, Carrier carrier)
            throws Exception {
        Channel channel = broker.channel();
        String exchange = unique("uniform");
        channel.exchangeDeclare(exchange, "x-consistent-hash", false, true, arguments);
        Ring<String> ring = new Ring<>(HashAlgorithm.JUMP);
        Map<String, Long> predicted = new LinkedHashMap<>();
        for (int weight : WEIGHTS) {
            String queue =
                    channel.queueDeclare(unique("q"), false, true, false, null).getQueue();
            channel.queueBind(queue, exchange, String.valueOf(weight));
            ring.bind(queue, weight);
            predicted.put(queue, 0L);
        }
        channel.confirmSelect();
        for (int i = 0; i < MESSAGES; i++) {
            String key = keys.apply(i);
            AMQP.BasicProperties.Builder properties = new AMQP.BasicProperties.Builder();
            carrier.put(properties, key);
            channel.basicPublish(exchange, routingKey.apply(key), properties.build(), BODY);
            String queue = ring.state().destinationOf(HashAlgorithm.JUMP.hash(key.getBytes(UTF_8)));
            predicted.merge(String.valueOf(queue), 1L, Long::sum);
        }
        channel.waitForConfirmsOrDie(30_000);

        Map<String, Long> observed = new LinkedHashMap<>();
        for (String queue : predicted.keySet()) {
            observed.put(queue, channel.messageCount(queue));
        }
        assertThat(observed).as("each queue has exactly what the ring says").isEqualTo(predicted);
        assertThat(pValue(List.copyOf(observed.values())))
                .as("p-value of %s for weights %s", observed.values(), Arrays.toString(WEIGHTS))
                .isGreaterThanOrEqualTo(ALPHA);
    }

    private static double pValue(List<Long> observed) {
        double buckets = Arrays.stream(WEIGHTS).sum();
        double[] expected = Arrays.stream(WEIGHTS)
                .mapToDouble(weight -> MESSAGES * weight / buckets)
                .toArray();
        long[] counts = observed.stream().mapToLong(Long::longValue).toArray();
        return new ChiSquareTest().chiSquareTest(expected, counts);
    }
}
