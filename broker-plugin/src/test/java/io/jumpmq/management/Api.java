package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The management API that is tested: of an embedded broker, or of the one that {@code -Dmanagement.uri} and {@code
 * -Dbroker.uri} name, which may be a real RabbitMQ.
 */
final class Api {
    private static final @Nullable String URI_GIVEN = System.getProperty("management.uri");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** HTTP/1.1, as nearly everybody's: RabbitMQ answers an offer of HTTP/2 with resets. */
    private static final HttpClient CLIENT = client();

    /** RabbitMQ drops a connection that asks for HTTP/2 together with a body. */
    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    /** Stopped with the process: starting one for each test would test starting. */
    private static final class Embedded {
        static final JumpMq BROKER = JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .management(0)
                .prometheus(0)
                .start();
    }

    private final URI base;
    private final String user;
    private final String password;

    Api(URI base, String user, String password) {
        this.base = base;
        this.user = user;
        this.password = password;
    }

    /** As guest. */
    static Api asGuest() {
        return new Api(
                URI.create(URI_GIVEN == null ? "http://127.0.0.1:" + Embedded.BROKER.managementPort() : URI_GIVEN),
                "guest",
                "guest");
    }

    static Api of(JumpMq broker) {
        return new Api(URI.create("http://127.0.0.1:" + broker.managementPort()), "guest", "guest");
    }

    static boolean isRabbitMq() {
        return URI_GIVEN != null;
    }

    static JumpMq embedded() {
        return Embedded.BROKER;
    }

    Api as(String otherUser, String otherPassword) {
        return new Api(base, otherUser, otherPassword);
    }

    URI base() {
        return base;
    }

    static Connection connect(String name) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(System.getProperty("broker.uri", isRabbitMq() ? "" : Embedded.BROKER.uri()));
        factory.setVirtualHost("/");
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection(name);
    }

    static String unique(String what) {
        return what + "-" + UUID.randomUUID();
    }

    /** For a path's segment. */
    static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    /** What came back. */
    record Answer(int status, String text, HttpResponse<byte[]> response) {
        JsonNode json() {
            try {
                return text.isEmpty() ? MissingNode.getInstance() : MAPPER.readTree(text);
            } catch (IOException e) {
                throw new AssertionError("no JSON: " + text, e);
            }
        }

        Answer expect(int wanted) {
            assertThat(status).as("%s: %s", response.request(), text).isEqualTo(wanted);
            return this;
        }

        @Nullable String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }
    }

    Answer get(String path) {
        return ask("GET", path, null);
    }

    Answer put(String path, String body) {
        return ask("PUT", path, body);
    }

    Answer post(String path, String body) {
        return ask("POST", path, body);
    }

    Answer delete(String path) {
        return ask("DELETE", path, null);
    }

    Answer ask(String method, String path, @Nullable String body, String... headers) {
        return send(method, path, body == null ? new byte[0] : body.getBytes(UTF_8), headers);
    }

    Answer send(String method, String path, byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve("/api/" + path))
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8)))
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (body.length > 0) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return send(request.build());
        } catch (IOException e) {
            throw new AssertionError(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static Answer send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response;
        try {
            response = CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            if (!isRabbitMq()) {
                throw e;
            }
            // It closes connections that it has just offered to keep: once more, on one that is certainly new.
            response = client().send(request, HttpResponse.BodyHandlers.ofByteArray());
        }
        return new Answer(response.statusCode(), new String(response.body(), UTF_8), response);
    }

    /** What is at a path of the server, for somebody who has not logged in. */
    Answer page(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(base.resolve(path)).build());
    }

    static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
