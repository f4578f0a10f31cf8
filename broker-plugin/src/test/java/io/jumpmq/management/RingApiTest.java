package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ring resources, which are JumpMQ's own, against the messages that a real client publishes. */
class RingApiTest {
    @TempDir
    Path folder;

    private JumpMq broker;
    private Api api;

    @BeforeEach
    void start() {
        broker = open();
        api = Api.of(broker);
        api.put("exchanges/%2f/orders", "{\"type\":\"x-consistent-hash\",\"durable\":true}")
                .expect(201);
        for (String queue : List.of("q1", "q2", "q3", "q4")) {
            api.put("queues/%2f/" + queue, "{\"durable\":true}").expect(201);
        }
    }

    private JumpMq open() {
        return JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .management(0)
                .prometheus(0)
                .dataDirectory(folder.resolve("data"))
                .start();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private JsonNode set(String weights) {
        return api.put("rings/%2f/orders/weights", weights).expect(200).json();
    }

    private JsonNode ring() {
        return api.get("rings/%2f/orders").expect(200).json();
    }

    private Connection connect() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        return factory.newConnection();
    }

    @Test
    void whatAmqpCannotNameIsRefused() {
        String tooLong = "é".repeat(128);
        api.put("queues/%2f/" + Api.encoded(tooLong), "{}").expect(400);
        api.put("exchanges/%2f/" + Api.encoded(tooLong), "{\"type\":\"direct\"}")
                .expect(400);
        api.put("queues/%2f/q", "{}").expect(201);
        api.post("bindings/%2f/e/amq.direct/q/q", "{\"routing_key\":\"" + tooLong + "\"}")
                .expect(400);
        api.put("queues/%2f/", "{}").expect(405);
        api.put("exchanges/%2f/", "{\"type\":\"direct\"}").expect(405);
        api.get("queues/").expect(200);
    }

    @Test
    void severalWeightsAreOneChange() {
        JsonNode change = set("{\"weights\":{\"q1\":1,\"q2\":1,\"q3\":2,\"q4\":2}}");
        assertThat(change.path("moved").asDouble()).isEqualTo(1);
        assertThat(change.path("commands")).hasSize(4);
        JsonNode ring = ring();
        assertThat(ring.path("bucket_count").asInt()).isEqualTo(6);
        assertThat(ring.path("hash_on").asText()).isEqualTo("routing key");
        assertThat(ring.path("destinations").get(2).path("share").asDouble()).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(ring.path("buckets").toString()).isEqualTo("[[0,1],[1,1],[2,2],[3,2]]");
        assertThat(api.get("exchanges/%2f/orders/bindings/source").json().findValuesAsText("routing_key"))
                .containsExactlyInAnyOrder("1", "1", "2", "2");
        assertThat(api.get("rings/%2f/orders/history").json()).hasSize(1);
    }

    /** Whoever looks at the ring while weights change sees the old one or the new one. */
    @Test
    void nobodySeesHalfAChange() throws Exception {
        set("{\"weights\":{\"q1\":1,\"q2\":1}}");
        AtomicBoolean done = new AtomicBoolean();
        List<String> seen = new ArrayList<>();
        Thread reader = new Thread(() -> {
            while (!done.get()) {
                seen.add(weights(ring()));
            }
        });
        reader.start();
        for (int i = 0; i < 50; i++) {
            set("{\"weights\":{\"q1\":2,\"q2\":2}}");
            set("{\"weights\":{\"q1\":1,\"q2\":1}}");
        }
        done.set(true);
        reader.join();
        assertThat(seen)
                .isNotEmpty()
                .containsAnyOf("1,1", "2,2")
                .allMatch(weights -> weights.equals("1,1") || weights.equals("2,2"));
    }

    private static String weights(JsonNode ring) {
        return String.join(",", ring.path("destinations").findValuesAsText("weight"));
    }

    @Test
    void aPreviewTellsWhatHappensThenAndChangesNothing() {
        set("{\"weights\":{\"q1\":1,\"q2\":1,\"q3\":2}}");
        JsonNode before = ring();
        String wanted = "{\"weights\":[{\"destination\":\"q1\",\"weight\":3},{\"destination\":\"q3\",\"weight\":0}]}";
        JsonNode preview =
                api.post("rings/%2f/orders/preview", wanted).expect(200).json();
        assertThat(ring()).isEqualTo(before);
        JsonNode change = set(wanted);
        assertThat(change).isEqualTo(preview);
        assertThat(ring().path("digest")).isEqualTo(preview.path("after").path("digest"));
        double flows = 0;
        for (JsonNode flow : preview.path("flows")) {
            flows += flow.path("share").asDouble();
        }
        assertThat(flows).isCloseTo(preview.path("moved").asDouble(), within(1e-9));
        assertThat(api.get("rings/%2f/orders/history")
                        .json()
                        .get(0)
                        .path("moved")
                        .asDouble())
                .isEqualTo(preview.path("moved").asDouble());
    }

    @Test
    void aChangeForAnotherEpochIsRefused() {
        long epoch = set("{\"weights\":{\"q1\":1,\"q2\":1}}")
                .path("after")
                .path("epoch")
                .asLong();
        JsonNode refusal = api.put(
                        "rings/%2f/orders/weights", "{\"weights\":{\"q1\":5},\"if_epoch\":" + (epoch - 1) + "}")
                .expect(412)
                .json();
        assertThat(refusal.path("error").asText()).isEqualTo("epoch_mismatch");
        assertThat(refusal.path("reason").asText()).contains("is at epoch " + epoch);
        assertThat(weights(ring())).isEqualTo("1,1");
        api.put("rings/%2f/orders/weights", "{\"weights\":{\"q1\":5},\"if_epoch\":" + epoch + "}")
                .expect(200);
    }

    /** The answer tells of the change that was asked for, whatever clients do to the ring at the same time. */
    @Test
    void whatOthersChangeMeanwhileIsNotInTheAnswer() throws Exception {
        set("{\"weights\":{\"q1\":1,\"q2\":3}}");
        AtomicBoolean done = new AtomicBoolean();
        try (Connection connection = connect()) {
            Channel channel = connection.createChannel();
            Thread binder = new Thread(() -> {
                try {
                    for (int i = 0; !done.get(); i++) {
                        channel.queueBind("q2", "orders", String.valueOf(3 + i % 2));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            binder.start();
            for (int i = 0; i < 60; i++) {
                String weights = "{\"weights\":{\"q1\":" + (2 - i % 2) + "}}";
                JsonNode change = set(weights);
                long epoch = change.path("after").path("epoch").asLong();
                assertThat(change.path("before").path("epoch").asLong()).isEqualTo(epoch - 1);
                assertThat(change.path("commands").findValuesAsText("destination"))
                        .as("%s", change)
                        .containsExactly("q1");
                JsonNode recorded = api.get("rings/%2f/orders/history").json();
                recorded.forEach(entry -> {
                    if (entry.path("epoch").asLong() == epoch) {
                        assertThat(entry.path("moved")).isEqualTo(change.path("moved"));
                    }
                });
            }
            done.set(true);
            binder.join();
        }
    }

    @Test
    void aChangeThatIsThereAlreadyMovesNothing() {
        set("{\"weights\":{\"q1\":1,\"q2\":3}}");
        JsonNode change = set("{\"weights\":{\"q1\":1}}");
        assertThat(change.path("moved").asDouble()).isZero();
        assertThat(change.path("commands")).isEmpty();
        assertThat(change.path("before")).isEqualTo(change.path("after"));
    }

    @Test
    void whatMakesNoSenseIsRefusedAsAWhole() {
        set("{\"weights\":{\"q1\":1,\"q2\":1}}");
        JsonNode before = ring();
        for (String body : List.of(
                "{\"weights\":{\"q1\":5,\"nobody\":1}}",
                "{\"weights\":{\"q1\":5,\"q2\":10001}}",
                "{\"weights\":{\"q1\":5,\"q2\":-1}}",
                "{\"weights\":{\"q1\":5,\"q2\":\"two\"}}",
                "{\"weights\":{\"q1\":5,\"q2\":1.5}}",
                "{\"weights\":{}}",
                "{\"weights\":[{\"destination\":\"q1\",\"weight\":5},{\"destination\":\"q1\",\"weight\":6}]}",
                "{\"weights\":[{\"destination\":\"q1\",\"destination_type\":\"topic\",\"weight\":5}]}",
                "{}")) {
            int status = api.put("rings/%2f/orders/weights", body).status();
            assertThat(status).as(body).isIn(400, 404);
        }
        assertThat(ring()).isEqualTo(before);
        api.get("rings/%2f/amq.topic").expect(400);
        api.get("rings/%2f/nobody").expect(404);
        api.get("rings/%2f/orders/locate").expect(400);
        api.get("rings/%2f/orders/locate?hex=zz").expect(400);
    }

    /** Keys go where the key tester says, message counts are exact, and the sample of keys is even. */
    @Test
    void whatIsObservedIsWhatWasRouted() throws Exception {
        set("{\"weights\":{\"q1\":1,\"q2\":1,\"q3\":2,\"q4\":2}}");
        int messages = 20_000;
        Map<String, Integer> sent = new HashMap<>();
        try (Connection connection = connect()) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            for (int i = 0; i < messages; i++) {
                // Every other message has the same key: a hot one.
                channel.basicPublish("orders", i % 2 == 0 ? "hot" : "order-" + i, null, new byte[0]);
            }
            channel.waitForConfirmsOrDie(30_000);
            for (String queue : List.of("q1", "q2", "q3", "q4")) {
                sent.put(queue, (int) channel.messageCount(queue));
            }
        }
        JsonNode seen = api.get("rings/%2f/orders/uniformity").expect(200).json();
        assertThat(seen.path("routed").asInt()).isEqualTo(messages);
        assertThat(seen.path("unroutable").asInt()).isZero();
        seen.path("destinations")
                .forEach(destination -> assertThat(destination.path("routed").asInt())
                        .isEqualTo(sent.get(destination.path("destination").asText())));
        assertThat(seen.path("distinct_keys").asLong()).isEqualTo(messages / 2 + 1);
        assertThat(seen.path("sampled_keys").asInt()).isEqualTo(messages / 2 + 1);
        // These keys are fixed, and so is the answer; a skewed ring would be told with p far below 10⁻⁶.
        assertThat(seen.path("verdict").asText()).isEqualTo("uniform");
        assertThat(seen.path("degrees_of_freedom").asInt()).isEqualTo(3);
        JsonNode hot = seen.path("hot_keys").get(0);
        assertThat(hot.path("key").asText()).isEqualTo("hot");
        // One in 32 of 20,000 messages is looked at: 625, so the share is off by 0.1 with a chance below 10⁻⁶.
        assertThat(hot.path("share").asDouble()).isCloseTo(0.5, within(0.1));
        JsonNode located =
                api.get("rings/%2f/orders/locate?key=hot").expect(200).json();
        assertThat(hot.path("destination")).isEqualTo(located.path("destination"));
        assertThat(sent.get(located.path("destination").asText())).isGreaterThanOrEqualTo(messages / 2);
        assertThat(api.get("rings/%2f/orders/locate?hex=686f74").json().path("bucket"))
                .isEqualTo(located.path("bucket"));
        set("{\"weights\":{\"q1\":2}}");
        assertThat(api.get("rings/%2f/orders/uniformity").json().path("routed").asInt())
                .isZero(); // It counts from the epoch on.
    }

    @Test
    void messagesOfAnEmptyRingAreCounted() throws Exception {
        try (Connection connection = connect()) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            channel.basicPublish("orders", "a", null, new byte[0]);
            channel.basicPublish("orders", "b", new AMQP.BasicProperties(), new byte[0]);
            channel.waitForConfirmsOrDie(5_000);
        }
        JsonNode seen = api.get("rings/%2f/orders/uniformity").expect(200).json();
        assertThat(seen.path("unroutable").asInt()).isEqualTo(2);
        assertThat(seen.path("verdict").asText()).isEqualTo("too few keys");
        api.get("rings/%2f/orders/locate?key=a").expect(404);
    }

    @Test
    void aRingComesBackBucketForBucket() throws Exception {
        set("{\"weights\":{\"q1\":3,\"q2\":2,\"q3\":4}}");
        set("{\"weights\":{\"q2\":0}}");
        set("{\"weights\":{\"q2\":5,\"q4\":1}}");
        String file = api.get("rings/%2f/orders/export").expect(200).text();
        String digest = ring().path("digest").asText();
        set("{\"weights\":{\"q1\":1,\"q2\":1,\"q3\":1,\"q4\":9}}");
        long epoch = ring().path("epoch").asLong();
        JsonNode change = api.put("rings/%2f/orders", file).expect(200).json();
        assertThat(change.path("after").path("digest").asText()).isEqualTo(digest);
        assertThat(ring().path("epoch").asLong()).isGreaterThan(epoch);
        assertThat(api.get("exchanges/%2f/orders/bindings/source").json().findValuesAsText("routing_key"))
                .containsExactlyInAnyOrder("3", "5", "4", "1");
        epoch = ring().path("epoch").asLong();
        api.put("rings/%2f/orders", file).expect(200);
        assertThat(ring().path("epoch").asLong())
                .as("importing twice changes nothing")
                .isEqualTo(epoch);
        api.put("rings/%2f/orders", file.replace(digest, "0000000000000000")).expect(400);
        api.put("rings/%2f/orders?if_epoch=1", file.replace("\"q4\",1", "\"q4\",1"))
                .expect(412);
        broker.close();
        broker = open();
        api = Api.of(broker);
        assertThat(ring().path("digest").asText()).as("after a restart").isEqualTo(digest);
        assertThat(ring().path("epoch").asLong()).isEqualTo(epoch);
    }

    @Test
    void exchangesCanBeOnARing() throws Exception {
        api.put("exchanges/%2f/q1", "{\"type\":\"fanout\",\"durable\":true}").expect(201);
        api.post("bindings/%2f/e/q1/q/q4", "{}").expect(201);
        set("{\"weights\":[{\"destination\":\"q1\",\"destination_type\":\"exchange\",\"weight\":2},"
                + "{\"destination\":\"q1\",\"weight\":1}]}");
        String file = api.get("rings/%2f/orders/export").expect(200).text();
        assertThat(file).contains("[\"q1\",2,\"exchange\"]").contains("[\"q1\",1]");
        set("{\"weights\":{\"q1\":4}}");
        api.put("rings/%2f/orders", file).expect(200);
        assertThat(weights(ring())).isEqualTo("2,1");
        assertThat(ring().path("destinations").findValuesAsText("destination_type"))
                .containsExactly("exchange", "queue");
    }

    @Test
    void onlyWhoMayBindMayChangeWeights() {
        api.put("users/reader", "{\"password\":\"secret\",\"tags\":\"management\"}")
                .expect(201);
        api.put("permissions/%2f/reader", "{\"configure\":\"\",\"write\":\"^q1$\",\"read\":\".*\"}")
                .expect(201);
        Api reader = api.as("reader", "secret");
        reader.get("rings/%2f/orders").expect(200);
        reader.post("rings/%2f/orders/preview", "{\"weights\":{\"q2\":1}}").expect(200);
        reader.put("rings/%2f/orders/weights", "{\"weights\":{\"q1\":1}}").expect(200);
        reader.put("rings/%2f/orders/weights", "{\"weights\":{\"q1\":2,\"q2\":1}}")
                .expect(401);
        assertThat(weights(ring())).isEqualTo("1");
    }

    @Test
    void metricsTellTheRing() throws Exception {
        set("{\"weights\":{\"q1\":1,\"q2\":3}}");
        try (Connection connection = connect()) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            for (int i = 0; i < 400; i++) {
                channel.basicPublish("orders", "order-" + i, null, "body".getBytes(UTF_8));
            }
            channel.waitForConfirmsOrDie(5_000);
        }
        Scrape scrape = Scrape.of(broker.prometheusPort(), "/metrics");
        Map<String, String> ring = Map.of("vhost", "/", "exchange", "orders");
        assertThat(scrape.value("jumpmq_ring_buckets", ring)).isEqualTo(4);
        assertThat(scrape.value("jumpmq_ring_epoch", ring))
                .isEqualTo(ring().path("epoch").asDouble());
        assertThat(scrape.value("jumpmq_ring_chi_squared_p_value", ring)).isBetween(1e-6, 1.0);
        assertThat(scrape.value("jumpmq_ring_last_change_moved_ratio", ring)).isEqualTo(1);
        assertThat(scrape.value("jumpmq_ring_expected_ratio", Map.of("destination", "q2")))
                .isEqualTo(0.75);
        assertThat(scrape.value("jumpmq_ring_routed_total", Map.of("destination", "q1"))
                        + scrape.value("jumpmq_ring_routed_total", Map.of("destination", "q2")))
                .isEqualTo(400);
        assertThat(scrape.value("rabbitmq_global_messages_received_total", Map.of("protocol", "amqp091")))
                .isEqualTo(400);
        assertThat(scrape.value("rabbitmq_global_messages_confirmed_total", Map.of()))
                .isEqualTo(400);
        assertThat(scrape.value("rabbitmq_message_size_bytes_count", Map.of())).isEqualTo(400);
    }
}
