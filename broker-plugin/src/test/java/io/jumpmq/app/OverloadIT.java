package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker process with a small heap, and clients that want more memory than that: it refuses them, or has them wait, and a client
 * that publishes and consumes a little meanwhile notices nothing. A broker that runs out of memory would leave all of them
 * waiting: that has an end, too.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OverloadIT {
    private static final String HEAP = "-Xmx256m";
    private static final int PATIENCE_SECONDS = 60;
    private static final int FRAME_BYTES = 100_000;

    /** The attacks last so long, and are then looked at. */
    private static final int OVERLOAD_SECONDS = 5;

    private static final int PAUSE_MILLIS = 20;
    private static final int MIN_MESSAGES = 200;
    private static final long MAX_MILLIS = 1_000;

    @TempDir
    private Path folder = Path.of("");

    private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
    private Process process;
    private Thread drain;
    private int port;
    private int managementPort;

    @BeforeEach
    void start() throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
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
                        "0",
                        "--prometheus-port",
                        "none",
                        "--data-dir",
                        folder.resolve("data").toString())
                .redirectError(folder.resolve("log").toFile())
                .start();
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        String line = String.valueOf(out.readLine());
        while (!line.contains("is ready") && process.isAlive()) {
            line = String.valueOf(out.readLine());
        }
        drain = new Thread(() -> {
            try {
                Files.write(folder.resolve("out"), out.lines().toList());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        drain.setDaemon(true);
        drain.start();
        Matcher ports = Pattern.compile("127\\.0\\.0\\.1:(\\d+)").matcher(line);
        assertThat(ports.find()).as(line).isTrue();
        port = Integer.parseInt(ports.group(1));
        assertThat(ports.find()).as(line).isTrue();
        managementPort = Integer.parseInt(ports.group(1));
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : List.copyOf(sockets)) {
            socket.close();
        }
        process.destroy();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        drain.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS)); // It writes what was left.
    }

    @Test
    void halfSentMessagesOfManyConnections() throws Exception {
        during("RESOURCE_ERROR - this connection holds", () -> {
            attack(14, out -> {
                announce(out, 1, 16 << 20);
                body(out, 1, 145);
            });
        });
    }

    @Test
    void halfSentMessagesOnManyChannels() throws Exception {
        during(
                "CONTENT_TOO_LARGE - half-sent and uncommitted messages of this connection",
                () -> attack(1, out -> {
                    for (int channel = 1; channel <= 300; channel++) {
                        if (channel > 1) {
                            FrameWriter.method(out, channel, new Method.ChannelOpen());
                        }
                        announce(out, channel, 16 << 20);
                        body(out, channel, 10);
                    }
                }));
    }

    @Test
    void halvesOfFrames() throws Exception {
        during("RESOURCE_ERROR - this connection holds", () -> {
            attack(500, out -> {
                announce(out, 1, FRAME_BYTES);
                out.writeByte(FrameReader.BODY)
                        .writeShort(1)
                        .writeInt(FRAME_BYTES)
                        .writeZero(FRAME_BYTES - 1);
            });
        });
    }

    @Test
    void transactionsThatAreNotCommitted() throws Exception {
        during("RESOURCE_ERROR - this connection holds", () -> {
            attack(10, out -> {
                FrameWriter.method(out, 1, new Method.TxSelect());
                for (int message = 0; message < 200; message++) {
                    announce(out, 1, FRAME_BYTES);
                    body(out, 1, 1);
                }
            });
        });
    }

    @Test
    void answersAndMessagesThatAreNotRead() throws Exception {
        during("", () -> {
            for (int i = 0; i < 8; i++) {
                String queue = "unread-" + i;
                attack(1, out -> {
                    FrameWriter.method(
                            out, 1, new Method.QueueDeclare(queue, false, false, false, true, false, FieldTable.EMPTY));
                    for (int consumer = 0; consumer < 50; consumer++) {
                        FrameWriter.method(
                                out,
                                1,
                                new Method.BasicConsume(queue, "", false, true, false, false, FieldTable.EMPTY));
                    }
                    for (int message = 0; message < 40; message++) {
                        FrameWriter.method(out, 1, new Method.BasicPublish("", queue, false, false));
                        FrameWriter.content(out, 1, new byte[] {0, 0}, new byte[FRAME_BYTES], 131_072);
                        FrameWriter.method(out, 1, new Method.BasicPublish("", "nowhere", true, false));
                        FrameWriter.content(out, 1, new byte[] {0, 0}, new byte[FRAME_BYTES], 131_072);
                    }
                });
            }
        });
    }

    @Test
    void definitionsThatAreLargerThanTheHeapAllows() throws Exception {
        List<Integer> codes = Collections.synchronizedList(new ArrayList<>());
        during("", () -> {
            for (int i = 0; i < 4; i++) {
                Thread upload = new Thread(() -> codes.add(upload(62 << 20)));
                upload.setDaemon(true);
                upload.start();
            }
        });
        assertThat(codes).isNotEmpty().allMatch(code -> code == 413 || code == -1);
    }

    private interface Overload {
        void begin() throws Exception;
    }

    /** Has a small client work during an overload, until the broker has logged what is expected and there is enough to judge. */
    private void during(String expected, Overload overload) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setPort(port);
        factory.setAutomaticRecoveryEnabled(false);
        List<Long> latencies = new ArrayList<>();
        try (Connection connection = factory.newConnection()) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            String queue = channel.queueDeclare().getQueue();
            ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
            channel.basicConsume(
                    queue,
                    true,
                    (tag, delivery) -> received.add(new String(delivery.getBody(), UTF_8)),
                    tag -> received.add("cancelled"));
            for (int i = 0; i < 20; i++) {
                exchange(channel, queue, i, received); // Nobody's first message is fast.
            }
            overload.begin();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(OVERLOAD_SECONDS);
            long latest = end + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            for (int i = 20;
                    System.nanoTime() < latest
                            && (System.nanoTime() < end
                                    || latencies.size() < MIN_MESSAGES
                                    || !log().contains(expected));
                    i++) {
                latencies.add(exchange(channel, queue, i, received));
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
        Collections.sort(latencies);
        long p99 = latencies.get(latencies.size() * 99 / 100);
        String log = log();
        System.out.printf("%,d messages during an overload, p99 %d ms%n", latencies.size(), p99);
        assertThat(process.isAlive()).as(log).isTrue();
        assertThat(log).doesNotContain("OutOfMemory").doesNotContain("A defect");
        assertThat(p99).as("99th percentile of %d", latencies.size()).isLessThan(MAX_MILLIS);
        assertThat(log).contains(expected);
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    /** One message to the queue, confirmed, and back; how long that took, in milliseconds. */
    private static long exchange(Channel channel, String queue, int number, ConcurrentLinkedQueue<String> received)
            throws Exception {
        long begun = System.nanoTime();
        channel.basicPublish("", queue, null, String.valueOf(number).getBytes(UTF_8));
        channel.waitForConfirmsOrDie(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(0, TimeUnit.MILLISECONDS)
                .pollInterval(1, TimeUnit.MILLISECONDS)
                .atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .until(() -> String.valueOf(number).equals(received.peek()));
        received.remove();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    /** Clients that open a connection and its channel 1, send what they are told, and never read. */
    private void attack(int clients, Consumer<ByteBuf> script) {
        ByteBuf out = Unpooled.buffer();
        FrameWriter.protocolHeader(out);
        FrameWriter.method(
                out,
                0,
                new Method.ConnectionStartOk(FieldTable.EMPTY, "PLAIN", "\0guest\0guest".getBytes(UTF_8), "en_US"));
        FrameWriter.method(out, 0, new Method.ConnectionTuneOk(2047, 131_072, 0));
        FrameWriter.method(out, 0, new Method.ConnectionOpen("/"));
        FrameWriter.method(out, 1, new Method.ChannelOpen());
        script.accept(out);
        byte[] bytes = ByteBufUtil.getBytes(out);
        for (int i = 0; i < clients; i++) {
            send(bytes);
        }
    }

    private void send(byte[] bytes) {
        Thread sending = new Thread(() -> {
            try {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                sockets.add(socket);
                socket.getOutputStream().write(bytes);
            } catch (IOException e) {
                // It was closed: that is what this is about.
            }
        });
        sending.setDaemon(true);
        sending.start();
    }

    private static void announce(ByteBuf out, int channel, long size) {
        FrameWriter.method(out, channel, new Method.BasicPublish("", "nowhere", false, false));
        int start = FrameWriter.begin(out, FrameReader.HEADER, channel);
        out.writeShort(60).writeShort(0).writeLong(size).writeShort(0);
        FrameWriter.end(out, start);
    }

    private static void body(ByteBuf out, int channel, int frames) {
        for (int i = 0; i < frames; i++) {
            int start = FrameWriter.begin(out, FrameReader.BODY, channel);
            out.writeZero(FRAME_BYTES);
            FrameWriter.end(out, start);
        }
    }

    /** The status of the answer; -1: the connection was closed before all was sent. */
    private int upload(int size) {
        try {
            HttpURLConnection request =
                    (HttpURLConnection) URI.create("http://127.0.0.1:" + managementPort + "/api/definitions")
                            .toURL()
                            .openConnection();
            request.setRequestMethod("POST");
            request.setDoOutput(true);
            request.setFixedLengthStreamingMode(size);
            request.setRequestProperty(
                    "Authorization", "Basic " + Base64.getEncoder().encodeToString("guest:guest".getBytes(UTF_8)));
            byte[] some = " ".repeat(1 << 16).getBytes(UTF_8);
            try {
                for (int sent = 0; sent < size; sent += some.length) {
                    request.getOutputStream().write(some);
                }
            } catch (IOException e) {
                return -1;
            }
            return request.getResponseCode();
        } catch (IOException e) {
            return -1;
        }
    }
}
