package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import io.jumpmq.app.JumpMq;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages are moved to an exchange in their order, as they are; what cannot go stays where it was. */
class MoveTest {
    @TempDir
    private Path folder = Path.of("");

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
                .dataDirectory(folder)
                .start();
        api = Api.of(broker);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        connection = factory.newConnection();
        channel = connection.createChannel();
        channel.confirmSelect();
        channel.queueDeclare("from", true, false, false, null);
        channel.queueDeclare("to", true, false, false, Map.of("x-max-length", 4, "x-overflow", "reject-publish"));
        channel.exchangeDeclare("x", "topic", true);
        channel.queueBind("to", "x", "k.#");
    }

    @AfterEach
    void stop() throws Exception {
        connection.close();
        broker.close();
    }

    /** Publishes to the queue, from an exchange where the keys are these. */
    private void publish(String... keys) throws Exception {
        channel.exchangeDeclare("in", "fanout", true);
        channel.queueBind("from", "in", "");
        for (String key : keys) {
            BasicProperties properties = new BasicProperties.Builder()
                    .deliveryMode(2)
                    .messageId(key)
                    .headers(Map.of("n", 7L))
                    .build();
            channel.basicPublish("in", key, properties, key.getBytes(UTF_8));
        }
        channel.waitForConfirmsOrDie(10_000);
    }

    private JsonNode move(String how) {
        return api.post("queues/%2f/from/move", how).expect(200).json();
    }

    private List<String> drain(String queue) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (GetResponse got = channel.basicGet(queue, true); got != null; got = channel.basicGet(queue, true)) {
            bodies.add(new String(got.getBody(), UTF_8));
        }
        return bodies;
    }

    @Test
    void inTheirOrderAsTheyAre() throws Exception {
        publish("k.1", "k.2", "k.3");
        JsonNode answer = move("{\"exchange\":\"x\",\"count\":2}");
        assertThat(answer.path("moved").asInt()).isEqualTo(2);
        assertThat(answer.path("stopped").isNull()).isTrue();
        assertThat(channel.messageCount("from")).isEqualTo(1);
        GetResponse first = channel.basicGet("to", true);
        assertThat(first.getEnvelope().getExchange()).isEqualTo("x");
        assertThat(first.getEnvelope().getRoutingKey()).isEqualTo("k.1");
        assertThat(first.getProps().getMessageId()).isEqualTo("k.1");
        assertThat(first.getProps().getDeliveryMode()).isEqualTo(2);
        assertThat(first.getProps().getHeaders()).containsEntry("n", 7L);
        assertThat(drain("to")).containsExactly("k.2");
        assertThat(move("{\"exchange\":\"amq.default\",\"routing_key\":\"to\",\"count\":1000}")
                        .path("moved")
                        .asInt())
                .isEqualTo(1);
        assertThat(drain("to")).containsExactly("k.3");
    }

    @Test
    void whatNobodyTakesStaysInItsPlace() throws Exception {
        publish("k.1", "other", "k.2");
        JsonNode answer = move("{\"exchange\":\"x\",\"count\":10}");
        assertThat(answer.path("moved").asInt()).isEqualTo(1);
        assertThat(answer.path("stopped").asText()).isEqualTo("no queue takes it from there");
        assertThat(drain("from")).containsExactly("other", "k.2");
        assertThat(drain("to")).containsExactly("k.1");
    }

    @Test
    void aFullQueueEndsIt() throws Exception {
        publish("k.1", "k.2", "k.3", "k.4", "k.5", "k.6");
        JsonNode answer = move("{\"exchange\":\"x\",\"count\":10}");
        assertThat(answer.path("moved").asInt()).isEqualTo(4);
        assertThat(answer.path("stopped").asText()).contains("full");
        assertThat(drain("from")).containsExactly("k.5", "k.6");
        assertThat(drain("to")).containsExactly("k.1", "k.2", "k.3", "k.4");
    }

    @Test
    void byThoseWhoMayReadTheOneAndWriteTheOther() throws Exception {
        publish("k.1", "k.2");
        api.put("users/bob", "{\"password\":\"b\",\"tags\":\"management\"}").expect(201);
        Api bob = api.as("bob", "b");
        String how = "{\"exchange\":\"x\",\"count\":10}";
        permit("^from$", "^to$");
        bob.post("queues/%2f/from/move", how).expect(401);
        permit("^to$", "^x$");
        bob.post("queues/%2f/from/move", how).expect(401);
        permit("^from$", "^x$");
        api.put("topic-permissions/%2f/bob", "{\"exchange\":\"x\",\"write\":\"^k.1\",\"read\":\"\"}")
                .expect(201);
        JsonNode answer = bob.post("queues/%2f/from/move", how).expect(200).json();
        assertThat(answer.path("moved").asInt()).isEqualTo(1);
        assertThat(answer.path("stopped").asText()).contains("bob");
        api.post("queues/%2f/from/move", "{\"exchange\":\"none\",\"count\":1}").expect(404);
        api.post("queues/%2f/from/move", "{\"exchange\":\"x\",\"count\":0}").expect(400);
        assertThat(drain("from")).containsExactly("k.2");
    }

    private void permit(String read, String write) {
        api.put("permissions/%2f/bob", "{\"configure\":\"\",\"write\":\"" + write + "\",\"read\":\"" + read + "\"}");
    }
}
