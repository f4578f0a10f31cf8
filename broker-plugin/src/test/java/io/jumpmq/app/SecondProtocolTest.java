package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.session.PingProtocol;
import io.jumpmq.session.amqp091.Amqp091;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLSocket;
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
        JumpMq.Builder settings = JumpMq.builder().port(0);
        settings.protocols = List.of(new Amqp091(), new PingProtocol());
        broker = settings.start();
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
}
