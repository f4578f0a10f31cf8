package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import io.jumpmq.app.JumpMq;
import io.jumpmq.ring.Ring;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The largest ring that there may be: it works, nothing makes it larger, whichever way it comes, and it starts again. */
class RingLimitTest {
    private static final int FULL = Ring.MAX_BUCKETS / Ring.MAX_WEIGHT;
    private static final int REST = Ring.MAX_BUCKETS - FULL * Ring.MAX_WEIGHT;
    private static final String TOO_MANY = "would give the ring 16777217 buckets; the limit is 16777216";

    @TempDir
    Path folder;

    private JumpMq open() {
        return JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .management(0)
                .dataDirectory(folder.resolve("data"))
                .start();
    }

    /** Queues q0 to q1676 of the largest weight, "rest" with what is left, "more" unbound. */
    private static String largest() {
        String queues = IntStream.range(0, FULL)
                .mapToObj(i -> "{\"vhost\":\"/\",\"name\":\"q" + i + "\"}")
                .collect(Collectors.joining(","));
        String bindings = IntStream.range(0, FULL)
                .mapToObj(i -> binding("q" + i, Ring.MAX_WEIGHT))
                .collect(Collectors.joining(","));
        return "{\"queues\":[" + queues + ",{\"vhost\":\"/\",\"name\":\"rest\"},{\"vhost\":\"/\",\"name\":\"more\"}],"
                + "\"exchanges\":[{\"vhost\":\"/\",\"name\":\"ch\",\"type\":\"x-consistent-hash\"}],"
                + "\"bindings\":[" + bindings + "," + binding("rest", REST) + "]}";
    }

    private static String binding(String queue, int weight) {
        return "{\"vhost\":\"/\",\"source\":\"ch\",\"destination\":\"" + queue
                + "\",\"destination_type\":\"queue\",\"routing_key\":\"" + weight + "\",\"arguments\":{}}";
    }

    private static JsonNode ring(Api api) {
        JsonNode rings = api.get("rings/%2f").expect(200).json();
        assertThat(rings).hasSize(1);
        return rings.get(0);
    }

    private static void assertThatNothingChanged(Api api, JsonNode before) {
        assertThat(ring(api)).isEqualTo(before);
        assertThat(api.get("bindings/%2f/e/ch/q/more").expect(200).json()).isEmpty();
    }

    private static Connection connect(JumpMq broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        return factory.newConnection();
    }

    @Test
    void nothingGrowsBeyondIt() throws Exception {
        JsonNode before;
        try (JumpMq broker = open();
                Connection connection = connect(broker)) {
            Api api = Api.of(broker);
            api.post("definitions", largest()).expect(204);
            before = ring(api);
            assertThat(before.path("bucket_count").asInt()).isEqualTo(Ring.MAX_BUCKETS);
            Channel channel = connection.createChannel();
            assertThatThrownBy(() -> channel.queueBind("more", "ch", "1"))
                    .cause()
                    .isInstanceOfSatisfying(ShutdownSignalException.class, signal -> {
                        AMQP.Channel.Close close = (AMQP.Channel.Close) signal.getReason();
                        assertThat(close.getReplyCode()).isEqualTo(406);
                        assertThat(close.getReplyText()).contains("weight 1 for queue 'more' in vhost '/' " + TOO_MANY);
                    });
            assertThatNothingChanged(api, before);
            List<Api.Answer> answers = List.of(
                    api.post("bindings/%2f/e/ch/q/more", "{\"routing_key\":\"1\"}"),
                    api.post("bindings/%2f/e/ch/q/rest", "{\"routing_key\":\"" + (REST + 1) + "\"}"),
                    api.put("rings/%2f/ch/weights", "{\"weights\":{\"more\":1}}"),
                    api.post("rings/%2f/ch/preview", "{\"weights\":{\"more\":1}}"),
                    api.post("definitions", "{\"bindings\":[" + binding("more", 1) + "]}"),
                    api.post("definitions/%2f", "{\"bindings\":[" + binding("more", 1) + "]}"));
            assertThat(answers)
                    .allSatisfy(answer -> assertThat(
                                    answer.expect(400).json().path("reason").asText())
                            .contains(TOO_MANY));
            assertThat(answers.get(4).json().path("reason").asText()).startsWith("bindings[0] ('more'): ");
            // Of a whole ring the file itself is refused.
            String runs = IntStream.range(0, FULL)
                    .mapToObj(i -> "[\"q" + i + "\",10000]")
                    .collect(Collectors.joining(",", "[", ",[\"rest\"," + REST + "],[\"more\",1]]"));
            String file = "{\"version\":1,\"algorithm\":\"jump\",\"epoch\":1,\"digest\":\"\",\"buckets\":" + runs + "}";
            assertThat(List.of(
                            api.put("rings/%2f/ch", file),
                            api.post(
                                    "definitions",
                                    "{\"rings\":[" + file.replace("{", "{\"vhost\":\"/\",\"exchange\":\"ch\",")
                                            + "]}")))
                    .allSatisfy(answer -> assertThat(
                                    answer.expect(400).json().path("reason").asText())
                            .contains("a ring has at most 16777216 buckets"));
            assertThatNothingChanged(api, before);
            // There is room again where somebody makes it.
            Channel next = connection.createChannel();
            next.queueBind("rest", "ch", String.valueOf(REST - 1));
            next.queueBind("more", "ch", "1");
            next.queueUnbind("more", "ch", "1");
            next.queueBind("rest", "ch", String.valueOf(REST));
            before = ring(api);
        }
        try (JumpMq broker = open()) {
            assertThat(ring(Api.of(broker))).isEqualTo(before);
        }
        try (JumpMq broker = open()) { // From a snapshot now.
            assertThat(ring(Api.of(broker))).isEqualTo(before);
        }
    }
}
