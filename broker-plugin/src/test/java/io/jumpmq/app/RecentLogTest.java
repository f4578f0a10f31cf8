package io.jumpmq.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import org.junit.jupiter.api.Test;

/** The end of the log is bounded, whatever is logged. */
class RecentLogTest {
    @Test
    void keepsTheLastLinesAndNoMore() {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        PatternLayoutEncoder lines = ConsoleLog.lines(context);
        lines.start();
        RecentLog recent = new RecentLog(lines);
        recent.setContext(context);
        recent.start();
        Logger logger = context.getLogger("jumpmq.test");
        logger.addAppender(recent);
        for (int i = 0; i < 10 * RecentLog.MAX_LINES; i++) {
            logger.warn("line {}", i);
        }
        assertThat(recent.lines()).hasSize(RecentLog.MAX_LINES);
        assertThat(recent.lines().get(RecentLog.MAX_LINES - 1))
                .endsWith("WARN  test line " + (10 * RecentLog.MAX_LINES - 1));
        logger.error("long" + "x".repeat(1 << 20), new IllegalStateException("with its\nstack"));
        assertThat(recent.lines())
                .hasSize(RecentLog.MAX_LINES)
                .allMatch(line -> line.length() <= RecentLog.MAX_LINE + 1);
        assertThat(recent.lines()).anyMatch(line -> line.contains("IllegalStateException: with its"));
    }
}
