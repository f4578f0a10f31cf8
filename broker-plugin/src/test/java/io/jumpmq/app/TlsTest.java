package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.transport.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client with and without trust, on a listener with TLS. The certificate is made for this test alone. */
class TlsTest {
    @TempDir
    private static Path directory;

    private static TestCertificate server;

    @BeforeAll
    static void makeCertificate() throws Exception {
        server = TestCertificate.of(directory, "server", 90);
    }

    private static JumpMq start(Tls tls) {
        return JumpMq.builder()
                .port(-1)
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), tls)
                .start();
    }

    private static ConnectionFactory trusting(int port) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("localhost");
        factory.setPort(port);
        factory.useSslProtocol(server.trust());
        factory.enableHostnameVerification();
        return factory;
    }

    @Test
    void aClientThatTrustsTheCertificatePublishesAndGets() throws Exception {
        try (JumpMq broker = start(server.tls());
                Connection connection = trusting(broker.port()).newConnection();
                Channel channel = connection.createChannel()) {
            String queue = channel.queueDeclare().getQueue();
            byte[] large = new byte[1 << 20];
            channel.basicPublish("", queue, null, large);
            channel.basicPublish("", queue, null, "two".getBytes(UTF_8));
            assertThat(channel.basicGet(queue, true).getBody()).isEqualTo(large);
            assertThat(channel.basicGet(queue, true).getBody()).asString(UTF_8).isEqualTo("two");
        }
    }

    @Test
    void aClientWithoutTrustTurnsAway() throws Exception {
        try (JumpMq broker = start(server.tls())) {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setHost("localhost");
            factory.setPort(broker.port());
            factory.useSslProtocol(SSLContext.getDefault());
            assertThatThrownBy(factory::newConnection).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void aClientWithoutACertificateIsTurnedAwayWhenOneIsRequired() throws Exception {
        try (JumpMq broker = start(Tls.load(server.certificate(), server.key(), server.certificate(), true, true))) {
            assertThatThrownBy(trusting(broker.port())::newConnection).isInstanceOf(IOException.class);
        }
    }

    @Test
    void theLastWordsReachAClientThatHasMuchOnItsWay() throws Exception {
        try (JumpMq broker = start(server.tls())) {
            for (int i = 0; i < 20; i++) {
                try (Socket socket = server.trust().getSocketFactory().createSocket("localhost", broker.port())) {
                    socket.setSoTimeout(10_000);
                    sendBulk(socket);
                    InputStream in = socket.getInputStream();
                    assertThat(in.readNBytes(8)).containsExactly('A', 'M', 'Q', 'P', 0, 0, 9, 1);
                    assertThat(in.read()).as("the end, by a close_notify").isEqualTo(-1);
                }
            }
        }
    }

    private static void sendBulk(Socket socket) {
        try {
            socket.getOutputStream().write(new byte[1 << 20]);
        } catch (IOException e) {
            // It was cut off: what was said has to be there all the same.
        }
    }

    @Test
    void aFileThatCannotBeUsedIsNamedWithTheReason() throws IOException {
        Path none = directory.resolve("none");
        Path text = Files.writeString(directory.resolve("text"), "no PEM");
        refused(none, server.key(), null, none + ": there is no such file");
        refused(text, server.key(), null, text + ": it holds no certificate in PEM");
        refused(server.certificate(), none, null, none + ": there is no such file");
        refused(server.certificate(), server.certificate(), null, "it holds no private key in PEM with PKCS #8");
        refused(server.certificate(), server.key(), text, text + ": it holds no certificate in PEM");
        refused(directory, server.key(), null, directory + ": it cannot be read");
    }

    private static void refused(Path certificate, Path key, @Nullable Path authorities, String why) {
        assertThatThrownBy(() -> Tls.load(certificate, key, authorities, false, false))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(why);
    }

    @Test
    void certificateAndKeyMayBeInOneFileWithWordsAround() throws Exception {
        Path both = Files.writeString(
                directory.resolve("both"),
                "subject: CN=server\n" + Files.readString(server.key()) + Files.readString(server.certificate()));
        try (JumpMq broker = start(Tls.load(both, both, null, false, false));
                Connection connection = trusting(broker.port()).newConnection()) {
            assertThat(connection.isOpen()).isTrue();
        }
    }
}
