package io.jumpmq.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.RollingPolicy;
import ch.qos.logback.core.rolling.RollingPolicyBase;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.rolling.TimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import io.jumpmq.config.LogOptions;
import io.jumpmq.config.Options;
import io.jumpmq.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What the settings want to be logged, and where. */
record LogSettings(Settings settings) {
    private static final String NO_FILE = "false";

    /**
     * Has it logged like that from now on. Logback's own property for a configuration file wins.
     *
     * @return what keeps the end of the log
     * @throws IllegalArgumentException when there cannot be such a log file
     */
    RecentLog apply() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        RecentLog recent = recent(context);
        if (System.getProperty("logback.configurationFile") != null) {
            root.addAppender(recent);
            return recent;
        }
        List<Appender<ILoggingEvent>> wanted = appenders(context);
        root.detachAndStopAllAppenders();
        wanted.forEach(root::addAppender);
        root.addAppender(recent);
        ConsoleLog.limit(level(settings.get(Options.LOG_DEFAULT_LEVEL)));
        settings.find(Options.LOG_CONNECTION_LEVEL)
                .ifPresent(level -> context.getLogger("jumpmq.connection").setLevel(level(level)));
        return recent;
    }

    private static RecentLog recent(LoggerContext context) {
        PatternLayoutEncoder lines = ConsoleLog.lines(context);
        lines.start();
        RecentLog recent = new RecentLog(lines);
        recent.setContext(context);
        recent.start();
        return recent;
    }

    List<Appender<ILoggingEvent>> appenders(LoggerContext context) {
        List<Appender<ILoggingEvent>> all = new ArrayList<>();
        if (settings.get(Options.LOG_CONSOLE)) {
            ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
            console.setTarget(settings.get(Options.LOG_CONSOLE_STREAM).equals("stdout") ? "System.out" : "System.err");
            all.add(started(console, Options.LOG_TO_CONSOLE, context));
        }
        Path file = file();
        if (!file.toString().isEmpty()) {
            all.add(started(appender(file, context), Options.LOG_TO_FILE, context));
            if (!Files.isRegularFile(file) || !Files.isWritable(file)) {
                throw new IllegalArgumentException("cannot write the log file " + file + ": see "
                        + Options.LOG_FILE.key() + " and " + Options.LOG_DIRECTORY.key());
            }
        }
        return all;
    }

    /** The log file; empty: none. */
    private Path file() {
        String name = settings.find(Options.LOG_FILE).orElse("");
        boolean isWanted = settings.isSet(Options.LOG_DIRECTORY)
                || !settings.get(Options.LOG_CONSOLE)
                || Options.fileLog().stream().anyMatch(settings::isSet);
        if (name.equals(NO_FILE) || (name.isEmpty() && !isWanted)) {
            return Path.of("");
        }
        return Path.of(settings.get(Options.LOG_DIRECTORY))
                .resolve(name.isEmpty() ? settings.get(Options.NODE_NAME) + ".log" : name);
    }

    private FileAppender<ILoggingEvent> appender(Path file, LoggerContext context) {
        String period = period(settings.get(Options.LOG_ROTATION_DATE));
        long size = settings.get(Options.LOG_ROTATION_SIZE);
        int count = settings.get(Options.LOG_ROTATION_COUNT);
        String compressed = settings.get(Options.LOG_ROTATION_COMPRESS) ? ".gz" : "";
        if (period.isEmpty() && size == 0) {
            FileAppender<ILoggingEvent> plain = new FileAppender<>();
            plain.setFile(file.toString());
            return plain;
        }
        RollingFileAppender<ILoggingEvent> rolling = new RollingFileAppender<>();
        rolling.setFile(file.toString());
        rolling.setContext(context);
        if (period.isEmpty()) {
            FixedWindowRollingPolicy older = new Older();
            older.setMinIndex(0);
            older.setMaxIndex(Math.max(0, count - 1));
            SizeBasedTriggeringPolicy<ILoggingEvent> full = new SizeBasedTriggeringPolicy<>();
            full.setContext(context);
            full.setMaxFileSize(new FileSize(size));
            full.start();
            rolling.setTriggeringPolicy(full);
            roll(rolling, older, file + ".%i" + compressed);
        } else if (size == 0) {
            TimeBasedRollingPolicy<ILoggingEvent> timely = new TimeBasedRollingPolicy<>();
            timely.setMaxHistory(count);
            roll(rolling, timely, file + "." + period + compressed);
        } else {
            SizeAndTimeBasedRollingPolicy<ILoggingEvent> both = new SizeAndTimeBasedRollingPolicy<>();
            both.setMaxFileSize(new FileSize(size));
            both.setMaxHistory(count);
            both.setTotalSizeCap(new FileSize(size * Math.max(1, count)));
            roll(rolling, both, file + "." + period + ".%i" + compressed);
        }
        return rolling;
    }

    /** As many as are wanted; Logback's own keeps at most twenty. */
    private static final class Older extends FixedWindowRollingPolicy {
        @Override
        protected int getMaxWindowSize() {
            return Integer.MAX_VALUE;
        }
    }

    private static void roll(RollingFileAppender<ILoggingEvent> rolling, RollingPolicyBase policy, String names) {
        policy.setContext(rolling.getContext());
        policy.setParent(rolling);
        policy.setFileNamePattern(names);
        policy.start();
        rolling.setRollingPolicy((RollingPolicy) policy);
    }

    /** A pattern that is another text in each period; empty for none. */
    private static String period(String rotation) {
        if (rotation.isEmpty()) {
            return "";
        }
        return switch (rotation.charAt(1)) {
            case 'H' -> "%d{yyyy-MM-dd-HH}";
            case 'W' -> "%d{yyyy-'W'ww}";
            case 'M' -> "%d{yyyy-MM}";
            default -> "%d{yyyy-MM-dd}";
        };
    }

    private Appender<ILoggingEvent> started(
            OutputStreamAppender<ILoggingEvent> appender, LogOptions options, LoggerContext context) {
        Encoder<ILoggingEvent> encoder =
                settings.get(options.formatter()).equals("json") ? new JsonLines() : ConsoleLog.lines(context);
        encoder.setContext(context);
        encoder.start();
        appender.addFilter(threshold(settings.get(options.level())));
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }

    /** Logs no less than this from now on, wherever to. */
    static void limit(String level) {
        ConsoleLog.limit(level(level));
        appenders().forEach(appender -> {
            appender.clearAllFilters();
            appender.addFilter(threshold(level));
        });
    }

    /**
     * Begins new log files; where somebody else moves them away, in the same place.
     *
     * @throws IllegalArgumentException when there are none
     */
    static void rotate() {
        List<FileAppender<ILoggingEvent>> files = new ArrayList<>();
        appenders().forEach(appender -> {
            if (appender instanceof FileAppender<ILoggingEvent> file) {
                files.add(file);
            }
        });
        if (files.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no log file to rotate: " + Options.LOG_FILE.key() + " is not set");
        }
        for (FileAppender<ILoggingEvent> file : files) {
            if (file instanceof RollingFileAppender<ILoggingEvent> rolling) {
                rolling.rollover();
            } else {
                file.stop();
                file.start();
            }
        }
    }

    private static List<Appender<ILoggingEvent>> appenders() {
        List<Appender<ILoggingEvent>> all = new ArrayList<>();
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME))
                .iteratorForAppenders()
                .forEachRemaining(all::add);
        return all;
    }

    private static ThresholdFilter threshold(String level) {
        ThresholdFilter threshold = new ThresholdFilter();
        threshold.setLevel(level(level).toString());
        threshold.start();
        return threshold;
    }

    private static Level level(String word) {
        return switch (word) {
            case "debug" -> Level.DEBUG;
            case "warning" -> Level.WARN;
            case "error" -> Level.ERROR;
            case "none" -> Level.OFF;
            default -> Level.INFO;
        };
    }
}
