package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jumpmq.transport.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP API and Prometheus' page through TLS, and what is told about their certificates. */
class HttpsTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    private static Path directory;

    private static TestCertificate lasting;
    private static TestCertificate expiring;

    @BeforeAll
    static void makeCertificates() throws Exception {
        lasting = TestCertificate.of(directory, "lasting", 900);
        expiring = TestCertificate.of(directory, "expiring", 10);
    }

    /** Without AMQP. */
    private static JumpMq.Builder builder() {
        return JumpMq.builder().port(-1);
    }

    private static HttpResponse<String> get(HttpClient client, String uri) throws Exception {
        String guest = Base64.getEncoder().encodeToString("guest:guest".getBytes(UTF_8));
        return client.send(
                HttpRequest.newBuilder(URI.create(uri))
                        .header("Authorization", "Basic " + guest)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpClient client, int status, String uri) throws Exception {
        HttpResponse<String> response = get(client, uri);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return new ObjectMapper().readTree(response.body());
    }

    private static HttpClient trusting(TestCertificate server) throws Exception {
        return HttpClient.newBuilder().sslContext(server.trust()).build();
    }

    private static String api(JumpMq broker) {
        return "https://localhost:" + broker.managementPort() + "/api/";
    }

    @Test
    void theApiAndPrometheusAnswerThroughTls() throws Exception {
        try (JumpMq broker = builder()
                .management(ANY_PORT, lasting.tls())
                .prometheus(ANY_PORT, lasting.tls())
                .start()) {
            HttpClient client = trusting(lasting);
            JsonNode overview = json(client, 200, api(broker) + "overview");
            assertThat(overview.path("listeners").findValuesAsText("protocol"))
                    .containsExactly("https", "https/prometheus");
            JsonNode context = overview.path("contexts").path(0);
            assertThat(context.path("description").asText()).isEqualTo("JumpMQ Management");
            assertThat(context.path("ssl").asText()).isEqualTo("true");
            assertThat(context.path("ssl_opts").path("certfile").asText())
                    .isEqualTo(lasting.certificate().toString());
            assertThat(overview.path("contexts").path(1).path("description").asText())
                    .isEqualTo("JumpMQ Prometheus");
            HttpResponse<String> metrics = get(client, "https://localhost:" + broker.prometheusPort() + "/metrics");
            assertThat(metrics.statusCode()).isEqualTo(200);
            assertThat(metrics.body()).contains("rabbitmq_connections");
            assertThat(metrics.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
        }
    }

    @Test
    void aLargeBodyGoesThroughBothWays() throws Exception {
        try (JumpMq broker = builder().management(ANY_PORT, lasting.tls()).start()) {
            HttpClient client = trusting(lasting);
            String description = "x".repeat(300_000);
            String guest = Base64.getEncoder().encodeToString("guest:guest".getBytes(UTF_8));
            HttpResponse<String> put = client.send(
                    HttpRequest.newBuilder(URI.create(api(broker) + "vhosts/large"))
                            .header("Authorization", "Basic " + guest)
                            .PUT(HttpRequest.BodyPublishers.ofString("{\"description\":\"" + description + "\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(put.statusCode()).as(put.body()).isEqualTo(201);
            assertThat(json(client, 200, api(broker) + "vhosts/large")
                            .path("description")
                            .asText())
                    .isEqualTo(description);
        }
    }

    @Test
    void aPlainAndATlsListenerAnswerAtTheSameTime() throws Exception {
        try (JumpMq broker =
                builder().management(0).management(ANY_PORT, lasting.tls()).start()) {
            HttpClient client = trusting(lasting);
            JsonNode listeners = json(client, 200, "http://localhost:" + broker.managementPort() + "/api/overview")
                    .path("listeners");
            assertThat(listeners.findValuesAsText("protocol")).containsExactly("http", "https");
            int port = listeners.path(1).path("port").asInt();
            assertThat(json(client, 200, "https://localhost:" + port + "/api/health/checks/protocol-listener/https")
                            .path("protocol")
                            .asText())
                    .isEqualTo("https");
        }
    }

    @Test
    void plainHttpAtATlsPortEndsWithoutAnAnswerAndWithoutHarm() throws Exception {
        try (JumpMq broker = builder().management(ANY_PORT, lasting.tls()).start()) {
            for (int i = 0; i < 20; i++) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.managementPort())) {
                    socket.setSoTimeout(10_000);
                    socket.getOutputStream()
                            .write("GET /api/overview HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
                    assertThat(answer(socket)).doesNotContain("HTTP/");
                }
            }
            assertThat(json(trusting(lasting), 200, api(broker) + "whoami")
                            .path("name")
                            .asText())
                    .isEqualTo("guest");
        }
    }

    /** Until the end, which may be a reset. */
    private static String answer(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (SocketException e) {
            return "";
        }
    }

    @Test
    void aClientWithoutTrustTurnsAway() throws Exception {
        try (JumpMq broker = builder().management(ANY_PORT, lasting.tls()).start()) {
            assertThatThrownBy(() -> get(trusting(expiring), api(broker) + "whoami"))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void aClientWithoutACertificateIsTurnedAwayWhenOneIsRequired() throws Exception {
        Tls tls = Tls.load(lasting.certificate(), lasting.key(), lasting.certificate(), true, true);
        try (JumpMq broker = builder().management(ANY_PORT, tls).start()) {
            SSLParameters parameters = new SSLParameters();
            parameters.setProtocols(
                    new String[] {"TLSv1.2"}); // With 1.3 clients learn it too late for a clear message.
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(lasting.trust())
                    .sslParameters(parameters)
                    .build();
            assertThatThrownBy(() -> get(client, api(broker) + "whoami")).isInstanceOf(IOException.class);
        }
        Tls optional = Tls.load(lasting.certificate(), lasting.key(), lasting.certificate(), true, false);
        try (JumpMq broker = builder().management(ANY_PORT, optional).start()) {
            json(trusting(lasting), 200, api(broker) + "whoami");
        }
    }

    @Test
    void theListenersWhoseCertificatesExpireSoonAreTold() throws Exception {
        Tls both = Tls.load(lasting.certificate(), lasting.key(), expiring.certificate(), false, false);
        try (JumpMq broker = builder()
                .listen(ANY_PORT, both)
                .management(ANY_PORT, lasting.tls())
                .prometheus(ANY_PORT, expiring.tls())
                .start()) {
            HttpClient client = trusting(lasting);
            String check = api(broker) + "health/checks/certificate-expiration/";
            for (String within : List.of("1/weeks", "9/days", "0/months", "-1/years", "1/WEEKS")) {
                assertThat(json(client, 200, check + within).path("status").asText())
                        .isEqualTo("ok");
            }
            for (String within : List.of("2/weeks", "10/days", "1/months", "1/years")) {
                JsonNode failed = json(client, 503, check + within);
                assertThat(failed.path("status").asText()).isEqualTo("failed");
                assertThat(failed.path("reason").asText()).isEqualTo("Certificates expiring");
                assertThat(failed.path("expired").findValuesAsText("protocol"))
                        .containsExactly("amqp/ssl", "https/prometheus");
                JsonNode amqp = failed.path("expired").path(0);
                assertThat(amqp.path("certfile_expires_on")).isEmpty();
                assertThat(amqp.path("cacertfile").asText())
                        .isEqualTo(expiring.certificate().toString());
                assertThat(amqp.path("cacertfile_expires_on")).hasSize(1);
                JsonNode prometheus = failed.path("expired").path(1);
                List<String> fields = new ArrayList<>();
                prometheus.fieldNames().forEachRemaining(fields::add);
                assertThat(fields)
                        .containsExactlyInAnyOrder(
                                "node",
                                "protocol",
                                "interface",
                                "port",
                                "certfile",
                                "cacertfile",
                                "certfile_expires_on",
                                "cacertfile_expires_on");
                assertThat(prometheus.path("node").asText()).startsWith("jumpmq@");
                assertThat(prometheus.path("interface").asText()).isNotEmpty();
                assertThat(prometheus.path("port").asInt()).isEqualTo(broker.prometheusPort());
                assertThat(prometheus.path("certfile").asText())
                        .isEqualTo(expiring.certificate().toString());
                assertThat(prometheus.path("certfile_expires_on").path(0).asText())
                        .matches("20\\d\\d-\\d\\d-\\d\\d \\d{1,2}:\\d\\d:\\d\\d");
            }
            assertThat(json(client, 503, check + "3/years").path("expired")).hasSize(3);
            assertThat(json(client, 503, check + "9".repeat(30) + "/years").path("expired"))
                    .hasSize(3);
        }
    }

    @Test
    void aPeriodThatIsNoneIsRefused() throws Exception {
        try (JumpMq broker = builder().management(ANY_PORT, lasting.tls()).start()) {
            HttpClient client = trusting(lasting);
            String check = api(broker) + "health/checks/certificate-expiration/";
            for (String within : List.of("x/weeks", "1.5/days", "%20/days", "1e3/years")) {
                assertThat(json(client, 400, check + within).path("reason").asText())
                        .isEqualTo("Invalid expiration value.");
            }
            for (String within : List.of("1/week", "1/fortnights", "1/%20")) {
                JsonNode refused = json(client, 400, check + within);
                assertThat(refused.path("error").asText()).isEqualTo("bad_request");
                assertThat(refused.path("reason").asText()).startsWith("Time unit not recognised.");
            }
        }
    }

    @Test
    void aCertificateOfTomorrowIsToldWhateverThePeriod() throws Exception {
        TestCertificate tomorrow = TestCertificate.of(directory, "tomorrow", 900, "-startdate", "+1d");
        try (JumpMq broker =
                builder().management(0).prometheus(ANY_PORT, tomorrow.tls()).start()) {
            JsonNode failed = json(
                    HttpClient.newHttpClient(),
                    503,
                    "http://localhost:" + broker.managementPort() + "/api/health/checks/certificate-expiration/1/days");
            assertThat(failed.path("expired")
                            .path(0)
                            .path("certfile_expires_on")
                            .path(0)
                            .asText())
                    .startsWith("not valid before 20");
        }
    }
}
