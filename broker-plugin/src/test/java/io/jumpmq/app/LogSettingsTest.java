package io.jumpmq.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.status.Status;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jumpmq.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is logged where, in a Logback of its own. */
class LogSettingsTest {
    @TempDir
    private Path directory;

    private final LoggerContext context = new LoggerContext();

    @BeforeEach
    void start() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    /** A logger with what these settings want. */
    private Logger logger(String... lines) {
        Settings.Builder settings = new Settings.Builder().set("", "log.dir", directory.toString());
        for (String line : lines) {
            String[] parts = line.split(" = ", 2);
            settings.set("", parts[0], parts[1]);
        }
        Logger logger = context.getLogger("jumpmq.test");
        logger.setLevel(Level.DEBUG);
        for (Appender<ILoggingEvent> appender : new LogSettings(settings.build()).appenders(context)) {
            logger.addAppender(appender);
        }
        return logger;
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFileIsToldWhatItsLevelWants() throws IOException {
        Logger logger = logger("log.console = false", "log.file.level = warning", "nodename = rabbit@here");
        logger.info("quiet");
        logger.warn("loud");
        assertThat(directory.resolve("rabbit@here.log"))
                .content()
                .contains("WARN  test loud")
                .doesNotContain("quiet");
    }

    @Test
    void everyLineHasATimeWhateverIsInIt() throws IOException {
        logger("log.console = false", "log.file = a.log")
                .info("user '{}' logged in", "ü\n2026-01-01 00:00:00.000 INFO  audit user\u2028\u0085\u001b[31m");
        assertThat(Files.readAllLines(directory.resolve("a.log")))
                .singleElement()
                .asString()
                .matches(
                        "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  test user 'ü 2026-01-01 00:00:00.000 INFO  audit user \\[31m' logged in");
    }

    @Test
    void jsonHasRabbitMqsFieldsAndOneObjectALine() throws IOException {
        Logger logger = logger("log.console = false", "log.file = a.log", "log.file.formatter = json");
        logger.warn("two\nlines \"quoted\"", new IllegalStateException("why"));
        logger.info("next");
        List<String> lines = Files.readAllLines(directory.resolve("a.log"));
        assertThat(lines).hasSize(2);
        JsonNode line = new ObjectMapper().readTree(lines.get(0));
        assertThat(line.path("level").asText()).isEqualTo("warning");
        assertThat(line.path("msg").asText()).isEqualTo("two\nlines \"quoted\"");
        assertThat(line.path("domain").asText()).isEqualTo("jumpmq.test");
        assertThat(line.path("exception").asText()).contains("IllegalStateException: why");
        assertThat(line.path("time").asText())
                .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{6}[+-]\\d\\d:\\d\\d");
    }

    @Test
    void aFileThatIsLargeEnoughMakesRoomForTheNextAndSoManyAreKept() throws IOException {
        Logger logger = logger(
                "log.console = false",
                "log.file = a.log",
                "log.file.rotation.size = 1kB",
                "log.file.rotation.count = 2",
                "log.file.rotation.compress = false");
        for (int i = 0; i < 200; i++) {
            logger.info("line {} of a text that is long enough to fill a file soon", i);
        }
        assertThat(files()).isSubsetOf("a.log", "a.log.0", "a.log.1").contains("a.log");
    }

    @Test
    void eachOfRabbitMqsPeriodsIsOne() throws IOException {
        for (String period : List.of("$H0", "$D0", "$D23", "$W0D23", "$M1D0")) {
            for (String size : List.of("0", "10MB")) {
                Logger logger = logger(
                        "log.console = false",
                        "log.file = p" + files().size() + ".log",
                        "log.file.rotation.date = " + period,
                        "log.file.rotation.size = " + size);
                logger.info("there");
            }
        }
        assertThat(files()).hasSize(10);
        assertThat(context.getStatusManager().getCopyOfStatusList())
                .noneMatch(status -> status.getEffectiveLevel() > Status.INFO);
    }

    @Test
    void aFileThatCannotBeWrittenStopsTheStart() throws IOException {
        Files.createDirectory(directory.resolve("taken"));
        assertThatThrownBy(() -> logger("log.file = taken"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot write the log file");
    }
}
