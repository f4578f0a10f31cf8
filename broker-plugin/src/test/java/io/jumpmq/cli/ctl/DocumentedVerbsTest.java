package io.jumpmq.cli.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.cli.Console;
import io.jumpmq.cli.JumpMqCommand;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Verbs that documents name are there, and compatibility.md lists exactly those that mean nothing here. */
class DocumentedVerbsTest {
    private static final Path ROOT = Path.of("..");
    private static final String LIST = "Verbs of `rabbitmqctl` that mean nothing here";
    private static final Pattern USED = Pattern.compile("jumpmq ctl (?:--[a-z]+ \\S+ )*([a-z_]{3,})");

    /** By what it answers, of a broker that is not there. */
    private static boolean isMeaningless(String verb) {
        StringWriter err = new StringWriter();
        Console console = new Console(
                new ByteArrayInputStream(new byte[0]),
                new ByteArrayOutputStream(),
                new PrintWriter(err, true),
                false,
                false);
        String[] line = {"ctl", verb, "--uri", "http://127.0.0.1:1", "--timeout", "0"};
        JumpMqCommand.run(console, List.of(new CtlCommand(console)), line);
        return err.toString().contains("has no meaning for JumpMQ");
    }

    @Test
    void compatibilityListsThoseWithoutMeaning() throws IOException {
        String line = Files.readAllLines(ROOT.resolve("docs/compatibility.md")).stream()
                .filter(candidate -> candidate.contains(LIST))
                .findFirst()
                .orElseThrow();
        List<String> listed = Pattern.compile("`([a-z_]+)`")
                .matcher(line.substring(line.indexOf(LIST) + LIST.length()))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(Verbs.ALL.keySet().stream()
                        .filter(DocumentedVerbsTest::isMeaningless)
                        .toList());
    }

    @Test
    void verbsInExamplesAreThere() throws IOException {
        try (Stream<Path> files = Stream.of(
                        "README.md", "docs/operations.md", "docs/limits.md", "docs/http-api.md", "docs/plugins.md")
                .map(ROOT::resolve)) {
            for (Path file : files.toList()) {
                List<String> used = USED.matcher(Files.readString(file))
                        .results()
                        .map(match -> match.group(1))
                        .toList();
                assertThat(Verbs.ALL.keySet()).as(file.toString()).containsAll(used);
            }
        }
    }
}
