package io.jumpmq.cli;

import java.util.Locale;
import picocli.CommandLine.Option;

/** Whether keys may move. */
final class MoveConsent {
    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(
            names = "--ask-above",
            paramLabel = "PERCENT",
            description = "Ask before more than this share of keys moves. Default: 10.")
    private double askAbove = 10;

    /** Asks if it has to; without anybody to ask, it refuses. */
    boolean given(Console console, double share) {
        if (yes || share * 100 <= askAbove) {
            return true;
        }
        String question = String.format(Locale.ROOT, "Move %.1f %% of all keys?", share * 100);
        if (!console.interactive()) {
            throw new UsageException(question + " That is more than " + askAbove
                    + " %, and there is nobody to ask: say --yes, or raise --ask-above");
        }
        return console.confirms(question);
    }
}
