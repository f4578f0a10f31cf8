package io.jumpmq.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which listeners settings ask for. What is expected without {@code --host} is what RabbitMQ 3.10.8 does. */
class ListenerSettingsTest {
    @TempDir
    private static Path directory;

    private static TestCertificate server;

    @BeforeAll
    static void makeCertificate() throws Exception {
        server = TestCertificate.of(directory, "server", 90);
    }

    private static List<String> wanted(@Nullable String host, String... lines) throws Exception {
        String text = String.join("\n", lines)
                .replace("CERTIFICATE", "ssl.certfile = " + server.certificate())
                .replace("KEY", "ssl.keyfile = " + server.key());
        Settings settings = new Settings.Builder()
                .file(Files.writeString(directory.resolve("jumpmq.conf"), text))
                .build();
        return new ListenerSettings(settings, host)
                .wanted().stream()
                        .map(listener -> listener.protocol() + " "
                                + listener.address().getHostString() + ":"
                                + listener.address().getPort())
                        .toList();
    }

    @Test
    void withoutSettingsThereIsNoTls() throws Exception {
        assertThat(wanted(null))
                .containsExactly("amqp 0.0.0.0:5672", "http 0.0.0.0:15672", "http/prometheus 0.0.0.0:15692");
    }

    @Test
    void httpWithTlsTakesThePlaceOfHttpWithout() throws Exception {
        assertThat(wanted(
                        null,
                        "listeners.tcp.default = none",
                        "management.ssl.port = 1",
                        "management.CERTIFICATE",
                        "management.KEY",
                        "prometheus.ssl.port = 127.0.0.1:2",
                        "prometheus.CERTIFICATE",
                        "prometheus.KEY"))
                .containsExactly("https 0.0.0.0:1", "https/prometheus 127.0.0.1:2");
        assertThat(wanted(null, "management.CERTIFICATE", "management.KEY", "management.ssl.ip = 127.0.0.2"))
                .containsExactly("amqp 0.0.0.0:5672", "https 127.0.0.2:15671", "http/prometheus 0.0.0.0:15692");
    }

    @Test
    void bothAreThereWhenThatWithoutTlsIsSetToo() throws Exception {
        assertThat(wanted(null, "management.tcp.port = 3", "management.CERTIFICATE", "management.KEY"))
                .contains("http 0.0.0.0:3", "https 0.0.0.0:15671");
        assertThat(wanted(null, "prometheus.tcp.ip = 127.0.0.1", "prometheus.CERTIFICATE", "prometheus.KEY"))
                .contains("http/prometheus 127.0.0.1:15692", "https/prometheus 0.0.0.0:15691");
        assertThat(wanted("127.0.0.1", "management.tcp.ip = 127.0.0.2", "management.CERTIFICATE", "management.KEY"))
                .as("an address that is all listeners'")
                .contains("https 127.0.0.1:15671")
                .noneMatch(listener -> listener.startsWith("http "));
    }

    @Test
    void anAddressForAllListenersLeavesTheirPorts() throws Exception {
        assertThat(wanted(
                        "127.0.0.1",
                        "listeners.tcp.1 = 10.0.0.1:5673",
                        "listeners.tcp.2 = 5674",
                        "management.tcp.port = 8080",
                        "management.tcp.ip = 10.0.0.1"))
                .containsExactly(
                        "amqp 127.0.0.1:5673",
                        "amqp 127.0.0.1:5674",
                        "http 127.0.0.1:8080",
                        "http/prometheus 127.0.0.1:15692");
        assertThat(wanted("::1", "listeners.tcp.default = 7")).contains("amqp 0:0:0:0:0:0:0:1:7");
        assertThat(wanted("127.0.0.1", "listeners.tcp = none")).noneMatch(listener -> listener.startsWith("amqp"));
        assertThatThrownBy(() -> wanted("300.1.1.1")).hasMessage("--host = 300.1.1.1: there is no such address");
    }

    @Test
    void noneIsNone() throws Exception {
        assertThat(wanted(
                        null,
                        "management.tcp.port = none",
                        "prometheus.ssl.port = none",
                        "prometheus.CERTIFICATE",
                        "prometheus.KEY"))
                .containsExactly("amqp 0.0.0.0:5672", "http/prometheus 0.0.0.0:15692");
    }

    @Test
    void aNamedAddressTakesThePlaceOfTheOneByDefault() throws Exception {
        String[] nothingElse = {"management.tcp.port = none", "prometheus.tcp.port = none"};
        assertThat(wanted(null, nothingElse[0], nothingElse[1], "listeners.tcp.local = 127.0.0.1:5672"))
                .containsExactly("amqp 127.0.0.1:5672");
        assertThat(wanted(
                        null, nothingElse[0], nothingElse[1], "listeners.tcp.default = 5672", "listeners.tcp.1 = 5673"))
                .containsExactly("amqp 0.0.0.0:5672", "amqp 0.0.0.0:5673");
        assertThat(wanted(null, nothingElse[0], nothingElse[1], "listeners.tcp = none", "listeners.ssl = none"))
                .isEmpty();
        assertThat(wanted(
                        null,
                        nothingElse[0],
                        nothingElse[1],
                        "listeners.tcp = none",
                        "listeners.ssl.1 = 5671",
                        "listeners.ssl.2 = 127.0.0.1:5670",
                        "ssl_options.certfile = " + server.certificate(),
                        "ssl_options.keyfile = " + server.key()))
                .containsExactly("amqp/ssl 0.0.0.0:5671", "amqp/ssl 127.0.0.1:5670");
    }

    @Test
    void whatIsMissingOrWrongIsToldWithItsKey() {
        refused(
                "management.ssl.port needs management.ssl.certfile and management.ssl.keyfile",
                "management.ssl.port = 1");
        refused(
                "prometheus.ssl.port needs prometheus.ssl.certfile and prometheus.ssl.keyfile",
                "prometheus.CERTIFICATE");
        refused(
                "management.ssl.keyfile = /none.pem: there is no such file",
                "management.CERTIFICATE",
                "management.ssl.keyfile = /none.pem");
        refused(
                "ssl_options.cacertfile = /none.pem: there is no such file",
                "listeners.ssl.default = 5671",
                "ssl_options.certfile = " + server.certificate(),
                "ssl_options.keyfile = " + server.key(),
                "ssl_options.cacertfile = /none.pem");
        refused("management.tcp.ip = 300.1.1.1: there is no such address", "management.tcp.ip = 300.1.1.1");
    }

    private static void refused(String why, String... lines) {
        assertThatThrownBy(() -> wanted(null, lines))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(why);
    }
}
