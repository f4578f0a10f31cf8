package io.jumpmq.app;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;

/** The end of the log, for the page of the node: a few hundred lines, so that it takes less than a megabyte. */
final class RecentLog extends AppenderBase<ILoggingEvent> {
    static final int MAX_LINES = 300;
    static final int MAX_LINE = 1_000;

    private final PatternLayoutEncoder encoder;
    private final ArrayDeque<String> lines = new ArrayDeque<>();

    RecentLog(PatternLayoutEncoder encoder) {
        this.encoder = encoder;
    }

    @Override
    protected void append(ILoggingEvent event) {
        // With what belongs to it, such as a stack trace.
        String[] text = new String(encoder.encode(event), StandardCharsets.UTF_8).split("\\R", -1);
        synchronized (lines) {
            for (String line : text) {
                if (!line.isEmpty()) {
                    lines.add(line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE) + "…");
                }
            }
            while (lines.size() > MAX_LINES) {
                lines.remove();
            }
        }
    }

    /** The lines that are kept, the oldest first. */
    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }
}
