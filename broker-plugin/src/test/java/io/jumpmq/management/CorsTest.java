package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.app.JumpMq;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Pages of other origins may do what they were allowed to, and no more. */
class CorsTest {
    private static final String DASHBOARD = "https://dashboard.example";
    private static final String GUEST = RawClient.login("guest", "guest");

    private record Answer(String head) {
        int status() {
            return Integer.parseInt(head.substring(9, 12));
        }

        @Nullable String header(String name) {
            return head.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ": ", 0, name.length() + 2))
                    .map(line -> line.substring(name.length() + 2))
                    .findFirst()
                    .orElse(null);
        }
    }

    private static JumpMq broker(String origin) {
        return JumpMq.builder()
                .port(-1)
                .management(0)
                .cors(new Cors(Set.of(origin), 77))
                .start();
    }

    private static Answer ask(JumpMq broker, String line, String headers) throws Exception {
        try (RawClient client = new RawClient(broker.managementPort())) {
            return new Answer(client.send(line + " HTTP/1.1\r\nHost: mq.example:15672\r\n" + headers + "\r\n")
                    .head());
        }
    }

    private static String from(String origin) {
        return "Origin: " + origin + "\r\nSec-Fetch-Site: cross-site\r\n";
    }

    @Test
    void aNamedOriginMayReadAndChange() throws Exception {
        try (JumpMq broker = broker(DASHBOARD)) {
            Answer read = ask(broker, "GET /api/whoami", GUEST + from(DASHBOARD));
            assertThat(read.status()).isEqualTo(200);
            assertThat(read.header("access-control-allow-origin")).isEqualTo(DASHBOARD);
            assertThat(read.header("access-control-allow-credentials")).isEqualTo("true");
            assertThat(read.header("vary")).contains("origin");
            assertThat(ask(broker, "PUT /api/queues/%2f/q", GUEST + from(DASHBOARD))
                            .status())
                    .isEqualTo(201);
            assertThat(ask(
                                    broker,
                                    "PUT /api/queues/%2f/q",
                                    GUEST + from(DASHBOARD) + "Referer: " + DASHBOARD + "/x\r\n")
                            .status())
                    .isEqualTo(204);
            Answer refused = ask(broker, "GET /api/whoami", from(DASHBOARD));
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.header("access-control-allow-origin")).isEqualTo(DASHBOARD);
        }
    }

    @Test
    void aBrowserAsksFirst() throws Exception {
        try (JumpMq broker = broker(DASHBOARD)) {
            Answer told = ask(
                    broker,
                    "OPTIONS /api/queues/%2f/q",
                    from(DASHBOARD)
                            + "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: authorization\r\n");
            assertThat(told.status()).isEqualTo(200);
            assertThat(told.header("access-control-allow-methods")).contains("PUT", "DELETE");
            assertThat(told.header("access-control-allow-headers")).isEqualTo("authorization");
            assertThat(told.header("access-control-max-age")).isEqualTo("77");
            assertThat(ask(broker, "OPTIONS /api/queues/%2f/q", from(DASHBOARD)).status())
                    .as("nothing was asked")
                    .isEqualTo(401);
        }
    }

    @Test
    void otherOriginsMayNothing() throws Exception {
        try (JumpMq broker = broker(DASHBOARD)) {
            for (String origin : new String[] {
                "https://evil.example", "null", "*", "http://dashboard.example", DASHBOARD + ".evil.example"
            }) {
                assertThat(ask(broker, "PUT /api/queues/%2f/q", GUEST + from(origin))
                                .status())
                        .as(origin)
                        .isEqualTo(403);
                assertThat(ask(broker, "GET /api/whoami", GUEST + from(origin)).header("access-control-allow-origin"))
                        .as(origin)
                        .isNull();
                assertThat(ask(
                                        broker,
                                        "OPTIONS /api/queues/%2f/q",
                                        from(origin) + "Access-Control-Request-Method: PUT\r\n")
                                .status())
                        .as(origin)
                        .isEqualTo(401);
            }
            assertThat(ask(
                                    broker,
                                    "PUT /api/queues/%2f/q",
                                    GUEST + from(DASHBOARD) + "Referer: https://evil.example/\r\n")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void anyOriginMayReadWithoutTheBrowsersPassword() throws Exception {
        try (JumpMq broker = broker("*")) {
            for (String origin : new String[] {"https://evil.example", "null", "*"}) {
                Answer read = ask(broker, "GET /api/whoami", GUEST + from(origin));
                assertThat(read.header("access-control-allow-origin")).isEqualTo("*");
                assertThat(read.header("access-control-allow-credentials")).isNull();
                assertThat(ask(broker, "PUT /api/queues/%2f/q", GUEST + from(origin))
                                .status())
                        .isEqualTo(403);
                assertThat(ask(
                                        broker,
                                        "OPTIONS /api/queues/%2f/q",
                                        from(origin) + "Access-Control-Request-Method: PUT\r\n")
                                .header("access-control-allow-methods"))
                        .doesNotContain("PUT");
            }
        }
    }
}
