package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.app.JumpMq;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a page of another origin can make a browser send changes nothing; what tools send is let in. */
class OriginsTest {
    private static final String GUEST = RawClient.login("guest", "guest");
    private static final String HOST = "mq.example:15672";
    private static final String BROWSER = "User-Agent: Mozilla/5.0 (X11) Gecko/2010 Firefox/60\r\n";

    private static JumpMq broker;

    @BeforeAll
    static void start() {
        broker = JumpMq.builder().host("127.0.0.1").port(0).management(0).start();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static int status(String line, String headers) throws IOException {
        try (RawClient client = new RawClient(broker.managementPort())) {
            return client.send(line + " HTTP/1.1\r\nHost: " + HOST + "\r\n" + GUEST + headers + "\r\n")
                    .status();
        }
    }

    private static int write(String headers) throws IOException {
        return status("PUT /api/queues/%2f/q", headers.isEmpty() ? "" : headers + "\r\n");
    }

    @Test
    void pagesOfOtherOriginsChangeNothing() throws IOException {
        for (String headers : List.of(
                "Origin: http://evil.example",
                "Origin: null",
                "Origin: http://mq.example",
                "Origin: http://mq.example:15672.evil.example",
                "Referer: http://evil.example/",
                "Referer: http://evil.example/http://mq.example:15672/",
                "Referer: about:blank",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site",
                "Sec-Fetch-Site: cross-site\r\nOrigin: http://mq.example:15672",
                "Origin: http://mq.example:15672\r\nReferer: http://evil.example/",
                "Content-Type: text/plain",
                "Content-Type: Text/Plain; charset=utf-8",
                "Content-Type: multipart/form-data; boundary=x",
                BROWSER + "Content-Type: application/x-www-form-urlencoded")) {
            assertThat(write(headers)).as(headers).isEqualTo(403);
            assertThat(status("POST /api/definitions", headers + "\r\n")).isEqualTo(403);
            assertThat(status("DELETE /api/queues/%2f/q", headers + "\r\n")).isEqualTo(403);
            assertThat(status("GET /api/overview", headers + "\r\n")).isEqualTo(200);
        }
    }

    @Test
    void ownPagesAndToolsMayWrite() throws IOException {
        for (String headers : List.of(
                "",
                "Content-Type: application/json",
                "User-Agent: curl/8.5.0\r\nContent-Type: application/x-www-form-urlencoded",
                "User-Agent: Go-http-client/1.1\r\nContent-Type: application/json",
                BROWSER + "Content-Type: application/json",
                BROWSER + "Sec-Fetch-Site: same-origin\r\nOrigin: http://mq.example:15672\r\n"
                        + "Referer: http://mq.example:15672/#/queues",
                "Origin: https://MQ.example:15672",
                "Referer: http://mq.example:15672/",
                "Sec-Fetch-Site: none\r\nContent-Type: text/plain",
                "Origin: http://mq.example:15672\r\nContent-Type: text/plain")) {
            assertThat(write(headers)).as(headers).isBetween(201, 204);
        }
    }
}
