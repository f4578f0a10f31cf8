package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker with a small heap while many clients of HTTP keep it busy in every way that costs them little. Others are served all the
 * time: no failure, and hardly ever a wait. Whoever is too slow is cut off.
 */
class HttpOverloadTest {
    private static final int OF_EACH_KIND = 30;
    private static final int FLOOD = 1_500;
    private static final int QUEUES = 1_000;
    private static final int WARM = 50;
    private static final long PATIENCE_SECONDS = 60;
    private static final String GUEST =
            "Authorization: Basic " + Base64.getEncoder().encodeToString("guest:guest".getBytes(UTF_8)) + "\r\n";

    @TempDir
    private Path folder = Path.of("");

    /** One socket that sends something, then a little at a time, and reads as little. */
    private static final class Trickler implements AutoCloseable {
        private final Socket socket = new Socket();
        private final byte drop;
        private boolean ended;

        Trickler(int port, String beginning, char drop) throws IOException {
            this.drop = (byte) drop;
            socket.setReceiveBufferSize(4 << 10);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(1);
            socket.getOutputStream().write(beginning.getBytes(ISO_8859_1));
        }

        /** Sends a byte and reads one; notes when there is nobody any more. */
        void trickle() {
            try {
                if (!ended) {
                    socket.getOutputStream().write(drop);
                    ended = socket.getInputStream().read() < 0;
                }
            } catch (SocketTimeoutException e) {
                // Nothing to read yet.
            } catch (IOException e) {
                ended = true;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Somebody who does one thing again and again, and notes how long it took. */
    private static final class Baseline {
        private interface Step {
            void run() throws Exception;
        }

        private final List<Long> millis = Collections.synchronizedList(new ArrayList<>());
        private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
        private final Thread thread;
        private volatile boolean enough;

        Baseline(String name, Step step) {
            thread = new Thread(
                    () -> {
                        while (!enough) {
                            long start = System.nanoTime();
                            try {
                                step.run();
                                TimeUnit.MILLISECONDS.sleep(5); // Not to be an overload itself.
                            } catch (Exception | AssertionError e) {
                                failures.add(String.valueOf(e));
                            }
                            millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
                        }
                    },
                    name);
            thread.start();
        }

        int times() {
            return millis.size();
        }

        /** Enough of it: says how it went, and fails unless it went well. */
        void stop() throws InterruptedException {
            enough = true;
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            List<Long> sorted = millis.stream().sorted().toList();
            System.out.printf(
                    "%s: %d times, median %d ms, p99 %d ms, longest %d ms, %d failures%n",
                    thread.getName(),
                    sorted.size(),
                    sorted.get(sorted.size() / 2),
                    sorted.get(sorted.size() * 99 / 100),
                    sorted.get(sorted.size() - 1),
                    failures.size());
            assertThat(failures).as(thread.getName()).isEmpty();
            assertThat(sorted.size()).as(thread.getName()).isGreaterThan(100);
            assertThat(sorted.get(sorted.size() * 99 / 100))
                    .as(thread.getName())
                    .isLessThan(1_000);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private Process start(int http, int https, int prometheus) throws Exception {
        TestCertificate certificate = TestCertificate.of(folder, "own", 10);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "io.jumpmq.app.Main",
                        "server",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        "0",
                        "--management-port",
                        "127.0.0.1:" + http,
                        "--prometheus-port",
                        "127.0.0.1:" + prometheus,
                        "--set",
                        "management.ssl.port=127.0.0.1:" + https,
                        "--set",
                        "management.ssl.certfile=" + certificate.certificate(),
                        "--set",
                        "management.ssl.keyfile=" + certificate.key(),
                        "--set",
                        "log.console.level=error",
                        "--data-dir",
                        folder.resolve("data").toString())
                .redirectError(folder.resolve("log").toFile())
                .start();
    }

    private static int amqpPort(Process broker) throws IOException {
        BufferedReader banner = new BufferedReader(new InputStreamReader(broker.getInputStream(), UTF_8));
        for (String line = banner.readLine(); line != null; line = banner.readLine()) {
            Matcher matcher = Pattern.compile("on 127\\.0\\.0\\.1:(\\d+)").matcher(line);
            if (matcher.find()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        throw new IOException("the broker did not start");
    }

    @Test
    void othersAreServedWhileSlowClientsAreCutOff() throws Exception {
        int http = freePort();
        int https = freePort();
        int prometheus = freePort();
        Process broker = start(http, https, prometheus);
        List<Trickler> all = new ArrayList<>();
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(amqpPort(broker));
        try (Connection connection = factory.newConnection()) {
            Channel channel = connection.createChannel();
            for (int i = 0; i < QUEUES; i++) {
                channel.queueDeclareNoWait(
                        "q" + "-".repeat(100) + i, false, false, false, Map.of("x-max-length", 1_000));
            }
            channel.confirmSelect();
            channel.queueDeclare("baseline", true, false, false, Map.of("x-max-length", 100));
            HttpClient client = HttpClient.newHttpClient();
            List<Baseline> baselines = List.of(
                    new Baseline("publish with confirm", () -> {
                        channel.basicPublish("", "baseline", null, new byte[100]);
                        channel.waitForConfirmsOrDie(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
                    }),
                    new Baseline("health check, connection kept", () -> check(client, http)),
                    new Baseline("health check, connected anew", () -> checkAnew(http)));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                    .until(() -> baselines.stream().allMatch(baseline -> baseline.times() > WARM));
            Map<String, List<Trickler>> slow = attack(http, https, prometheus, all);
            slow.put("the flood", flood(http, all));
            slow.forEach((kind, clients) -> Awaitility.await(kind)
                    .pollInterval(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                    .until(() -> {
                        all.forEach(Trickler::trickle);
                        return clients.stream().allMatch(one -> one.ended);
                    }));
            for (Baseline baseline : baselines) {
                baseline.stop();
            }
            HttpResponse<String> listing = get(client, http, "queues?page=1&page_size=500&columns=name");
            assertThat(listing.statusCode()).isEqualTo(200);
            assertThat(get(client, http, "definitions").statusCode()).isEqualTo(200);
            assertThat(broker.isAlive()).isTrue();
            assertThat(Files.readString(folder.resolve("log"))).doesNotContain("OutOfMemoryError", "defect");
        } finally {
            for (Trickler one : all) {
                one.close();
            }
            broker.destroyForcibly().waitFor();
        }
    }

    /** By what they do. */
    private static Map<String, List<Trickler>> attack(int http, int https, int prometheus, List<Trickler> all)
            throws IOException {
        Map<String, List<Trickler>> slow = new TreeMap<>();
        for (int i = 0; i < OF_EACH_KIND; i++) {
            String put = "PUT /api/queues/%2f/x HTTP/1.1\r\nHost: h\r\n";
            String list = "GET /api/queues HTTP/1.1\r\nHost: h\r\n" + GUEST + "\r\n";
            add(slow, "a slow head", new Trickler(http, "GET /api/overview HTTP/1.1\r\nX: ", 'x'));
            add(slow, "a slow head to Prometheus", new Trickler(prometheus, "GET /metrics HTTP/1.1\r\nX: ", 'x'));
            add(slow, "a body without a login", new Trickler(http, put + "Content-Length: 1000\r\n\r\n", ' '));
            add(slow, "a slow body", new Trickler(http, put + GUEST + "Content-Length: 1000\r\n\r\n", ' '));
            add(
                    slow,
                    "a slow chunk",
                    new Trickler(http, put + GUEST + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n", ' '));
            add(slow, "a slow reader", new Trickler(http, list + list, '\r'));
            add(
                    slow,
                    "a slow reader of metrics",
                    new Trickler(prometheus, "GET /metrics/per-object HTTP/1.1\r\n\r\n", '\r'));
            add(slow, "half a TLS handshake", new Trickler(https, "\u0016\u0003\u0001\u0002\u0000", '\u0001'));
        }
        slow.values().forEach(all::addAll);
        return slow;
    }

    private static List<Trickler> flood(int http, List<Trickler> all) throws Exception {
        List<Trickler> silent = new ArrayList<>();
        for (int i = 0; i < FLOOD; i++) {
            silent.add(new Trickler(http, "G", 'E'));
            if (i % 100 == 0) {
                TimeUnit.MILLISECONDS.sleep(50); // Others come in between.
            }
        }
        all.addAll(silent);
        return silent;
    }

    private static void add(Map<String, List<Trickler>> slow, String kind, Trickler one) {
        slow.computeIfAbsent(kind, unused -> new ArrayList<>()).add(one);
    }

    private static HttpResponse<String> get(HttpClient client, int port, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/" + path))
                        .header("Authorization", GUEST.strip().substring("Authorization: ".length()))
                        .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void check(HttpClient client, int port) throws Exception {
        assertThat(get(client, port, "health/checks/alarms").statusCode()).isEqualTo(200);
    }

    private static void checkAnew(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            socket.getOutputStream()
                    .write(("GET /api/health/checks/local-alarms HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + GUEST
                                    + "\r\n")
                            .getBytes(ISO_8859_1));
            assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                    .startsWith("HTTP/1.1 200");
        }
    }
}
