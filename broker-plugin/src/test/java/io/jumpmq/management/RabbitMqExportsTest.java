package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each RabbitMQ from 3.8 on exports makes a new broker, as it is, and all of it counts, also after a restart. */
class RabbitMqExportsTest {
    @TempDir
    Path folder = Path.of("");

    private JumpMq start(String version) throws IOException {
        try (var in = Objects.requireNonNull(
                RabbitMqExportsTest.class.getResourceAsStream("/management/exports/rabbitmq-" + version + ".json"))) {
            return JumpMq.builder()
                    .host("127.0.0.1")
                    .port(0)
                    .management(0)
                    .dataDirectory(folder)
                    .definitions(in.readAllBytes())
                    .start();
        }
    }

    private static Connection connect(JumpMq broker, String user) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setPort(broker.port());
        factory.setUsername(user);
        factory.setPassword("secret");
        factory.setVirtualHost("shop");
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "4.0", "4.1", "4.2", "4.3"})
    void anExportMakesABroker(String version) throws Exception {
        for (int starts = 0; starts < 2; starts++) {
            try (JumpMq broker = start(version)) {
                Api admin = Api.of(broker).as("admin", "secret");
                assertThatUsersAreThere(admin);
                assertThatTopologyIsThere(admin, version);
                assertThatTopicsAndLimitsBind(broker);
                assertThatQueuesAreOfTheirHostsType(broker, admin, version);
            }
        }
    }

    private static void assertThatUsersAreThere(Api admin) {
        assertThat(names(admin.get("users").expect(200).json()))
                .containsExactlyInAnyOrder("admin", "legacy", "strong", "certificate");
        for (String user : List.of("legacy", "strong")) {
            admin.as(user, "secret").get("whoami").expect(200);
            admin.as(user, "wrong").get("whoami").expect(401);
        }
        assertThat(admin.get("users/legacy").json().path("hashing_algorithm").asText())
                .isEqualTo("rabbit_password_hashing_md5");
        admin.as("certificate", "").get("whoami").expect(401);
    }

    private static void assertThatTopologyIsThere(Api admin, String version) {
        assertThat(names(admin.get("queues/shop").json()))
                .as("but streams")
                .contains("shop.a", "shop.b", "shop.lost")
                .doesNotContain("stream.events");
        JsonNode queue = admin.get("queues/shop/shop.a").expect(200).json();
        assertThat(queue.path("type").asText()).isEqualTo("quorum");
        assertThat(queue.path("policy").asText()).isEqualTo("ttl");
        assertThat(queue.path("operator_policy").asText()).isEqualTo("bounds");
        assertThat(queue.path("effective_policy_definition").path("max-length").asInt())
                .isEqualTo(100_000);
        assertThat(admin.get("queues/shop/shop.b").json().path("type").asText()).isEqualTo("classic");
        assertThat(names(admin.get("exchanges/shop").json()))
                .contains("shop.hash")
                .doesNotContain("shop.later");
        assertThat(admin.get("exchanges/shop/shop.hash/bindings/source").json()).hasSize(2);
        assertThat(admin.get("exchanges/shop/shop.orders/bindings/source").json())
                .hasSize(2);
        assertThat(admin.get("vhost-limits/shop")
                        .json()
                        .get(0)
                        .path("value")
                        .path("max-queues")
                        .asInt())
                .isEqualTo(50);
        assertThat(admin.get("global-parameters/mqtt_port_to_vhost_mapping")
                        .expect(200)
                        .json()
                        .path("value")
                        .path("1883")
                        .asText())
                .isEqualTo("/");
        assertThat(admin.get("global-parameters/cluster_name")
                        .json()
                        .path("value")
                        .asText())
                .isEqualTo("rabbit@old-host");
        JsonNode again = admin.get("definitions").expect(200).json();
        assertThat(again.path("topic_permissions")).hasSize(1);
        assertThat(again.path("global_parameters"))
                .hasSize(Integer.parseInt(version.replace(".", "")) >= 313 || version.startsWith("4") ? 3 : 2);
    }

    private static void assertThatTopicsAndLimitsBind(JumpMq broker) throws Exception {
        Connection one = connect(broker, "strong");
        try {
            try (Connection two = connect(broker, "strong")) {
                assertThatThrownBy(() -> connect(broker, "strong"))
                        .rootCause()
                        .hasMessageContaining("user connection limit (2) is reached");
                assertThatTopicsBind(two);
            }
            List<Channel> open = new ArrayList<>();
            assertThatThrownBy(() -> {
                        while (open.size() < 10) {
                            open.add(one.createChannel());
                            open.get(open.size() - 1).queueDeclarePassive("shop.a");
                        }
                    })
                    .rootCause()
                    .hasMessageContaining("has reached the maximum allowed user limit of 5");
            assertThat(open).hasSize(5);
        } finally {
            one.abort();
        }
    }

    private static void assertThatTopicsBind(Connection connection) throws Exception {
        Channel publishing = connection.createChannel();
        publishing.basicPublish("amq.topic", "public.news", null, new byte[0]);
        publishing.queueDeclarePassive("shop.a");
        publishing.basicPublish("amq.topic", "private.news", null, new byte[0]);
        assertThatTopicIsRefused(publishing, "in exchange 'amq.topic' in vhost 'shop' refused");
        Channel copying = connection.createChannel();
        copying.basicPublish(
                "amq.topic",
                "public.news",
                new AMQP.BasicProperties.Builder()
                        .headers(Map.of("BCC", List.of("private.news")))
                        .build(),
                new byte[0]);
        assertThatTopicIsRefused(copying, "write access to topic 'private.news'");
        Channel binding = connection.createChannel();
        binding.queueBind("shop.a", "amq.topic", "strong.x");
        assertThatThrownBy(() -> binding.queueBind("shop.a", "amq.topic", "strongx"))
                .rootCause()
                .hasMessageContaining("read access to topic 'strongx'");
    }

    /** The refusal may be there before the next question, or be the answer to it. */
    private static void assertThatTopicIsRefused(Channel channel, String why) {
        assertThatThrownBy(() -> channel.queueDeclarePassive("shop.a"))
                .satisfies(thrown -> assertThat(thrown.getCause() == null ? thrown : thrown.getCause())
                        .hasMessageContaining("write access to topic 'private.news'")
                        .hasMessageContaining(why));
    }

    private static void assertThatQueuesAreOfTheirHostsType(JumpMq broker, Api admin, String version) throws Exception {
        boolean hasDefaults = version.startsWith("4") || Integer.parseInt(version.substring(2)) >= 11;
        try (Connection connection = connect(broker, "admin");
                Channel channel = connection.createChannel()) {
            channel.queueDeclare("fresh", true, false, false, null);
            channel.queueDeclare("own", true, true, false, null);
            assertThat(admin.get("queues/shop/fresh").json().path("type").asText())
                    .isEqualTo(hasDefaults ? "quorum" : "classic");
            assertThat(admin.get("queues/shop/own").json().path("type").asText())
                    .isEqualTo("classic");
            channel.queueDelete("fresh");
        }
    }

    private static List<String> names(JsonNode list) {
        return list.findValuesAsText("name");
    }
}
