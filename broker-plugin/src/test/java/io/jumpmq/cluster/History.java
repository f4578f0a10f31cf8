package io.jumpmq.cluster;

import java.util.HashMap;
import java.util.Map;

/**
 * What clients were told, held against real time: an operation takes effect after all that had been answered when it began.
 * An append is at a position, a read is between two, so one number tells how far anybody has seen.
 */
final class History {
    private final RaftInvariants invariants;
    private final Map<Command, Integer> appends = new HashMap<>();
    private final Map<Integer, CommandLog.Content> reads = new HashMap<>();
    private int seen;
    private int answers;

    History(RaftInvariants invariants) {
        this.invariants = invariants;
    }

    /** How much somebody has seen. What begins now has to come after it. */
    int seen() {
        return seen;
    }

    int answers() {
        return answers;
    }

    void appended(Command command, int position, int seenBefore) {
        answers++;
        if (position < seenBefore) {
            invariants.violated(
                    command + " is at " + position + ", though " + seenBefore + " had been seen before it began");
        }
        Integer before = appends.put(command, position);
        if (before != null && before != position) {
            invariants.violated(command + " is at " + position + " and at " + before);
        }
        seen = Math.max(seen, position + 1);
    }

    void read(CommandLog.Content content, int seenBefore) {
        answers++;
        if (content.size() < seenBefore) {
            invariants.violated(
                    "a read finds " + content.size() + ", though " + seenBefore + " had been seen before it began");
        }
        CommandLog.Content before = reads.put(content.size(), content);
        if (before != null && !before.equals(content)) {
            invariants.violated("two reads of " + content.size() + " differ");
        }
        seen = Math.max(seen, content.size());
    }

    /** For a read that begins now. */
    Answer<CommandLog.Content> reader() {
        int before = seen;
        return new Answer<>() {
            @Override
            public void answered(CommandLog.Content content) {
                read(content, before);
            }

            @Override
            public void failed() {}
        };
    }

    /** For an append that begins now. */
    Answer<Integer> appender(Command command) {
        int before = seen;
        return new Answer<>() {
            @Override
            public void answered(Integer position) {
                appended(command, position, before);
            }

            @Override
            public void failed() {}
        };
    }

    /** Everything answered is there, where it was said to be. */
    void checkAgainst(CommandLog agreed) {
        appends.forEach((command, position) -> {
            if (!agreed.isAt(position, command)) {
                invariants.violated(command + " was answered with " + position + " and is not there");
            }
        });
        reads.forEach((size, content) -> {
            if (size > agreed.content().size() || !agreed.content(size).equals(content)) {
                invariants.violated("a read saw " + size + " commands that are not there");
            }
        });
        if (!agreed.allDiffer()) {
            invariants.violated("a command is there twice");
        }
    }
}
