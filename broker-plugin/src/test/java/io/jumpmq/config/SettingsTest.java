package io.jumpmq.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
        Settings settings = new Settings.Builder()
                .file(file("heartbeat = 1\nchannel_max = 1\nframe_max = 5000\ndefault_user = f"))
                .environment(Map.of(
                        "JUMPMQ_HEARTBEAT", "2", "JUMPMQ_CHANNEL_MAX", "2", "RABBITMQ_DEFAULT_USER", "r", "HOME", "/"))
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
        refused("vm_memory_high_watermark.relative = NaN", "it must be a number from 0.01 to 0.9");
        assertThatThrownBy(() -> new Settings.Builder().environment(Map.of("JUMPMQ_HARTBEAT", "1")))
                .hasMessageStartingWith("the environment variable JUMPMQ_HARTBEAT names no setting");
        assertThatThrownBy(() -> new Settings.Builder().file(directory.resolve("none.conf")))
                .hasMessageStartingWith("there is no configuration file");
    }

    @Test
    void aPasswordIsNotShown() {
        assertThatThrownBy(() -> read("default_pass = ''"))
                .hasMessageContaining("default_pass")
                .hasMessageNotContaining("''");
    }

    @Test
    void rabbitMqsKeysWithoutMeaningHereAreTakenAndTold() throws IOException {
        Settings settings = read("cluster_partition_handling = pause_minority\nmanagement.rates_mode = basic");
        assertThat(settings.withoutMeaning())
                .hasSize(2)
                .first()
                .asString()
                .endsWith("jumpmq.conf:1: cluster_partition_handling");
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
