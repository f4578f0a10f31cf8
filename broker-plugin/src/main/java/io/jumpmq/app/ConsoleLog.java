package io.jumpmq.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * What the process has to say to its operator, on standard error. Set up in code: a file within the jar would reach into
 * applications that embed JumpMQ, and reading it takes longer than all that it says.
 */
final class ConsoleLog {
    private static final List<String> LIBRARIES = List.of("io.netty", "io.undertow", "org.jboss", "org.xnio");

    private ConsoleLog() {}

    /** To be called once, before anything is logged. Logback's own property for a configuration file wins. */
    static void open() {
        if (System.getProperty("logback.configurationFile") != null) {
            return;
        }
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        PatternLayoutEncoder encoder = lines(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(console);
        root.setLevel(Level.INFO);
        LIBRARIES.forEach(library -> context.getLogger(library).setLevel(Level.WARN));
    }

    /** Lines for people. */
    static PatternLayoutEncoder lines(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8); // Whatever the locale, as all else that is printed.
        // Names of users, queues and files may hold anything: no line of theirs is to pass for one of ours.
        encoder.setPattern(
                "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger{0} %replace(%msg){'[\\p{Cc}\\u2028\\u2029]+', ' '}%n");
        return encoder;
    }

    /** Logs no less than this from now on. */
    static void limit(Level level) {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(level);
    }
}
