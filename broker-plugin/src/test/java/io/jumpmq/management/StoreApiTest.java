package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.jumpmq.app.JumpMq;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store and the loops tell of themselves, which is JumpMQ's own. */
class StoreApiTest {
    private static final int BODY_BYTES = 10_000;

    @TempDir
    Path folder;

    private JumpMq broker;
    private Api api;
    private Connection connection;
    private Channel channel;

    @BeforeEach
    void start() throws Exception {
        broker = JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .management(0)
                .prometheus(0)
                .messageMemory(4 << 20)
                .dataDirectory(folder.resolve("data"))
                .start();
        api = Api.of(broker);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        connection = factory.newConnection();
        channel = connection.createChannel();
        channel.confirmSelect();
        channel.queueDeclare("q", true, false, false, null);
    }

    @AfterEach
    void stop() throws Exception {
        connection.close();
        broker.close();
    }

    private void publish(int messages, boolean persistent) throws Exception {
        for (int i = 0; i < messages; i++) {
            channel.basicPublish(
                    "", "q", persistent ? MessageProperties.MINIMAL_PERSISTENT_BASIC : null, new byte[BODY_BYTES]);
        }
        channel.waitForConfirmsOrDie(20_000);
        // Publishers are told first.
        Awaitility.await()
                .until(() -> node().path("store").path("unflushed_bytes").asLong() == 0);
    }

    private JsonNode node() {
        return api.get("nodes").expect(200).json().path(0);
    }

    private Scrape scrape() throws Exception {
        return Scrape.of(broker.prometheusPort(), "/metrics");
    }

    private static double value(Scrape scrape, String name) {
        return scrape.value(name, Map.of());
    }

    @Test
    void whatIsConfirmedWasWrittenAndFlushed() throws Exception {
        publish(50, true);
        JsonNode node = node();
        JsonNode store = node.path("store");
        assertThat(store.path("messages_written").asInt()).isEqualTo(50);
        assertThat(store.path("messages_read").asInt()).isZero();
        assertThat(store.path("segments").asInt()).isEqualTo(1);
        assertThat(store.path("live_bytes").asLong())
                .isBetween(50L * BODY_BYTES, store.path("disk_bytes").asLong());
        assertThat(store.path("flushes").asLong()).isPositive();
        assertThat(store.path("flush_seconds").asDouble()).isPositive();
        assertThat(store.path("low_on_disk").asBoolean(true)).isFalse();
        assertThat(store.path("failed").asBoolean(true)).isFalse();
        assertThat(node.path("io_write_bytes").asLong())
                .isGreaterThan(store.path("live_bytes").asLong());
        assertThat(node.path("io_sync_count").asLong())
                .isGreaterThanOrEqualTo(store.path("flushes").asLong());
        assertThat(node.path("io_sync_avg_time").asDouble()).isPositive();
        assertThat(node.path("msg_store_write_count").asInt()).isEqualTo(50);
        JsonNode stats = api.get("overview").expect(200).json().path("message_stats");
        assertThat(stats.path("disk_writes").asInt()).isEqualTo(50);
        assertThat(stats.path("disk_reads").asInt()).isZero();
    }

    @Test
    void prometheusGetsTheSame() throws Exception {
        publish(50, true);
        Scrape scrape = scrape();
        assertThat(value(scrape, "jumpmq_store_messages_written_total")).isEqualTo(50);
        assertThat(value(scrape, "rabbitmq_queue_disk_writes_total")).isEqualTo(50);
        assertThat(value(scrape, "jumpmq_store_segments")).isEqualTo(1);
        assertThat(value(scrape, "jumpmq_store_live_bytes")).isGreaterThan(50 * BODY_BYTES);
        assertThat(value(scrape, "jumpmq_store_disk_bytes"))
                .isGreaterThanOrEqualTo(value(scrape, "jumpmq_store_live_bytes"));
        assertThat(value(scrape, "jumpmq_store_failed")).isZero();
        assertThat(value(scrape, "jumpmq_store_low_on_disk")).isZero();
        assertThat(value(scrape, "jumpmq_store_unflushed_bytes")).isZero();
        double flushes = value(scrape, "jumpmq_store_flush_seconds_count");
        assertThat(flushes).isPositive();
        assertThat(scrape.value("jumpmq_store_flush_seconds_bucket", Map.of("le", "+Inf")))
                .isEqualTo(flushes);
        assertThat(value(scrape, "jumpmq_store_flush_seconds_sum")).isPositive();
        assertThat(value(scrape, "rabbitmq_io_sync_ops_total")).isGreaterThanOrEqualTo(flushes);
        assertThat(value(scrape, "rabbitmq_io_write_bytes_total")).isGreaterThan(50 * BODY_BYTES);
        assertThat(value(scrape, "rabbitmq_queue_messages_persistent")).isEqualTo(50);
        assertThat(value(scrape, "rabbitmq_queue_messages_persistent_bytes")).isEqualTo(50 * BODY_BYTES);
    }

    @Test
    void whatMemoryHasNoRoomForIsPagedOutAndReadBack() throws Exception {
        publish(600, false);
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            JsonNode store = node().path("store");
            assertThat(store.path("messages_written").asInt()).isZero();
            assertThat(store.path("messages_paged_out").asInt()).isGreaterThan(100);
            assertThat(store.path("paged_out_bytes").asLong())
                    .isEqualTo(store.path("messages_paged_out").asLong() * BODY_BYTES);
        });
        Scrape scrape = scrape();
        assertThat(value(scrape, "rabbitmq_queue_messages_paged_out_bytes"))
                .isEqualTo(value(scrape, "rabbitmq_queue_messages_paged_out") * BODY_BYTES)
                .isPositive();
        assertThat(value(scrape, "rabbitmq_queue_messages_ready_ram"))
                .isEqualTo(600 - value(scrape, "rabbitmq_queue_messages_paged_out"));
        for (int i = 0; i < 600; i++) {
            assertThat(channel.basicGet("q", true)).isNotNull();
        }
        Scrape after = scrape();
        assertThat(value(after, "jumpmq_store_messages_read_total")).isGreaterThan(100);
        assertThat(value(after, "rabbitmq_queue_disk_reads_total"))
                .isEqualTo(value(after, "jumpmq_store_messages_read_total"));
        assertThat(value(after, "rabbitmq_io_read_bytes_total")).isGreaterThan(100 * BODY_BYTES);
    }

    @Test
    void loopsTellWhatTheyDo() throws Exception {
        publish(100, true);
        Scrape scrape = scrape();
        int loops = Runtime.getRuntime().availableProcessors();
        for (String name : new String[] {"loop_waiting_messages", "loop_busy_seconds_total"}) {
            assertThat(scrape.of("jumpmq_" + name)).as(name).hasSize(loops);
        }
        for (String name : new String[] {"loop_messages_total", "loop_turns_total", "loop_busy_seconds_total"}) {
            assertThat(scrape.of("jumpmq_" + name).stream()
                            .mapToDouble(Scrape.Sample::value)
                            .sum())
                    .as(name)
                    .isPositive();
        }
    }

    @Test
    void aNodeThatStoresNothingSaysNothingOfAStore() throws Exception {
        JsonNode node = Api.asGuest().get("nodes").expect(200).json().path(0);
        assertThat(node.has("store")).isEqualTo(false);
        assertThat(Scrape.of(Api.embedded().prometheusPort(), "/metrics").names())
                .noneMatch(name -> name.startsWith("jumpmq_store"))
                .contains("rabbitmq_io_sync_ops_total");
    }
}
