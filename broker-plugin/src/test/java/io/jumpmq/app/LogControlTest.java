package io.jumpmq.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import io.jumpmq.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What operators change about the log of a process while it runs. */
class LogControlTest {
    @TempDir
    private Path directory;

    private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    private final Level before = root.getLevel();
    private final List<Appender<ILoggingEvent>> added = new ArrayList<>();

    private void log(String... lines) {
        Settings.Builder settings =
                new Settings.Builder().set("", "log.dir", directory.toString()).set("", "log.file", "x.log");
        for (String line : lines) {
            String[] parts = line.split(" = ", 2);
            settings.set("", parts[0], parts[1]);
        }
        settings.set("", "log.console", "false");
        added.addAll(new LogSettings(settings.build()).appenders((LoggerContext) LoggerFactory.getILoggerFactory()));
        added.forEach(root::addAppender);
    }

    @AfterEach
    void tidyUp() {
        added.forEach(appender -> {
            root.detachAppender(appender);
            appender.stop();
        });
        root.setLevel(before);
    }

    private String text(String file) throws Exception {
        return Files.readString(directory.resolve(file));
    }

    @Test
    void aLevelHoldsAtOnceAndEverywhere() throws Exception {
        log();
        LogSettings.limit("error");
        root.warn("quiet");
        LogSettings.limit("debug");
        root.debug("loud");
        assertThat(text("x.log")).contains("loud").doesNotContain("quiet");
    }

    @Test
    void rotatingBeginsANewFile() throws Exception {
        log();
        root.error("old");
        LogSettings.rotate();
        root.error("new");
        assertThat(text("x.log")).contains("new").doesNotContain("old");
        assertThat(text("x.log.0")).contains("old");
    }

    @Test
    void aFileThatSomebodyElseRotatesIsOpenedAgain() throws Exception {
        log("log.file.rotation.size = 0");
        root.error("old");
        Files.move(directory.resolve("x.log"), directory.resolve("moved"));
        LogSettings.rotate();
        root.error("new");
        assertThat(text("moved")).contains("old").doesNotContain("new");
        assertThat(text("x.log")).contains("new").doesNotContain("old");
    }

    @Test
    void withoutAFileThereIsNothingToRotate() {
        assertThatThrownBy(LogSettings::rotate).hasMessage("there is no log file to rotate: log.file is not set");
    }
}
