package io.jumpmq.config;

import java.util.List;

/**
 * What is logged in one place.
 *
 * @param level no less than this
 * @param formatter plaintext or json
 */
public record LogOptions(Option<String> level, Option<String> formatter) {
    /**
     * Under RabbitMQ's names.
     *
     * @param where for the explanation
     */
    static LogOptions under(String prefix, String where) {
        return new LogOptions(
                new Option<>(prefix + ".level", Kind.level(), "info", "What " + where + " is told."),
                new Option<>(
                        prefix + ".formatter",
                        Kind.choice("plaintext", "json"),
                        "plaintext",
                        "How: in lines for people, or in JSON with RabbitMQ's fields, an object a line."));
    }

    List<Option<?>> all() {
        return List.of(level, formatter);
    }
}
