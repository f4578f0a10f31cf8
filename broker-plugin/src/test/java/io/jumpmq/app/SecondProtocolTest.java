package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import io.jumpmq.session.PingProtocol;
import io.jumpmq.session.Protocol;
import io.jumpmq.session.amqp091.Amqp091;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A protocol that the broker does not know is given to it beside AMQP 0-9-1: one port speaks both. */
class SecondProtocolTest {
    private static final byte[] AMQP_HEADER = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

    @TempDir
    private Path directory;

    private JumpMq broker;

    @BeforeEach
    void start() {
        broker = start(new Amqp091(), new PingProtocol());
    }

    private JumpMq start(Protocol... protocols) {
        JumpMq.Builder settings = JumpMq.builder().port(0).dataDirectory(directory.resolve("data"));
        settings.protocols = List.of(protocols);
        return settings.start();
    }

    private void restart(Protocol... protocols) {
        broker.close();
        broker = start(protocols);
    }

    private Connection amqp() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        return factory.newConnection();
    }

    /** A client of the second protocol publishes to a queue, which has one message then. */
    private void put(Channel channel, String text, String queue) throws IOException {
        try (Socket ping = connect()) {
            send(ping, "PING....PUT " + queue + " " + text + "\n");
            assertThat(read(ping, 2)).isEqualTo("1\n");
        }
        Awaitility.await().until(() -> channel.messageCount(queue) == 1);
    }

    private static GetResponse get(Channel channel, String queue) throws IOException {
        return Objects.requireNonNull(channel.basicGet(queue, true));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private Socket connect() throws IOException {
        return patient(new Socket(InetAddress.getLoopbackAddress(), broker.port()));
    }

    private static Socket patient(Socket socket) throws IOException {
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private static String read(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), US_ASCII);
    }

    private static void expectEcho(Socket socket) throws IOException {
        send(socket, "PING\nPI");
        assertThat(read(socket, 5)).isEqualTo("PONG\n");
        send(socket, "NG\n");
        assertThat(read(socket, 5)).isEqualTo("PONG\n");
    }

    private static void expectQueueWorks(ConnectionFactory factory) throws Exception {
        try (Connection connection = factory.newConnection();
                Channel channel = connection.createChannel()) {
            String queue = channel.queueDeclare().getQueue();
            channel.basicPublish("", queue, null, "one".getBytes(UTF_8));
            assertThat(channel.basicGet(queue, true).getBody()).asString(UTF_8).isEqualTo("one");
        }
    }

    @Test
    void onePortSpeaksBothAtTheSameTime() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Socket ping = connect()) {
            send(ping, "PINGv1.0");
            expectEcho(ping);
            expectQueueWorks(factory);
            expectEcho(ping);
        }
    }

    @Test
    void theFirstBytesMayComeOneByOneOrWithWhatFollows() throws Exception {
        try (Socket slow = connect();
                Socket fast = connect()) {
            for (char c : "PING....PING\n".toCharArray()) {
                send(slow, String.valueOf(c));
            }
            assertThat(read(slow, 5)).isEqualTo("PONG\n");
            send(fast, "PING....PING\nPING\n");
            assertThat(read(fast, 10)).isEqualTo("PONG\nPONG\n");
        }
    }

    @Test
    void whoSpeaksNeitherIsToldOfTheFirst() throws Exception {
        try (Socket stranger = connect()) {
            send(stranger, "PONG....");
            assertThat(stranger.getInputStream().readAllBytes()).isEqualTo(AMQP_HEADER);
        }
    }

    @Test
    void itsMistakesAndTheServersEndCloseIt() throws Exception {
        try (Socket wrong = connect();
                Socket right = connect()) {
            send(wrong, "PING....PING\nPANG\nPING\n");
            assertThat(new String(wrong.getInputStream().readAllBytes(), US_ASCII))
                    .isEqualTo("PONG\n");
            send(right, "PING....PING\n");
            assertThat(read(right, 5)).isEqualTo("PONG\n");
            broker.close();
            assertThat(new String(right.getInputStream().readAllBytes(), US_ASCII))
                    .isEqualTo("BYE\n");
        }
    }

    @Test
    void bothAreSpokenThroughTls() throws Exception {
        TestCertificate certificate = TestCertificate.of(directory, "server", 90);
        JumpMq.Builder settings = JumpMq.builder()
                .port(-1)
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), certificate.tls());
        settings.protocols = List.of(new Amqp091(), new PingProtocol());
        try (JumpMq secure = settings.start();
                SSLSocket ping =
                        (SSLSocket) certificate.trust().getSocketFactory().createSocket("localhost", secure.port())) {
            patient(ping);
            send(ping, "PING....");
            expectEcho(ping);
            ConnectionFactory factory = new ConnectionFactory();
            factory.setHost("localhost");
            factory.setPort(secure.port());
            factory.useSslProtocol(certificate.trust());
            expectQueueWorks(factory);
        }
    }

    @Test
    void whatOnePublishesTheOtherGetsInItsOwnFormat() throws Exception {
        try (Connection connection = amqp();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare("fetched", true, false, false, Map.of());
            channel.queueDeclare("consumed", true, false, false, Map.of("x-queue-type", "quorum"));
            put(channel, "hello", "fetched");
            put(channel, "hello", "consumed");
            GetResponse fetched = get(channel, "fetched");
            assertThat(fetched.getBody()).asString(UTF_8).isEqualTo("hello");
            assertThat(fetched.getProps().getDeliveryMode()).isEqualTo(2);
            assertThat(fetched.getProps().getHeaders()).containsOnlyKeys("from");
            BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
            channel.basicConsume("consumed", true, (tag, delivery) -> deliveries.add(delivery), tag -> {});
            Delivery consumed = deliveries.poll(10, TimeUnit.SECONDS);
            assertThat(consumed.getBody()).asString(UTF_8).isEqualTo("hello");
            assertThat(consumed.getProperties().getHeaders()).containsOnlyKeys("from", "x-delivery-count");
        }
    }

    @Test
    void aMessageDiesInTheFormatThatItCameIn() throws Exception {
        try (Connection connection = amqp();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare("dead", true, false, false, Map.of());
            channel.queueDeclare(
                    "short",
                    true,
                    false,
                    false,
                    Map.of("x-max-length", 1, "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "dead"));
            BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
            channel.basicConsume("dead", true, (tag, delivery) -> deliveries.add(delivery), tag -> {});
            put(channel, "hello", "short");
            put(channel, "hello", "short");
            Delivery letter = deliveries.poll(10, TimeUnit.SECONDS);
            assertThat(letter.getBody()).asString(UTF_8).isEqualTo("hello");
            assertThat(letter.getProperties().getHeaders()).containsKeys("from", "x-death");
        }
    }

    @Test
    void aRestartFindsMessagesInTheirFormats() throws Exception {
        try (Connection connection = amqp();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare("q", true, false, false, Map.of());
            put(channel, "ping's", "q");
            channel.confirmSelect();
            channel.basicPublish("", "q", MessageProperties.PERSISTENT_BASIC, "amqp's".getBytes(UTF_8));
            channel.waitForConfirmsOrDie(10_000);
        }
        restart(new Amqp091(), new PingProtocol());
        try (Connection connection = amqp();
                Channel channel = connection.createChannel()) {
            GetResponse first = get(channel, "q");
            assertThat(first.getBody()).asString(UTF_8).isEqualTo("ping's");
            assertThat(first.getProps().getHeaders()).containsOnlyKeys("from");
            assertThat(get(channel, "q").getBody()).asString(UTF_8).isEqualTo("amqp's");
        }
    }

    @Test
    void whatIsInAFormatThatNobodyKnowsAnyMoreIsSetAside() throws Exception {
        try (Connection connection = amqp();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare("q", true, false, false, Map.of());
            put(channel, "ping's", "q");
            channel.confirmSelect();
            channel.basicPublish("", "q", MessageProperties.PERSISTENT_BASIC, "amqp's".getBytes(UTF_8));
            channel.waitForConfirmsOrDie(10_000);
        }
        restart(new Amqp091());
        try (Connection connection = amqp();
                Channel channel = connection.createChannel()) {
            assertThat(get(channel, "q").getBody()).asString(UTF_8).isEqualTo("amqp's");
            assertThat(channel.basicGet("q", true)).isNull();
        }
    }
}
