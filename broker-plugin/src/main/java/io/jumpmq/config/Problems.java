package io.jumpmq.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is wrong with settings, and what of them is without effect: collected, so that nobody mends one mistake a start. */
final class Problems {
    private static final int MAX_TOLD = 50;

    private final Set<String> errors = new LinkedHashSet<>();
    private final Map<String, List<String>> missed = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<String> ignored = new ArrayList<>();

    void error(String text) {
        errors.add(text);
    }

    void warning(String text) {
        warnings.add(text);
    }

    /** What somebody wanted, and does not have. */
    void missed(String where, String why) {
        missed.computeIfAbsent(why, unused -> new ArrayList<>()).add(where);
    }

    /** What makes no difference here. */
    void ignored(String where) {
        ignored.add(where);
    }

    /**
     * Refuses settings with mistakes.
     *
     * @throws ConfigException with all of them, one a line
     */
    void requireNone() {
        if (!errors.isEmpty()) {
            List<String> told = errors.stream().limit(MAX_TOLD).toList();
            String more = errors.size() > MAX_TOLD ? "\n… and " + (errors.size() - MAX_TOLD) + " more" : "";
            throw new ConfigException(String.join("\n", told) + more);
        }
    }

    /** A line for each reason, with all that it is the reason for. */
    List<String> warnings() {
        List<String> all = new ArrayList<>(warnings);
        missed.forEach((why, where) -> all.add(String.join(", ", where) + ": not supported: " + why));
        return all;
    }

    List<String> ignored() {
        return List.copyOf(ignored);
    }
}
