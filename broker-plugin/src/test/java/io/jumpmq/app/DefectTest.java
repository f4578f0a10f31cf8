package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A defect is answered where nothing was touched, and ends the broker where something was: nobody waits for ever. */
class DefectTest {
    private final List<Throwable> defects = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder = Path.of("");

    private JumpMq start() {
        return JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .management(0)
                .dataDirectory(folder)
                .onDefect(defects::add)
                .start();
    }

    private final List<Connection> connections = new ArrayList<>();

    private Connection connect(JumpMq broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        factory.setAutomaticRecoveryEnabled(false);
        Connection connection = factory.newConnection();
        connections.add(connection);
        return connection;
    }

    @AfterEach
    void hangUp() {
        connections.forEach(Connection::abort);
    }

    private static Channel channel(Connection connection) throws Exception {
        Channel channel = connection.createChannel();
        channel.exchangeDeclare("defective", DefectiveExchange.NAME, true);
        channel.queueDeclare("q", true, false, false, null);
        return channel;
    }

    private static int httpBind(JumpMq broker, String key) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + broker.managementPort() + "/api/bindings/%2f/e/defective/q/q");
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .header(
                                        "Authorization",
                                        "Basic " + Base64.getEncoder().encodeToString("guest:guest".getBytes(UTF_8)))
                                .POST(HttpRequest.BodyPublishers.ofString("{\"routing_key\":\"" + key + "\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static int closeCode(Connection connection) {
        ShutdownSignalException reason = connection.getCloseReason();
        return reason != null && reason.getReason() instanceof AMQP.Connection.Close close ? close.getReplyCode() : 0;
    }

    @Test
    void oneThatTouchedNothingIsAnsweredToWhomItHit() throws Exception {
        try (JumpMq broker = start()) {
            Connection hit = connect(broker);
            Connection other = connect(broker);
            Channel channel = channel(hit);
            assertThatThrownBy(() -> channel.queueBind("q", "defective", DefectiveExchange.UNDECIDABLE))
                    .isInstanceOf(Exception.class);
            assertThat(closeCode(hit)).isEqualTo(541);
            assertThat(httpBind(broker, DefectiveExchange.UNDECIDABLE)).isEqualTo(500);
            channel(other).queueBind("q", "defective", "good");
            assertThat(httpBind(broker, "good too")).isEqualTo(201);
        }
        assertThat(defects).isEmpty();
    }

    @Test
    void oneThatLeavesTheCatalogHalfChangedEndsTheBrokerInOrder() throws Exception {
        try (JumpMq broker = start()) {
            Connection hit = connect(broker);
            Connection other = connect(broker);
            Channel channel = channel(hit);
            channel.queueBind("q", "defective", "good");
            channel.confirmSelect();
            channel.basicPublish("", "q", MessageProperties.PERSISTENT_BASIC, "kept".getBytes(UTF_8));
            channel.waitForConfirmsOrDie();
            assertThatThrownBy(() -> channel.queueBind("q", "defective", DefectiveExchange.INAPPLICABLE))
                    .isInstanceOf(Exception.class);
            assertThat(closeCode(hit)).isEqualTo(541);
            await().until(() -> closeCode(other) == 320);
            await().until(() -> !defects.isEmpty());
        }
        assertThat(defects)
                .singleElement()
                .extracting(Throwable::getMessage)
                .asString()
                .startsWith("The catalog is half changed, and not recorded so: [Bind[vhost=/, source=defective, ");
        try (JumpMq broker = start()) {
            Channel channel = connect(broker).createChannel();
            assertThat(channel.basicGet("q", true).getBody()).asString(UTF_8).isEqualTo("kept");
            // Bound as before: deleting the queue finds nothing that was half made.
            channel.queueDelete("q");
            assertThat(defects).hasSize(1);
        }
    }

    @Test
    void anOperatorDoesNotWaitForeverEither() throws Exception {
        try (JumpMq broker = start()) {
            channel(connect(broker));
            try {
                assertThat(httpBind(broker, DefectiveExchange.INAPPLICABLE)).isEqualTo(500);
            } catch (IOException e) {
                // The server may be gone before its answer is.
            }
            await().until(() -> !defects.isEmpty());
        }
    }
}
