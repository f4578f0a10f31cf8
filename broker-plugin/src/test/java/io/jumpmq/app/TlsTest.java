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
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client with and without trust, on a listener with TLS. The certificate is made for this test alone. */
class TlsTest {
    private static final char[] PASSWORD = "test-only".toCharArray();

    @TempDir
    private static Path directory;

    private static Path certificate = Path.of("");
    private static Path key = Path.of("");

    @BeforeAll
    static void makeCertificate() throws Exception {
        Path store = directory.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        assertThat(keytool.waitFor()).as(output).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        certificate = pem("CERTIFICATE", keys.getCertificate("server").getEncoded());
        key = pem("PRIVATE KEY", keys.getKey("server", PASSWORD).getEncoded());
    }

    private static Path pem(String what, byte[] encoded) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return Files.writeString(
                directory.resolve(what + ".pem"),
                "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }

    private static JumpMq start(Tls tls) {
        return JumpMq.builder()
                .port(-1)
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), tls)
                .start();
    }

    private static ConnectionFactory trusting(int port) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("localhost");
        factory.setPort(port);
        factory.useSslProtocol(context);
        factory.enableHostnameVerification();
        return factory;
    }

    @Test
    void aClientThatTrustsTheCertificatePublishesAndGets() throws Exception {
        try (JumpMq broker = start(new Tls(certificate, key, null, false, false));
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
        try (JumpMq broker = start(new Tls(certificate, key, null, false, false))) {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setHost("localhost");
            factory.setPort(broker.port());
            factory.useSslProtocol(SSLContext.getDefault());
            assertThatThrownBy(factory::newConnection).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void aClientWithoutACertificateIsTurnedAwayWhenOneIsRequired() throws Exception {
        try (JumpMq broker = start(new Tls(certificate, key, certificate, true, true))) {
            assertThatThrownBy(trusting(broker.port())::newConnection).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aKeyThatCannotBeReadIsNamed() {
        assertThatThrownBy(() -> start(new Tls(certificate, Path.of("none.key"), null, false, false)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot read none.key");
    }
}
