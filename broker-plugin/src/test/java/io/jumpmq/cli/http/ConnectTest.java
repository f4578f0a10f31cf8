package io.jumpmq.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.app.JumpMq;
import io.jumpmq.app.TestCertificate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A private authority, named by an option, a variable or the file in the home directory. */
class ConnectTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    private static Path directory;

    private static TestCertificate authority;
    private static TestCertificate stranger;
    private static JumpMq broker;
    private static JumpMq misnamed;

    @BeforeAll
    static void start() throws Exception {
        authority = TestCertificate.authority(directory, "authority");
        stranger = TestCertificate.authority(directory, "stranger");
        broker = broker("server", "localhost");
        misnamed = broker("misnamed", "other.example");
    }

    private static JumpMq broker(String name, String host) throws Exception {
        TestCertificate server = TestCertificate.of(directory, name, 90).signedBy(authority, host);
        return JumpMq.builder().port(-1).management(ANY_PORT, server.tls()).start();
    }

    @AfterAll
    static void stop() {
        broker.close();
        misnamed.close();
    }

    private static String uri(JumpMq server) {
        return "https://localhost:" + server.managementPort();
    }

    private static String whoami(Map<String, String> environment, String... options) {
        Connect connect = CommandLine.populateCommand(new Connect(), options);
        return connect.client(environment, directory)
                .get(ManagementClient.path("whoami"))
                .path("name")
                .asText();
    }

    @Test
    void anOptionAVariableOrAFileNamesTheAuthority() throws Exception {
        String file = authority.certificate().toString();
        assertThat(whoami(Map.of(), "--uri", uri(broker), "--cacert", file)).isEqualTo("guest");
        assertThat(whoami(Map.of("JUMPMQ_URI", uri(broker), "JUMPMQ_CACERT", file)))
                .isEqualTo("guest");
        Path home = Files.writeString(directory.resolve(".jumpmqrc"), "uri = " + uri(broker) + "\ncacert = " + file);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rw-------"));
        assertThat(whoami(Map.of())).isEqualTo("guest");
        Files.delete(home);
    }

    @Test
    void theOptionComesBeforeTheVariable() {
        assertThat(whoami(
                        Map.of("JUMPMQ_CACERT", stranger.certificate().toString()),
                        "--uri",
                        uri(broker),
                        "--cacert",
                        authority.certificate().toString()))
                .isEqualTo("guest");
    }

    @Test
    void severalAuthoritiesMayBeInOneFile() throws Exception {
        Path both = Files.writeString(
                directory.resolve("both.crt"),
                Files.readString(stranger.certificate()) + Files.readString(authority.certificate()));
        assertThat(whoami(Map.of(), "--uri", uri(broker), "--cacert", both.toString()))
                .isEqualTo("guest");
    }

    @Test
    void aCertificateOfAnotherAuthorityIsNotTrusted() {
        assertThatThrownBy(() -> whoami(Map.of(), "--uri", uri(broker)))
                .isInstanceOf(ManagementException.class)
                .hasMessageStartingWith(uri(broker) + " shows a certificate that is not trusted")
                .hasMessageEndingWith("(--cacert names the file of its authority)");
        assertThatThrownBy(() -> whoami(
                        Map.of(),
                        "--uri",
                        uri(broker),
                        "--cacert",
                        stranger.certificate().toString()))
                .hasMessageContaining("not trusted");
    }

    @Test
    void aCertificateForAnotherHostIsNotTrusted() {
        assertThatThrownBy(() -> whoami(
                        Map.of(),
                        "--uri",
                        uri(misnamed),
                        "--cacert",
                        authority.certificate().toString()))
                .isInstanceOf(ManagementException.class)
                .hasMessageContaining("localhost")
                .hasMessageContaining("the host's name");
    }

    @Test
    void aFileWithoutCertificatesIsTold() throws Exception {
        assertThatThrownBy(() -> whoami(Map.of(), "--uri", uri(broker), "--cacert", "none.crt"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--cacert none.crt cannot be read");
        for (String text : new String[] {"", "no PEM", Files.readString(authority.key())}) {
            Path file = Files.writeString(directory.resolve("no.crt"), text);
            assertThatThrownBy(() -> whoami(Map.of(), "--uri", uri(broker), "--cacert", file.toString()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("--cacert " + file + " holds no certificates in PEM");
        }
    }

    @Test
    void httpWhereThereIsTlsSaysSo() {
        String plain = uri(broker).replace("https", "http");
        assertThatThrownBy(() -> whoami(Map.of(), "--uri", plain))
                .isInstanceOf(ManagementException.class)
                .hasMessageContaining("https");
    }
}
