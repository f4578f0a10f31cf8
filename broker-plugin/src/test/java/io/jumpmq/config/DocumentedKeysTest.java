package io.jumpmq.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that documents name are keys of ours; those that are said to be missing are none. */
class DocumentedKeysTest {
    private static final Path DOCUMENTS = Path.of("..", "docs");
    private static final String MISSING = "## Not there yet";

    /** A key with a dot, between backticks or before {@code = value}. */
    private static final Pattern KEY = Pattern.compile("`([a-z_]+(?:\\.[a-z0-9_*]+)+)(?: = [^`]*)?`");

    /** What looks like a key: files, methods of AMQP, fields of the API. */
    private static final Pattern OTHER = Pattern.compile(
            ".*\\.(conf|md|json|jar|log|sum|d)|(connection|channel|exchange|queue|basic|tx)\\.[a-z]+|total\\.rss|io\\.jumpmq.*");

    private static List<String> keys(String text) {
        return KEY.matcher(text)
                .results()
                .map(match -> match.group(1))
                .filter(key -> !OTHER.matcher(key).matches())
                .toList();
    }

    private static boolean isOurs(String key) {
        return Options.ALL.stream()
                .anyMatch(option -> option.matches(key) || option.key().equals(key));
    }

    private static boolean beginsOurs(String key) {
        return Options.ALL.stream().anyMatch(option -> option.key().startsWith(key + "."));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "compatibility.md",
                "operations.md",
                "limits.md",
                "http-api.md",
                "plugins.md",
                "store-format.md",
                "../README.md"
            })
    void theyAreOurs(String document) throws IOException {
        String text = Files.readString(DOCUMENTS.resolve(document)).split(MISSING, 2)[0];
        assertThat(keys(text))
                .allSatisfy(key ->
                        assertThat(isOurs(key) || beginsOurs(key)).as(key).isTrue());
    }

    @Test
    void theSampleFileIsTheOneThatIsPrinted() throws IOException {
        assertThat(DOCUMENTS.resolve("jumpmq.conf")).hasContent(SampleFile.text());
    }

    @Test
    void theMissingAreKnownToBeMissing() throws IOException {
        String text = Files.readString(DOCUMENTS.resolve("compatibility.md"));
        List<String> missing = keys(text.substring(text.indexOf(MISSING)));
        assertThat(missing).isNotEmpty().allSatisfy(key -> {
            assertThat(isOurs(key)).as("%s is there", key).isFalse();
            assertThat(RabbitMqKeys.verdict(key, "x").kind())
                    .as("what is said of %s", key)
                    .isEqualTo(RabbitMqKeys.Kind.MISSED);
        });
    }
}
