package io.jumpmq.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from files, variables and the command line, and how mistakes are told. */
class SettingsTest {
    @TempDir
    private Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("jumpmq.conf"), text);
    }

    private Settings read(String text) throws IOException {
        return new Settings.Builder().file(file(text)).build();
    }

    private void refused(String text, String why) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ConfigException.class).hasMessageEndingWith(why);
    }

    @Test
    void aFileOfRabbitMqsSyntaxIsRead() throws IOException {
        Settings settings = read("""
            # a comment
            listeners.tcp.default = 5673
            listeners.tcp.local   = 127.0.0.1:5674
            listeners.tcp.v6 = [::1]:5675
            heartbeat = 30 # seconds

            default_pass = 'has # and spaces'
            max_message_size = 1MB
            vm_memory_high_watermark.absolute = 1GiB
            vm_memory_high_watermark.relative = 0.5
            loopback_users.guest = false
            loopback_users.ann = true
            """);
        assertThat(settings.get(Options.TCP)).isEqualTo(new Address("", 5673));
        assertThat(settings.members(Options.MORE_TCP))
                .containsEntry("local", new Address("127.0.0.1", 5674))
                .containsEntry("v6", new Address("::1", 5675))
                .hasSize(2);
        assertThat(settings.get(Options.HEARTBEAT)).isEqualTo(30);
        assertThat(settings.get(Options.DEFAULT_PASSWORD)).isEqualTo("has # and spaces");
        assertThat(settings.get(Options.MAX_MESSAGE_SIZE)).isEqualTo(1_000_000);
        assertThat(settings.get(Options.MEMORY_BYTES)).isEqualTo(1L << 30);
        assertThat(settings.get(Options.MEMORY_SHARE)).isEqualTo(0.5);
        assertThat(settings.members(Options.LOOPBACK_USERS)).isEqualTo(Map.of("guest", false, "ann", true));
        assertThat(settings.get(Options.FRAME_MAX)).as("not set").isEqualTo(131_072);
        assertThat(settings.find(Options.THREADS)).isEmpty();
    }

    @Test
    void theCommandLineComesBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
        Settings settings = new Settings.Builder(Map.of(
                        "JUMPMQ_HEARTBEAT", "2", "JUMPMQ_CHANNEL_MAX", "2", "RABBITMQ_DEFAULT_USER", "r", "HOME", "/"))
                .file(file("heartbeat = 1\nchannel_max = 1\nframe_max = 5000\ndefault_user = f"))
                .environment()
                .set("--set", "heartbeat", "3")
                .build();
        assertThat(settings.get(Options.HEARTBEAT)).isEqualTo(3);
        assertThat(settings.get(Options.CHANNEL_MAX)).isEqualTo(2);
        assertThat(settings.get(Options.FRAME_MAX)).isEqualTo(5000);
        assertThat(settings.get(Options.DEFAULT_USER)).isEqualTo("r");
    }

    @Test
    void aMistakeIsToldWithFileLineKeyAndWhatIsAllowed() {
        refused("\nheartbeat = -4", "jumpmq.conf:2: heartbeat = -4: it must be a whole number from 0 to 65535");
        refused(
                "heartbeet = 4",
                "jumpmq.conf:1: there is no setting heartbeet (heartbeat?); 'jumpmq config' lists them");
        refused("a line", "jumpmq.conf:1: 'a line' is not of the form key = value");
        refused(
                "listeners.tcp.default = 70000",
                "or an address and a port such as 127.0.0.1:5672 or [::1]:5672, or none");
        refused("max_message_size = 1GB", "it must be a size from 1 to 512MiB, such as 64MB or 67108864");
        refused("loopback_users.guest = maybe", "loopback_users.guest = maybe: it must be true or false");
        refused("vm_memory_high_watermark.relative = NaN", "it must be a number from 0 to 0.9");
        assertThatThrownBy(() -> new Settings.Builder()
                        .file(directory.resolve("none.conf"))
                        .build())
                .hasMessageStartingWith("there is no configuration file");
    }

    @Test
    void allMistakesOfAFileAreToldAtOnce() {
        assertThatThrownBy(() -> read("heartbeet = 4\nheartbeat = -4\n# fine\nframe_max = 5000\nnonsense\nmqtt.x = 1"))
                .isInstanceOf(ConfigException.class)
                .extracting(thrown ->
                        String.valueOf(thrown.getMessage()).lines().map(line -> line.replaceFirst(".*conf:", "")))
                .asInstanceOf(InstanceOfAssertFactories.stream(String.class))
                .containsExactly(
                        "1: there is no setting heartbeet (heartbeat?); 'jumpmq config' lists them",
                        "2: heartbeat = -4: it must be a whole number from 0 to 65535",
                        "5: 'nonsense' is not of the form key = value");
    }

    @Test
    void filesInConfDComeAfterTheFileInTheOrderOfTheirNames() throws IOException {
        Path more = Files.createDirectory(directory.resolve("conf.d"));
        Files.writeString(more.resolve("20-b.conf"), "frame_max = 9000");
        Files.writeString(more.resolve("10-a.conf"), "frame_max = 8000\nchannel_max = 7");
        Files.writeString(more.resolve("30-c.conf.old"), "frame_max = 10000");
        file("frame_max = 5000\nheartbeat = 7");
        for (String path : new String[] {"jumpmq.conf", "jumpmq"}) {
            Settings settings =
                    new Settings.Builder().file(directory.resolve(path)).build();
            assertThat(settings.get(Options.FRAME_MAX)).isEqualTo(9000);
            assertThat(settings.get(Options.CHANNEL_MAX)).isEqualTo(7);
            assertThat(settings.get(Options.HEARTBEAT)).as(path).isEqualTo(7);
        }
        assertThat(new Settings.Builder().file(more).build().get(Options.FRAME_MAX))
                .as("a directory")
                .isEqualTo(9000);
    }

    @Test
    void aFileMayNameVariables() throws IOException {
        Settings settings = new Settings.Builder(Map.of("SEED", "s$1cret"))
                .file(file("default_pass = $(SEED)\ndefault_user = a$(SEED)b"))
                .build();
        assertThat(settings.get(Options.DEFAULT_PASSWORD)).isEqualTo("s$1cret");
        assertThat(settings.get(Options.DEFAULT_USER)).isEqualTo("as$1cretb");
        refused("default_pass = $(NONE)", "jumpmq.conf:1: default_pass: there is no environment variable NONE");
        refused("default_pass = encrypted:abc", "default_pass: encrypted values cannot be read");
    }

    @Test
    void aPasswordIsNotShown() {
        assertThatThrownBy(() -> read("default_pass = ''"))
                .hasMessageContaining("default_pass")
                .hasMessageNotContaining("''");
    }

    @Test
    void rabbitMqsKeysThatMakeNoDifferenceAreTakenAndTold() throws IOException {
        Settings settings = read("cluster_partition_handling = pause_minority\nmanagement.rates_mode = basic");
        assertThat(settings.ignored())
                .hasSize(2)
                .first()
                .asString()
                .endsWith("jumpmq.conf:1: cluster_partition_handling");
        assertThat(settings.warnings()).isEmpty();
    }

    @Test
    void whatIsMissedIsAWarningThatSaysWhatOnceForAllItsKeys() throws IOException {
        Settings settings = read("mqtt.vhost = /\nproxy_protocol = true\nmqtt.prefetch = 5\nauth_backends.1 = ldap");
        assertThat(settings.warnings())
                .extracting(line -> line.replaceAll("[^ ]*conf:", ""))
                .containsExactly(
                        "1: mqtt.vhost, 3: mqtt.prefetch: not supported: MQTT clients are not served",
                        "2: proxy_protocol: not supported: the PROXY protocol is not spoken, so clients behind such a"
                                + " proxy cannot connect",
                        "4: auth_backends.1: not supported: users are looked up in the broker's own list only");
        assertThat(read("proxy_protocol = false\nauth_backends.1 = internal").warnings())
                .as("as it is anyway")
                .isEmpty();
    }

    /** As documentation and images have it. */
    @Test
    void aUsualFileIsTakenWithoutAnEdit() throws IOException {
        Settings settings = read("""
            ## Networking
            listeners.tcp = none
            listeners.ssl.default = 5671
            listeners.ssl = none
            management.tcp.port = 15672
            management.path_prefix = /mq/
            loopback_users.guest = false
            auth_backends.1 = internal
            auth_mechanisms.1 = PLAIN
            auth_mechanisms.2 = AMQPLAIN
            background_gc_enabled = false
            background_gc_target_interval = 60000
            channel_operation_timeout = 15000
            collect_statistics_interval = 5000
            vm_memory_high_watermark.relative = 0.6
            vm_memory_high_watermark_paging_ratio = 0.5
            disk_free_limit.relative = 1.5
            cluster_partition_handling = autoheal
            queue_master_locator = min-masters
            tcp_listen_options.backlog = 128
            tcp_listen_options.nodelay = true
            num_acceptors.tcp = 10
            connection_max = infinity
            log.console = true
            log.console.level = notice
            log.file = rabbit.log
            log.file.level = critical
            log.file.rotation.date = $D0
            log.file.rotation.size = 10485760
            log.file.rotation.count = 5
            log.file.formatter = json
            log.connection.level = warning
            log.exchange = false
            raft.wal_max_size_bytes = 64000000
            default_permissions.configure = .*
            """);
        assertThat(settings.warnings()).isEmpty();
        assertThat(settings.get(Options.MANAGEMENT_PATH)).isEqualTo("/mq");
        assertThat(settings.get(Options.LOG_TO_CONSOLE.level())).isEqualTo("info");
        assertThat(settings.get(Options.LOG_TO_FILE.level())).isEqualTo("error");
    }

    @Test
    void theSampleFileSetsNothingAndIsRightWhenItsCommentsAreLifted() throws IOException {
        assertThat(read(SampleFile.text())).isNotNull();
        String lifted = SampleFile.text()
                .lines()
                .filter(line -> line.matches("# [a-z_.]+ = .+"))
                .map(line -> line.substring(2))
                .reduce("", (a, b) -> a + b + "\n");
        Settings settings = read(lifted);
        assertThat(settings.get(Options.HEARTBEAT)).isEqualTo(60);
        assertThat(settings.get(Options.MAX_MESSAGE_SIZE)).isEqualTo(16L << 20);
    }

    @Test
    void theReferencePageIsUpToDate() throws IOException {
        assertThat(Path.of("..", "docs", "jumpmq.conf")).content().isEqualTo(SampleFile.text());
    }
}
