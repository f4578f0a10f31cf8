package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.app.JumpMq;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Whatever is sent, the answer is a 4xx with a reason, or the thing was fine; never a 5xx, never a hang, never a change. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiFuzzTest {
    private static final long SEED = 20_261_121;

    private static final List<String> PATHS = List.of(
            "queues/%2f/q",
            "queues/%2f/q/get",
            "queues/%2f/q/contents",
            "queues/%2f/q/actions",
            "exchanges/%2f/x",
            "exchanges/%2f/ring",
            "exchanges/%2f/ring/publish",
            "bindings/%2f/e/ring/q/q",
            "bindings/%2f/e/ring/q/q/1",
            "bindings/%2f/e/ring/e/x/~",
            "vhosts/v",
            "users/u",
            "users/bulk-delete",
            "permissions/%2f/guest",
            "policies/%2f/p",
            "operator-policies/%2f/p",
            "vhost-limits/%2f/max-queues",
            "parameters/c/%2f/n",
            "definitions",
            "definitions/%2f",
            "rings/%2f/ring",
            "rings/%2f/ring/weights",
            "rings/%2f/ring/preview",
            "rings/%2f/ring/locate",
            "connections/c",
            "nodes/n",
            "overview",
            "queues",
            "health/checks/port-listener/x");

    private static final List<String> PIECES = List.of(
            "%2f",
            "%2F",
            "..",
            "%2e%2e",
            "%00",
            "%ff",
            "%c3%28",
            "a%20b",
            "q",
            "ring",
            "~",
            "*",
            "x".repeat(3000),
            "%",
            "é",
            "%25",
            "");

    private static final List<String> FIELDS = List.of(
            "durable",
            "auto_delete",
            "arguments",
            "type",
            "routing_key",
            "payload",
            "payload_encoding",
            "properties",
            "count",
            "ackmode",
            "encoding",
            "truncate",
            "password",
            "password_hash",
            "hashing_algorithm",
            "tags",
            "pattern",
            "definition",
            "priority",
            "apply-to",
            "value",
            "weights",
            "if_epoch",
            "queues",
            "exchanges",
            "bindings",
            "users",
            "vhosts",
            "permissions",
            "policies",
            "parameters",
            "rings",
            "configure",
            "write",
            "read",
            "version",
            "algorithm",
            "epoch",
            "digest",
            "buckets",
            "action",
            "nonsense");

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "1e400",
            "99999999999999999999999",
            "0.5",
            "\"\"",
            "\"x\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "[]",
            "{}",
            "[[]]",
            "[null]",
            "[{}]",
            "{\"x\":null}",
            "[[\"q\",-1]]",
            "{\"q\":1e9}",
            "{\"x-max-length\":-1}",
            "{\"x-max-length\":\"x\"}",
            "\"[\"",
            "\"" + "y".repeat(70_000) + "\"");

    private JumpMq broker;
    private Api api;

    @BeforeAll
    void start() {
        broker = JumpMq.builder().host("127.0.0.1").port(0).management(0).start();
        api = Api.of(broker);
        api.put("queues/%2f/q", "{\"durable\":true}").expect(201);
        api.put("exchanges/%2f/ring", "{\"type\":\"x-consistent-hash\",\"durable\":true}")
                .expect(201);
        api.post("bindings/%2f/e/ring/q/q", "{\"routing_key\":\"1\"}").expect(201);
        // So that what is refused has something to lift by mistake.
        api.put("vhost-limits/%2f/max-queues", "{\"value\":1000}").expect(204);
        api.put("policies/%2f/p", "{\"pattern\":\"^q\",\"definition\":{\"max-length\":1000}}")
                .expect(201);
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    @Test
    void garbageGetsAReason() {
        fuzz(2_000);
    }

    @Test
    @Tag("long")
    void muchGarbageGetsAReason() {
        fuzz(50_000);
    }

    private void fuzz(int requests) {
        Random random = new Random(SEED);
        String before = api.get("definitions").expect(200).text();
        for (int i = 0; i < requests; i++) {
            String method = pick(random, List.of("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD"));
            if (method.equals("DELETE") && random.nextInt(4) > 0) {
                method = "PUT"; // Deleting what is there succeeds; it is done seldom, lest nothing be left to break.
            }
            String path = path(random);
            byte[] body = method.equals("GET") || method.equals("HEAD") ? new byte[0] : body(random);
            String what = "seed " + SEED + ", request " + i + ": " + method + " " + path + " "
                    + new String(body, 0, Math.min(body.length, 300), UTF_8);
            Api.Answer answer;
            try {
                answer = api.send(method, path, body);
            } catch (IllegalArgumentException e) {
                continue; // This client does not even send such a URL; others are sent below.
            }
            assertThat(answer.status()).as(what).isBetween(200, 499);
            if (answer.status() >= 400 && !answer.text().isEmpty()) {
                assertThat(answer.json().path("reason").asText()).as(what).isNotEmpty();
            }
            String after = api.get("definitions").expect(200).text();
            if (answer.status() >= 400) {
                assertThat(after).as("refused, and yet: %s", what).isEqualTo(before);
            }
            before = after;
        }
        api.get("overview").expect(200);
    }

    private static <T> T pick(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private static String path(Random random) {
        String path = pick(random, PATHS);
        if (random.nextInt(3) == 0) {
            String[] segments = path.split("/", -1);
            segments[random.nextInt(segments.length)] = pick(random, PIECES);
            path = String.join("/", segments);
        }
        if (random.nextInt(4) == 0) {
            path += "?"
                    + pick(
                            random,
                            List.of(
                                    "page",
                                    "page_size",
                                    "name",
                                    "sort",
                                    "columns",
                                    "use_regex",
                                    "if_epoch",
                                    "hex",
                                    "key"))
                    + "=" + pick(random, List.of("-1", "x", "%00", "%5B", "1", "a.b.c", ",,", "99999999999", ""))
                    + "&use_regex=true&page=1";
        }
        return path;
    }

    private static byte[] body(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> noise(random);
            case 1 -> "{\"durable\":".getBytes(UTF_8);
            case 2 -> "[".repeat(100_000).getBytes(UTF_8);
            case 3 -> "{\"name\":\"\u00ff\"}".getBytes(ISO_8859_1);
            default -> fields(random).getBytes(UTF_8);
        };
    }

    private static byte[] noise(Random random) {
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        return noise;
    }

    private static String fields(Random random) {
        StringBuilder text = new StringBuilder("{");
        for (int i = random.nextInt(6); i >= 0; i--) {
            text.append('"')
                    .append(pick(random, FIELDS))
                    .append("\":")
                    .append(pick(random, VALUES))
                    .append(i > 0 ? "," : "");
        }
        return text.append('}').toString();
    }

    /** What an HTTP client would not send. */
    @Test
    void brokenRequestsAreAnsweredOrCutOff() throws IOException {
        String login =
                "Authorization: Basic " + Base64.getEncoder().encodeToString("guest:guest".getBytes(UTF_8)) + "\r\n";
        for (String request : List.of(
                "GET /api/queues/%zz HTTP/1.1\r\nHost: h\r\n" + login + "\r\n",
                "GET /api/queues/% HTTP/1.1\r\nHost: h\r\n" + login + "\r\n",
                "GET /api/../../etc/passwd HTTP/1.1\r\nHost: h\r\n" + login + "\r\n",
                "GET /..%2f..%2fetc/passwd HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /%2e%2e/%2e%2e/io/jumpmq/app/JumpMq.class HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /../JumpMq.class HTTP/1.1\r\nHost: h\r\n\r\n",
                "BREW /api/overview HTTP/1.1\r\nHost: h\r\n" + login + "\r\n",
                "GET /api/overview HTTP/1.1\r\nHost: h\r\nAuthorization: Basic !!!\r\n\r\n",
                "GET /api/overview HTTP/1.1\r\nHost: h\r\nAuthorization: Digest x\r\n\r\n",
                "POST /api/definitions HTTP/1.1\r\nHost: h\r\n" + login + "Content-Length: 99999999999\r\n\r\n",
                "POST /api/definitions HTTP/1.1\r\nHost: h\r\n" + login + "Content-Length: -5\r\n\r\n",
                "GET /api/overview HTTP/1.1\r\nHost: h\r\n" + login + "X: " + "y".repeat(100_000) + "\r\n\r\n",
                "GARBAGE\r\n\r\n",
                "\u0016\u0003\u0001 a TLS hello\r\n\r\n")) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.managementPort())) {
                socket.setSoTimeout(15_000);
                OutputStream out = socket.getOutputStream();
                out.write(request.replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n")
                        .getBytes(ISO_8859_1));
                out.flush();
                InputStream in = socket.getInputStream();
                byte[] head = in.readNBytes(12);
                String status = new String(head, ISO_8859_1);
                assertThat(status.isEmpty() || status.startsWith("HTTP/1.1 4"))
                        .as("%s: %s", request.substring(0, Math.min(80, request.length())), status)
                        .isTrue();
            }
        }
        api.get("overview").expect(200);
    }

    @Test
    void aPageOfAnotherOriginChangesNothing() {
        JsonNode before = api.get("definitions").json();
        api.ask("PUT", "queues/%2f/evil", "{}", "Origin", "http://evil.example").expect(403);
        api.ask("POST", "definitions", "{}", "Origin", "null").expect(403);
        assertThat(api.get("definitions").json()).isEqualTo(before);
        api.ask("GET", "overview", null, "Origin", "http://evil.example").expect(200);
        String own = "http://127.0.0.1:" + broker.managementPort();
        api.ask("PUT", "vhost-limits/%2f/max-queues", "{\"value\":-1}", "Origin", own)
                .expect(204);
    }

    @Test
    void aBrowserIsNotAskedWhenAPageDoesTheAsking() {
        assertThat(api.as("guest", "wrong").get("overview").header("www-authenticate"))
                .isNotNull();
        assertThat(api.as("guest", "wrong")
                        .ask("GET", "overview", null, "X-Requested-With", "XMLHttpRequest")
                        .expect(401)
                        .header("www-authenticate"))
                .isNull();
    }
}
