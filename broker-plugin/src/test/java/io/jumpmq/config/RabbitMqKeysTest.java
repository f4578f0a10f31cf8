package io.jumpmq.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Every key that RabbitMQ's schemas have had from 3.8 to 4.3 is a setting here, or it is decided what becomes of it. */
class RabbitMqKeysTest {
    private static List<String> lines(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(RabbitMqKeysTest.class.getResourceAsStream(resource))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        }
    }

    /** A key as a file has it: the schemas write {@code $name} where names follow. */
    private static String inAFile(String key) {
        return key.replace("$num", "1").replace("$index", "1").replace("$", "");
    }

    private static boolean isDecided(String key) {
        return Options.ofKey(key) != null || RabbitMqKeys.verdict(key, "x").kind() != RabbitMqKeys.Kind.UNKNOWN;
    }

    @Test
    void eachKeyOfTheSchemasIsDecided() throws IOException {
        List<String> keys = lines("rabbitmq-schema-keys.txt");
        assertThat(keys).hasSizeGreaterThan(1_000);
        assertThat(keys.stream().map(RabbitMqKeysTest::inAFile).filter(key -> !isDecided(key)))
                .isEmpty();
    }

    @Test
    void eachLineOfTheTableIsAboutAKeyOfTheSchemasThatIsNoSetting() throws IOException {
        List<String> keys = lines("rabbitmq-schema-keys.txt").stream()
                .map(RabbitMqKeysTest::inAFile)
                .toList();
        for (String line : lines("rabbitmq-keys.txt")) {
            String key = line.split(" [=:] ", 2)[0].trim();
            String pattern = ("\\Q" + key + "\\E").replace("*", "\\E.+\\Q");
            assertThat(keys).as(line).anySatisfy(known -> {
                assertThat(known).matches(pattern);
                assertThat(Options.ofKey(known)).isNull();
            });
        }
    }

    @Test
    void whatDependsOnTheValueIsMissedOnlyForOthers() {
        assertThat(RabbitMqKeys.verdict("auth_mechanisms.1", "PLAIN").kind()).isEqualTo(RabbitMqKeys.Kind.IGNORED);
        assertThat(RabbitMqKeys.verdict("auth_mechanisms.1", "EXTERNAL").kind()).isEqualTo(RabbitMqKeys.Kind.MISSED);
        assertThat(RabbitMqKeys.verdict("cluster_formation.node_type", "disc").kind())
                .as("the longest line counts")
                .isEqualTo(RabbitMqKeys.Kind.IGNORED);
        assertThat(RabbitMqKeys.verdict("cluster_formation.k8s.host", "h").kind())
                .isEqualTo(RabbitMqKeys.Kind.MISSED);
        assertThat(RabbitMqKeys.verdict("mgtt.vhost", "h").kind()).isEqualTo(RabbitMqKeys.Kind.UNKNOWN);
    }
}
