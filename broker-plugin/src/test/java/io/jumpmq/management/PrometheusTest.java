package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.net.URI;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What RabbitMQ's own dashboards ask for is there, under the same names and labels. */
class PrometheusTest {
    /** The metrics of the RabbitMQ-Overview dashboard (rabbitmq_prometheus/docker/grafana/dashboards). */
    private static final List<String> OVERVIEW = List.of(
            "rabbitmq_identity_info",
            "rabbitmq_build_info",
            "rabbitmq_erlang_uptime_seconds",
            "rabbitmq_connections",
            "rabbitmq_connections_opened_total",
            "rabbitmq_connections_closed_total",
            "rabbitmq_channels",
            "rabbitmq_channels_opened_total",
            "rabbitmq_channels_closed_total",
            "rabbitmq_queues",
            "rabbitmq_queues_declared_total",
            "rabbitmq_queues_created_total",
            "rabbitmq_queues_deleted_total",
            "rabbitmq_queue_messages_ready",
            "rabbitmq_queue_messages_unacked",
            "rabbitmq_global_publishers",
            "rabbitmq_global_consumers",
            "rabbitmq_message_size_bytes_bucket",
            "rabbitmq_message_size_bytes_sum",
            "rabbitmq_message_size_bytes_count",
            "rabbitmq_process_open_fds",
            "rabbitmq_process_max_fds",
            "rabbitmq_process_resident_memory_bytes",
            "rabbitmq_resident_memory_limit_bytes",
            "rabbitmq_disk_space_available_bytes",
            "rabbitmq_disk_space_available_limit_bytes");

    private static final List<String> MESSAGES = List.of(
            "received",
            "received_confirm",
            "routed",
            "confirmed",
            "unroutable_dropped",
            "unroutable_returned",
            "delivered",
            "redelivered",
            "acknowledged",
            "delivered_consume_auto_ack",
            "delivered_consume_manual_ack",
            "delivered_get_auto_ack",
            "delivered_get_manual_ack",
            "get_empty");

    /** With {@code -Dprometheus.uri} the list itself is tested. */
    @Test
    void familiesAreThoseOfRabbitMq() throws Exception {
        FieldsTest.Section expected =
                FieldsTest.sections("/management/families.txt").get(0);
        String rabbit = System.getProperty("prometheus.uri");
        Map<String, String> types = rabbit == null
                ? scrape("/metrics").types()
                : Scrape.of(URI.create(rabbit).getPort(), "/metrics").types();
        expected.types()
                .forEach((name, allowed) ->
                        assertThat(types.get("rabbitmq_" + name)).as(name).isIn(allowed));
        assertThat(types.keySet())
                .filteredOn(name -> name.startsWith("rabbitmq_"))
                .map(name -> name.substring("rabbitmq_".length()))
                .allMatch(name -> expected.types().containsKey(name)
                        || (rabbit == null ? expected.onlyHere() : expected.notHere()).contains(name));
    }

    private static Scrape scrape(String path) throws Exception {
        return Scrape.of(Api.embedded().prometheusPort(), path);
    }

    @Test
    void everyPanelOfTheOverviewFindsItsMetrics() throws Exception {
        Scrape scrape = scrape("/metrics");
        assertThat(scrape.names())
                .containsAll(Stream.concat(
                                OVERVIEW.stream(),
                                MESSAGES.stream().map(name -> "rabbitmq_global_messages_" + name + "_total"))
                        .toList());
        assertThat(scrape.of("rabbitmq_identity_info"))
                .singleElement()
                .satisfies(sample -> assertThat(sample.labels())
                        .containsKeys("rabbitmq_node", "rabbitmq_cluster", "rabbitmq_cluster_permanent_id")
                        .containsEntry("rabbitmq_endpoint", "aggregated"));
        assertThat(scrape.of("rabbitmq_build_info").get(0).labels()).containsKeys("rabbitmq_version", "erlang_version");
        assertThat(scrape.of("rabbitmq_global_messages_delivered_total"))
                .extracting(sample -> sample.labels().get("queue_type"))
                .containsExactlyInAnyOrder("rabbit_classic_queue", "rabbit_quorum_queue");
    }

    @Test
    void theJvmIsThereToo() throws Exception {
        System.gc(); // Its pauses are told once there was one.
        Awaitility.await()
                .untilAsserted(() -> assertThat(scrape("/metrics").names())
                        .contains(
                                "jvm_memory_used_bytes",
                                "jvm_threads_live_threads",
                                "jvm_gc_pause_seconds_count",
                                "process_cpu_usage"));
    }

    @Test
    void familiesHaveTheTypesThatRabbitMqGivesThem() throws Exception {
        Map<String, String> types = scrape("/metrics").types();
        assertThat(types)
                .containsEntry("rabbitmq_connections", "gauge")
                .containsEntry("rabbitmq_connections_opened_total", "counter")
                .containsEntry("rabbitmq_queue_messages_ready", "gauge")
                .containsEntry("rabbitmq_message_size_bytes", "histogram")
                .containsEntry("rabbitmq_global_messages_received_total", "counter");
    }

    @Test
    void deathsAreCountedByWhatBecameOfTheMessage() throws Exception {
        try (Connection connection = Api.connect("metrics test")) {
            Channel channel = connection.createChannel();
            String letters = channel.queueDeclare().getQueue();
            String lettered = channel.queueDeclare(
                            "",
                            false,
                            true,
                            true,
                            Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", letters))
                    .getQueue();
            String dropped = channel.queueDeclare("", false, true, true, Map.of("x-max-length", 0))
                    .getQueue();
            double rejected = deaths("rejected", "at_most_once");
            double maxlen = deaths("maxlen", "disabled");
            double other = deaths("maxlen", "at_most_once");
            channel.confirmSelect();
            channel.basicPublish("", lettered, null, new byte[10]);
            channel.basicPublish("", dropped, null, new byte[10]);
            channel.basicPublish("", dropped, null, new byte[10]);
            channel.waitForConfirmsOrDie(5000);
            channel.basicReject(channel.basicGet(lettered, false).getEnvelope().getDeliveryTag(), false);
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(deaths("rejected", "at_most_once")).isEqualTo(rejected + 1));
            assertThat(deaths("maxlen", "disabled")).isEqualTo(maxlen + 2);
            assertThat(deaths("maxlen", "at_most_once")).isEqualTo(other);
        }
    }

    @Test
    void aDeadLetterThatMustNotGetLostIsCountedWhenItDiesAndWhenItIsSafe() throws Exception {
        try (Connection connection = Api.connect("metrics test")) {
            Channel channel = connection.createChannel();
            String source = "metrics test";
            String letters = "metrics test, dead letters";
            channel.queueDeclare(
                    source,
                    true,
                    false,
                    false,
                    Map.of(
                            "x-queue-type", "quorum",
                            "x-overflow", "reject-publish",
                            "x-dead-letter-exchange", "",
                            "x-dead-letter-routing-key", letters,
                            "x-dead-letter-strategy", "at-least-once"));
            double rejected = quorumDeaths("rejected");
            double confirmed = quorumDeaths("confirmed");
            channel.confirmSelect();
            channel.basicPublish("", source, null, new byte[10]);
            channel.waitForConfirmsOrDie(5000);
            channel.basicReject(channel.basicGet(source, false).getEnvelope().getDeliveryTag(), false);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(quorumDeaths("rejected")).isEqualTo(rejected + 1));
            assertThat(quorumDeaths("confirmed")).isEqualTo(confirmed);
            channel.queueDeclare(letters, false, true, false, null);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(quorumDeaths("confirmed")).isEqualTo(confirmed + 1));
            assertThat(quorumDeaths("rejected")).isEqualTo(rejected + 1);
            channel.queueDelete(source);
        }
    }

    private static double quorumDeaths(String what) throws Exception {
        return deaths(what, "rabbit_quorum_queue", "at_least_once");
    }

    private static double deaths(String reason, String strategy) throws Exception {
        return deaths(reason, "rabbit_classic_queue", strategy);
    }

    private static double deaths(String what, String queueType, String strategy) throws Exception {
        return scrape("/metrics")
                .value(
                        "rabbitmq_global_messages_dead_lettered_" + what + "_total",
                        Map.of("queue_type", queueType, "dead_letter_strategy", strategy));
    }

    @Test
    void whoDoesNotAcknowledgeInTimeIsCounted() throws Exception {
        double before = scrape("/metrics").value("jumpmq_consumers_timed_out_total", Map.of());
        try (Connection connection = Api.connect("metrics test")) {
            Channel channel = connection.createChannel();
            String queue = channel.queueDeclare("", false, true, true, Map.of("x-consumer-timeout", 1))
                    .getQueue();
            channel.basicPublish("", queue, null, new byte[10]);
            channel.basicConsume(queue, false, (tag, delivery) -> {}, tag -> {});
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(scrape("/metrics").value("jumpmq_consumers_timed_out_total", Map.of()))
                                    .isEqualTo(before + 1));
        }
    }

    @Test
    void sumsOverConnectionsKeepWhatThoseBroughtThatAreGone() throws Exception {
        double before = scrape("/metrics").value("rabbitmq_connection_incoming_bytes_total", Map.of());
        double during;
        try (Connection connection = Api.connect("metrics test")) {
            Channel channel = connection.createChannel();
            String queue = channel.queueDeclare().getQueue();
            channel.basicQos(7);
            channel.basicConsume(queue, false, (tag, delivery) -> {}, tag -> {});
            channel.confirmSelect();
            channel.basicPublish("", queue, null, new byte[100_000]);
            channel.waitForConfirmsOrDie(5000);
            Scrape scrape = scrape("/metrics");
            during = scrape.value("rabbitmq_connection_incoming_bytes_total", Map.of());
            assertThat(during).isGreaterThan(before + 100_000);
            assertThat(scrape.value("rabbitmq_channel_messages_unacked", Map.of()))
                    .isPositive();
            assertThat(scrape.value("rabbitmq_consumer_prefetch", Map.of())).isGreaterThanOrEqualTo(7);
            assertThat(scrape.value("rabbitmq_connection_channels", Map.of())).isPositive();
        }
        assertThat(scrape("/metrics").value("rabbitmq_connection_incoming_bytes_total", Map.of()))
                .isGreaterThanOrEqualTo(during);
    }

    @Test
    void aQueueTellsHowOldItsFirstMessageIs() throws Exception {
        try (Connection connection = Api.connect("metrics test")) {
            Channel channel = connection.createChannel();
            String queue = channel.queueDeclare().getQueue();
            String empty = channel.queueDeclare().getQueue();
            channel.confirmSelect();
            AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                    .timestamp(Date.from(Instant.ofEpochSecond(1_700_000_000)))
                    .build();
            channel.basicPublish("", queue, properties, new byte[10]);
            channel.waitForConfirmsOrDie(5000);
            Scrape scrape = scrape("/metrics/detailed?family=queue_metrics");
            assertThat(scrape.value(
                            "rabbitmq_detailed_queue_head_message_timestamp", Map.of("vhost", "/", "queue", queue)))
                    .isEqualTo(1_700_000_000);
            assertThat(scrape.of("rabbitmq_detailed_queue_head_message_timestamp"))
                    .noneMatch(sample -> empty.equals(sample.labels().get("queue")));
        }
    }

    @Test
    void oneByOneOnlyWhereItIsAskedFor() throws Exception {
        try (Connection connection = Api.connect("metrics test")) {
            Channel channel = connection.createChannel();
            String queue = channel.queueDeclare().getQueue();
            String odd = channel.queueDeclare("odd \"name\\ \n", false, true, true, null)
                    .getQueue();
            channel.confirmSelect();
            channel.basicPublish("", queue, null, new byte[10]);
            channel.waitForConfirmsOrDie(5000);
            assertThat(scrape("/metrics").of("rabbitmq_queue_messages_ready"))
                    .singleElement()
                    .satisfies(sample -> assertThat(sample.labels()).isEmpty());
            Map<String, String> labels = Map.of("vhost", "/", "queue", queue);
            assertThat(scrape("/metrics/per-object").value("rabbitmq_queue_messages_ready", labels))
                    .isEqualTo(1);
            Scrape detailed = scrape("/metrics/detailed?family=queue_coarse_metrics&vhost=%2F");
            assertThat(detailed.value("rabbitmq_detailed_queue_messages", labels))
                    .isEqualTo(1);
            assertThat(detailed.names()).doesNotContain("rabbitmq_detailed_queue_consumers");
            assertThat(detailed.of("rabbitmq_detailed_queue_messages"))
                    .extracting(sample -> sample.labels().get("queue"))
                    .contains(odd.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
            assertThat(scrape("/metrics/detailed?family=queue_coarse_metrics&vhost=elsewhere")
                            .of("rabbitmq_detailed_queue_messages"))
                    .isEmpty();
            assertThat(scrape("/metrics/detailed?family=connection_metrics&family=channel_metrics")
                            .names())
                    .contains("rabbitmq_detailed_connection_channels", "rabbitmq_detailed_channel_prefetch");
        }
    }
}
