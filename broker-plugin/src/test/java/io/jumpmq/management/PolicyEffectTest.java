package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What policies do to the queues and exchanges that they are for, and to no others, as a client sees it. */
class PolicyEffectTest {
    private final Api api = Api.asGuest();
    private final List<String> made = new ArrayList<>();
    private final String prefix = Api.unique("policed");
    private Connection connection;
    private Channel channel;

    @BeforeEach
    void connect() throws Exception {
        connection = Api.connect("policies");
        channel = Objects.requireNonNull(connection.createChannel());
    }

    @AfterEach
    void tidyUp() throws Exception {
        made.forEach(api::delete);
        connection.close();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(20));
    }

    /** A policy for all names of this test. */
    private void policy(String applyTo, String definition) {
        policy("^" + prefix, applyTo, definition);
    }

    private void policy(String pattern, String applyTo, String definition) {
        made.add("policies/%2f/" + prefix);
        api.put(
                        "policies/%2f/" + prefix,
                        "{\"pattern\":\"" + pattern + "\",\"apply-to\":\"" + applyTo + "\",\"definition\":" + definition
                                + "}")
                .expect(201);
    }

    private String queue(String name, Map<String, Object> arguments) throws Exception {
        String queue = prefix + "-" + name;
        made.add("queues/%2f/" + queue);
        channel.queueDeclare(queue, true, false, false, arguments);
        return queue;
    }

    private void publish(String queue, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            channel.basicPublish("", queue, null, Integer.toString(i).getBytes(UTF_8));
        }
    }

    @Test
    void theDefaultExchangeHasNoAlternate() throws Exception {
        String caught = queue("caught", Map.of());
        channel.queueBind(caught, "amq.fanout", "");
        policy(".*", "exchanges", "{\"alternate-exchange\":\"amq.fanout\"}");
        CompletableFuture<String> returned = new CompletableFuture<>();
        channel.addReturnListener(message -> returned.complete(message.getReplyText()));
        channel.basicPublish("", prefix + "-nowhere", true, null, new byte[0]);
        assertThat(returned.get(15, TimeUnit.SECONDS)).isEqualTo("NO_ROUTE");

        CompletableFuture<String> reply = new CompletableFuture<>();
        channel.basicConsume(
                "amq.rabbitmq.reply-to",
                true,
                (tag, delivery) -> reply.complete(new String(delivery.getBody(), UTF_8)),
                tag -> {});
        String requests = queue("requests", Map.of());
        channel.basicPublish(
                "",
                requests,
                new AMQP.BasicProperties.Builder()
                        .replyTo("amq.rabbitmq.reply-to")
                        .build(),
                new byte[0]);
        GetResponse request = await().until(() -> channel.basicGet(requests, true), Objects::nonNull);
        channel.basicPublish("", request.getProps().getReplyTo(), null, "the answer".getBytes(UTF_8));
        assertThat(reply.get(15, TimeUnit.SECONDS)).isEqualTo("the answer");
        assertThat(channel.messageCount(caught)).isZero();
    }

    @Test
    void aPolicyForOneTypeOfQueueSparesTheOthers() throws Exception {
        String classic = queue("classic", Map.of());
        String quorum = queue("quorum", Map.of("x-queue-type", "quorum"));
        for (String applyTo : List.of("classic_queues", "quorum_queues", "streams", "queues")) {
            policy(applyTo, "{\"max-length\":1}");
            assertThat(api.get("policies/%2f/" + prefix).json().path("apply-to").asText())
                    .isEqualTo(applyTo);
            boolean forClassic = applyTo.equals("classic_queues") || applyTo.equals("queues");
            boolean forQuorum = applyTo.equals("quorum_queues") || applyTo.equals("queues");
            publish(classic, 3);
            publish(quorum, 3);
            await().untilAsserted(() -> assertThat(List.of(channel.messageCount(classic), channel.messageCount(quorum)))
                    .containsExactly(forClassic ? 1L : 3L, forQuorum ? 1L : 3L));
            channel.queuePurge(classic);
            channel.queuePurge(quorum);
            api.delete("policies/%2f/" + prefix).expect(204);
        }
    }

    @Test
    void aPolicyForWhatIsNotKnownIsRefused() {
        made.add("policies/%2f/" + prefix);
        for (String unknown : List.of("quorum", "Queues", "", "lazy_queues")) {
            api.put(
                            "policies/%2f/" + prefix,
                            "{\"pattern\":\"^none$\",\"apply-to\":\"" + unknown + "\",\"definition\":{\"expires\":1}}")
                    .expect(400);
        }
        api.get("policies/%2f/" + prefix).expect(404);
    }

    @Test
    void anOperatorsPolicyIsForAllIfItDoesNotSay() {
        made.add("operator-policies/%2f/" + prefix);
        api.put("operator-policies/%2f/" + prefix, "{\"pattern\":\"^none$\",\"definition\":{\"expires\":1}}")
                .expect(201);
        assertThat(api.get("operator-policies/%2f/" + prefix)
                        .json()
                        .path("apply-to")
                        .asText())
                .isEqualTo("all");
    }
}
