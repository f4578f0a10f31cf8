package io.jumpmq.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Variables set what they say, or the start stops; those that mean something else do neither. */
class EnvironmentTest {
    @TempDir
    private Path directory;

    private static Settings read(Map<String, String> environment) {
        return new Settings.Builder(environment).environment().build();
    }

    private static void refused(Map<String, String> environment, String why) {
        assertThatThrownBy(() -> read(environment))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(why);
    }

    @Test
    void namesAndPasswordsMayComeFromFiles() throws IOException {
        Path user = Files.writeString(directory.resolve("user"), "bob\n");
        Path password = Files.writeString(directory.resolve("pass"), "pw with space \r\n");
        for (String prefix : new String[] {"RABBITMQ_", "JUMPMQ_"}) {
            Settings settings = read(Map.of(
                    prefix + "DEFAULT_USER_FILE", user.toString(), prefix + "DEFAULT_PASS_FILE", password.toString()));
            assertThat(settings.get(Options.DEFAULT_USER)).isEqualTo("bob");
            assertThat(settings.get(Options.DEFAULT_PASSWORD)).isEqualTo("pw with space ");
        }
    }

    @Test
    void aPasswordThatCannotBeHadStopsTheStart() {
        String none = directory.resolve("none").toString();
        refused(Map.of("RABBITMQ_DEFAULT_PASS_FILE", none), "RABBITMQ_DEFAULT_PASS_FILE: cannot read the file " + none);
        refused(Map.of("RABBITMQ_DEFAULT_PASS_FILE", ""), "RABBITMQ_DEFAULT_PASS_FILE: cannot read the file");
        refused(Map.of("RABBITMQ_DEFAULT_PASS", ""), "RABBITMQ_DEFAULT_PASS: default_pass: it must be a password");
        refused(
                Map.of("RABBITMQ_DEFAULT_PASS", "a", "RABBITMQ_DEFAULT_PASS_FILE", none),
                "both RABBITMQ_DEFAULT_PASS and RABBITMQ_DEFAULT_PASS_FILE are set");
    }

    @Test
    void aUserWithoutAPasswordOfTheirOwnIsAWarning() {
        assertThat(read(Map.of("RABBITMQ_DEFAULT_USER", "bob")).warnings())
                .singleElement()
                .asString()
                .contains("default_pass is not");
        assertThat(read(Map.of("RABBITMQ_DEFAULT_USER", "bob", "RABBITMQ_DEFAULT_PASS", "pw"))
                        .warnings())
                .isEmpty();
    }

    @Test
    void rabbitMqsPlacesAreOurs() {
        Settings settings = read(Map.of(
                "RABBITMQ_NODENAME", "rabbit@here",
                "RABBITMQ_NODE_IP_ADDRESS", "::1",
                "RABBITMQ_NODE_PORT", "5673",
                "RABBITMQ_MNESIA_BASE", "/data",
                "RABBITMQ_LOG_BASE", "/logs",
                "RABBITMQ_LOGS", "/elsewhere/rabbit.log"));
        assertThat(settings.get(Options.NODE_NAME)).isEqualTo("rabbit@here");
        assertThat(settings.get(Options.TCP)).isEqualTo(new Address("::1", 5673));
        assertThat(settings.get(Options.DATA_DIRECTORY)).isEqualTo("/data/jumpmq");
        assertThat(settings.get(Options.LOG_DIRECTORY)).isEqualTo("/logs");
        assertThat(settings.get(Options.LOG_FILE)).isEqualTo("/elsewhere/rabbit.log");
        assertThat(read(Map.of("RABBITMQ_LOGS", "-")).get(Options.LOG_FILE)).isEqualTo("false");
        refused(Map.of("RABBITMQ_NODENAME", "a@b@c"), "RABBITMQ_NODENAME: nodename = a@b@c");
        assertThat(read(Map.of("RABBITMQ_MNESIA_BASE", "/data", "JUMPMQ_DATA_DIR", "/ours"))
                        .get(Options.DATA_DIRECTORY))
                .isEqualTo("/ours");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RABBITMQ_DEFAULT_PASWORD", "RABBITMQ_SSL_CERTFILE", "RABBITMQ_VM_MEMORY_HIGH_WATERMARK"})
    void whatWouldLetSomebodyInOrKeepSomebodyOutStopsTheStart(String name) {
        refused(Map.of(name, "x"), "the environment variable " + name + " is not supported");
    }

    @Test
    void othersOfRabbitMqsAreAWarningOrOfItsInnerLife() {
        assertThat(read(Map.of("RABBITMQ_ADVANCED_CONFIG_FILE", "/a")).warnings())
                .containsExactly("The environment variable RABBITMQ_ADVANCED_CONFIG_FILE has no effect here");
        assertThat(read(Map.of(
                                "RABBITMQ_VERSION", "4.1",
                                "RABBITMQ_HOME", "/opt/rabbitmq",
                                "RABBITMQ_ERLANG_COOKIE", "c",
                                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-x",
                                "RABBITMQ_USE_LONGNAME", "true"))
                        .warnings())
                .isEmpty();
    }

    @Test
    void whatKubernetesTellsOfAServiceSetsNothing() {
        Map<String, String> environment = new HashMap<>();
        for (String service :
                new String[] {"JUMPMQ", "RABBITMQ", "JUMPMQ_HEADLESS", "RABBITMQ_NODE", "JUMPMQ_MANAGEMENT_TCP"}) {
            environment.put(service + "_SERVICE_HOST", "10.0.0.7");
            environment.put(service + "_SERVICE_PORT", "5672");
            environment.put(service + "_SERVICE_PORT_AMQP", "5672");
            environment.put(service + "_PORT", "tcp://10.0.0.7:5672");
            environment.put(service + "_PORT_5672_TCP", "tcp://10.0.0.7:5672");
            environment.put(service + "_PORT_5672_TCP_PROTO", "tcp");
            environment.put(service + "_PORT_5672_TCP_PORT", "5672");
            environment.put(service + "_PORT_5672_TCP_ADDR", "10.0.0.7");
        }
        Settings settings = read(environment);
        assertThat(settings.get(Options.TCP)).isEqualTo(Options.TCP.initial());
        assertThat(settings.isSet(Options.MANAGEMENT.port())).isFalse();
        assertThat(settings.warnings())
                .as("only of the one that could be a setting, too")
                .singleElement()
                .asString()
                .contains("JUMPMQ_MANAGEMENT_TCP_PORT");
        assertThat(read(Map.of("JUMPMQ_MANAGEMENT_TCP_PORT", "15673")).get(Options.MANAGEMENT.port()))
                .isEqualTo(new Address("", 15_673));
    }

    @Test
    void aVariableThatNamesNoSettingStopsTheStart() {
        refused(Map.of("JUMPMQ_HARTBEAT", "1"), "the environment variable JUMPMQ_HARTBEAT names no setting");
    }

    @Test
    void whatCommandsAndTheLauncherReadStopsNoServer() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Path.of("src", "main", "java"))) {
            for (Path source : Stream.concat(sources, Stream.of(Path.of("..", "jumpmq")))
                    .filter(Files::isRegularFile)
                    .toList()) {
                Matcher name = Pattern.compile("\\bJUMPMQ_[A-Z_]*[A-Z]\\b").matcher(Files.readString(source));
                while (name.find()) {
                    names.add(name.group());
                }
            }
        }
        assertThat(names).contains("JUMPMQ_URI", "JUMPMQ_JAVA_OPTS");
        names.forEach(
                name -> assertThat(read(Map.of(name, "x")).warnings()).as(name).isEmpty());
    }
}
