package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The history of a ring outlives the process, tells whose each change was, and leads back to what the ring was. */
class RingHistoryTest {
    private static final int MAX_ENTRIES = 100;

    @TempDir
    private Path folder = Path.of("");

    private JumpMq broker;
    private Api api;

    @BeforeEach
    void start() throws Exception {
        open();
        api.put("users/ann", "{\"password\":\"a\",\"tags\":\"management\"}").expect(201);
        api.put("permissions/%2f/ann", "{\"configure\":\"\",\"write\":\".*\",\"read\":\".*\"}")
                .expect(201);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection();
                Channel channel = connection.createChannel()) {
            channel.exchangeDeclare("orders", "x-consistent-hash", true);
            for (String queue : List.of("red", "green", "blue")) {
                channel.queueDeclare(queue, true, false, false, Map.of());
                channel.queueBind(queue, "orders", "2");
            }
        }
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void open() {
        broker = JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .management(0)
                .dataDirectory(folder.resolve("data"))
                .start();
        api = Api.of(broker);
    }

    private void restart() {
        broker.close();
        open();
    }

    private JsonNode history() {
        return api.get("rings/%2f/orders/history").expect(200).json();
    }

    private List<String> users() {
        return history().findValuesAsText("user");
    }

    private JsonNode ring() {
        return api.get("rings/%2f/orders").expect(200).json();
    }

    private static void set(Api by, String weights) {
        by.put("rings/%2f/orders/weights", "{\"weights\":" + weights + "}").expect(200);
    }

    @Test
    void outlivesRestartsWithTimesAndUsers() {
        set(api.as("ann", "a"), "{\"red\":5,\"blue\":1}");
        api.delete("queues/%2f/green").expect(204);
        JsonNode before = history();
        assertThat(users()).containsExactly("guest", "ann", "guest", "guest", "guest");
        assertThat(before.path(0).path("changes").path(0).path("destination").asText())
                .isEqualTo("green");
        restart(); // From the journal,
        assertThat(history()).isEqualTo(before);
        set(api.as("ann", "a"), "{\"red\":1}");
        JsonNode later = history();
        assertThat(later).hasSize(before.size() + 1);
        restart(); // and from a snapshot and a journal.
        assertThat(history()).isEqualTo(later);
        restart();
        assertThat(history()).isEqualTo(later);
    }

    @Test
    void whatSeveralCommandsDoTogetherIsOneChange() {
        api.post(
                        "definitions",
                        "{\"exchanges\":[{\"vhost\":\"/\",\"name\":\"new\",\"type\":\"x-consistent-hash\",\"durable\":true,"
                                + "\"auto_delete\":false,\"internal\":false,\"arguments\":{}}],\"bindings\":["
                                + IntStream.range(0, 2)
                                        .mapToObj(
                                                i -> "{\"vhost\":\"/\",\"source\":\"new\",\"destination\":\""
                                                        + List.of("red", "blue").get(i)
                                                        + "\",\"destination_type\":\"queue\",\"routing_key\":\"3\",\"arguments\":{}}")
                                        .collect(Collectors.joining(","))
                                + "]}")
                .expect(204);
        JsonNode history = api.get("rings/%2f/new/history").expect(200).json();
        assertThat(history).hasSize(1);
        assertThat(history.path(0).path("changes")).hasSize(2);
        assertThat(history.path(0).path("bucket_count").asInt()).isEqualTo(6);
    }

    @Test
    void aChangeIsRevertedBucketByBucketAlsoAfterARestart() {
        JsonNode first = ring();
        set(api, "{\"red\":7,\"green\":0}");
        set(api, "{\"green\":4}");
        restart();
        long epoch = history().path(1).path("epoch").asLong();
        String path = "rings/%2f/orders/history/" + epoch + "/revert";
        JsonNode preview = api.get(path).expect(200).json();
        assertThat(preview.path("after").path("digest").asText())
                .isEqualTo(first.path("digest").asText());
        assertThat(preview.path("moved").asDouble()).isPositive();
        assertThat(ring().path("digest").asText())
                .isNotEqualTo(first.path("digest").asText());

        api.post(path + "?if_epoch=" + (epoch - 1), "{}").expect(412);
        api.as("ann", "a")
                .post(path + "?if_epoch=" + ring().path("epoch").asLong(), "{}")
                .expect(200);
        assertThat(ring().path("digest").asText())
                .isEqualTo(first.path("digest").asText());
        assertThat(ring().path("epoch").asLong()).isGreaterThan(epoch);
        assertThat(users().get(0)).isEqualTo("ann");
        // The bindings are those of the ring.
        List<String> weights = new ArrayList<>();
        api.get("exchanges/%2f/orders/bindings/source")
                .json()
                .forEach(binding -> weights.add(binding.path("destination").asText()
                        + binding.path("routing_key").asText()));
        assertThat(weights).containsExactlyInAnyOrder("red2", "green2", "blue2");
    }

    @Test
    void whatCannotBeRevertedIsSaidAndChangesNothing() {
        api.delete("queues/%2f/green").expect(204);
        restart();
        JsonNode ring = ring();
        long epoch = history().path(0).path("epoch").asLong();
        String path = "rings/%2f/orders/history/" + epoch + "/revert";
        assertThat(api.post(path, "{}").expect(404).text()).contains("green");
        assertThat(api.post("rings/%2f/orders/history/999/revert", "{}")
                        .expect(404)
                        .text())
                .contains("no change that led to epoch 999");
        api.put("users/bob", "{\"password\":\"b\",\"tags\":\"management\"}").expect(201);
        api.put("permissions/%2f/bob", "{\"configure\":\".*\",\"write\":\"^red$\",\"read\":\".*\"}")
                .expect(201);
        set(api, "{\"red\":9}");
        long later = history().path(0).path("epoch").asLong();
        api.as("bob", "b")
                .post("rings/%2f/orders/history/" + later + "/revert", "{}")
                .expect(401);
        assertThat(ring().path("epoch").asLong()).isEqualTo(ring.path("epoch").asLong() + 1);
    }

    @Test
    void isBounded() {
        for (int i = 0; i < MAX_ENTRIES + 10; i++) {
            set(api, "{\"red\":" + (1 + i % 2) + "}");
        }
        JsonNode before = history();
        assertThat(before).hasSize(MAX_ENTRIES);
        restart();
        restart();
        assertThat(history()).isEqualTo(before);
    }
}
