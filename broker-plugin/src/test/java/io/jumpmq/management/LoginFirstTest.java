package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.app.JumpMq;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The head of a request decides who asks and who may; until then nothing is said, and no byte of a body is waited for. */
class LoginFirstTest {
    private static final String GUEST = RawClient.login("guest", "guest");
    private static final String PLAIN = RawClient.login("plain", "secret");

    private static JumpMq broker;

    @BeforeAll
    static void start() {
        broker = JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .management(0)
                .prometheus(0)
                .start();
        Api.of(broker)
                .put("users/plain", "{\"password\":\"secret\",\"tags\":\"management\"}")
                .expect(201);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static int status(String request) throws IOException {
        try (RawClient client = new RawClient(broker.managementPort())) {
            return client.send(request).status();
        }
    }

    private static String head(String line, String headers) {
        return line + " HTTP/1.1\r\nHost: h\r\n" + headers;
    }

    @Test
    void whoIsNobodyLearnsNothing() throws IOException {
        for (String line : List.of(
                "GET /api/overview",
                "GET /api/health/checks/alarms",
                "GET /api/nonsense",
                "GET /api/queues/%00/q",
                "GET /api/queues/%ff/q",
                "GET /api/queues?page=x",
                "PATCH /api/queues",
                "OPTIONS /api/queues",
                "TRACE /api/queues",
                "DELETE /api/overview",
                "POST /api/definitions")) {
            for (String login : List.of(
                    "",
                    RawClient.login("guest", "wrong"),
                    "Authorization: Basic !!!\r\n",
                    "Authorization: Bearer x\r\n",
                    "Origin: http://evil.example\r\n")) {
                assertThat(status(head(line, login) + "\r\n"))
                        .as("%s %s", line, login)
                        .isEqualTo(401);
            }
        }
    }

    @Test
    void whatIsNoHttpIsRefusedWhoeverSendsIt() throws IOException {
        for (String login : List.of("", GUEST)) {
            assertThat(status(head("GET /api/queues/%zz", login) + "\r\n")).isEqualTo(400);
        }
    }

    @Test
    void aBodyIsNotWaitedForWithoutALogin() throws IOException {
        for (String headers : List.of(
                "Content-Length: 1000\r\n",
                "Content-Length: 99999999999\r\n",
                "Transfer-Encoding: chunked\r\n",
                "Content-Length: 1000\r\nExpect: 100-continue\r\n")) {
            assertThat(status(head("PUT /api/queues/%2f/q", headers) + "\r\n"))
                    .as(headers)
                    .isEqualTo(401);
            assertThat(status(head("PUT /api/users/u", PLAIN + headers) + "\r\n"))
                    .as("not an administrator, %s", headers)
                    .isEqualTo(401);
        }
    }

    @Test
    void aBodyIsNotWaitedForWhereItIsOfNoUse() throws IOException {
        String body = "Content-Length: 1000\r\n\r\n";
        assertThat(status(head("PUT /api/queues/none/q", GUEST + body))).isEqualTo(404);
        assertThat(status(head("PUT /api/nonsense", GUEST + body))).isEqualTo(404);
        assertThat(status(head("PUT /api/overview", GUEST + body))).isEqualTo(405);
        assertThat(status(head("GET /index.html", body))).isEqualTo(400);
        try (RawClient client = new RawClient(broker.prometheusPort())) {
            assertThat(client.send(head("POST /metrics", body)).status()).isEqualTo(400);
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedBeforeOrWhenItIs() throws IOException {
        assertThat(status(head("PUT /api/queues/%2f/q", GUEST + "Content-Length: 1048577\r\n\r\n")))
                .isEqualTo(413);
        assertThat(status(head("POST /api/definitions", GUEST + "Content-Length: 99999999999\r\n\r\n")))
                .isEqualTo(413);
        try (RawClient client = new RawClient(broker.managementPort())) {
            client.send(head("PUT /api/queues/%2f/q", GUEST + "Transfer-Encoding: chunked\r\n\r\n"));
            String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
            for (int i = 0; i <= 16; i++) {
                client.send(chunk);
            }
            assertThat(client.status()).isEqualTo(413);
        }
    }

    @Test
    void clientsThatAskFirstAreTold() throws IOException {
        String announced = "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
        try (RawClient client = new RawClient(broker.managementPort())) {
            client.send(head("PUT /api/queues/%2f/asked", GUEST + announced));
            assertThat(client.head()).startsWith("HTTP/1.1 100");
            client.send("{}");
            assertThat(client.status()).isEqualTo(201);
        }
        try (RawClient client = new RawClient(broker.managementPort())) {
            assertThat(client.send(head("PUT /api/queues/%2f/asked", announced)).head())
                    .startsWith("HTTP/1.1 401")
                    .containsIgnoringCase("connection: close");
        }
    }

    @Test
    void aRefusedRequestDoesNotBecomeTheNext() throws IOException {
        String smuggled = head("DELETE /api/queues/%2f/kept", GUEST) + "\r\n";
        Api.of(broker).put("queues/%2f/kept", "{}").expect(201);
        try (RawClient client = new RawClient(broker.managementPort())) {
            client.send(head("PUT /api/queues/%2f/q", "Content-Length: " + smuggled.length() + "\r\n\r\n") + smuggled
                    + head("GET /api/whoami", GUEST) + "\r\n");
            assertThat(client.status()).isEqualTo(401);
            assertThat(client.status()).isEqualTo(200);
        }
        for (String twice : List.of(
                "Content-Length: 2\r\nContent-Length: 3\r\n",
                "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")) {
            assertThat(status(head("PUT /api/queues/%2f/q", GUEST + twice + "\r\n{}" + smuggled)))
                    .as(twice)
                    .isEqualTo(400);
        }
        Api.of(broker).get("queues/%2f/kept").expect(200);
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws IOException {
        try (RawClient client = new RawClient(broker.managementPort())) {
            String body = "{\"durable\":false}";
            client.send(head("GET /api/nonsense", GUEST) + "\r\n"
                    + head("PUT /api/queues/%2f/piped", GUEST + "Content-Length: " + body.length() + "\r\n\r\n") + body
                    + head("GET /api/whoami", GUEST) + "\r\n"
                    + head("DELETE /api/queues/%2f/piped", GUEST) + "\r\n");
            for (int status : new int[] {404, 201, 200, 204}) {
                assertThat(client.status()).isEqualTo(status);
            }
        }
    }

    @Test
    void aHeadHasALimit() throws IOException {
        assertThat(status(head("GET /api/" + "x".repeat(20_000), GUEST) + "\r\n"))
                .isIn(400, -1);
        assertThat(status(head("GET /api/overview", GUEST + "X: " + "y".repeat(20_000) + "\r\n") + "\r\n"))
                .isIn(400, -1);
        assertThat(status(head("GET /api/overview", GUEST + "X: y\r\n".repeat(300)) + "\r\n"))
                .isIn(400, -1);
    }
}
