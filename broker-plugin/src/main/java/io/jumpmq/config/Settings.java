package io.jumpmq.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * What was set, and where nothing was, what holds then. Later sources come before earlier ones: file, environment, command
 * line.
 */
public final class Settings {
    static final String VARIABLES = "JUMPMQ_";

    /** Variables that are the launcher's. */
    private static final List<String> FOREIGN_VARIABLES = List.of("JUMPMQ_JAVA_OPTS", "JUMPMQ_CONFIG_FILE");

    /** RabbitMQ's own variables, those of its container image among them. */
    private static final Map<String, Option<?>> RABBITMQ_VARIABLES = Map.of(
            "RABBITMQ_NODE_PORT", Options.TCP,
            "RABBITMQ_DEFAULT_USER", Options.DEFAULT_USER,
            "RABBITMQ_DEFAULT_PASS", Options.DEFAULT_PASSWORD,
            "RABBITMQ_DEFAULT_VHOST", Options.DEFAULT_VHOST);

    private final Map<Option<?>, Map<String, Object>> values;
    private final List<String> withoutMeaning;

    private Settings(Map<Option<?>, Map<String, Object>> values, List<String> withoutMeaning) {
        this.values = values;
        this.withoutMeaning = List.copyOf(withoutMeaning);
    }

    /** Collects settings, source by source. */
    public static final class Builder {
        private final Map<Option<?>, Map<String, Object>> values = new HashMap<>();
        private final List<String> withoutMeaning = new ArrayList<>();

        /**
         * Reads a file in rabbitmq.conf's syntax: lines {@code key = value}, with {@code #} before comments.
         *
         * @throws ConfigException naming file, line and key
         */
        public Builder file(Path file) {
            List<String> lines;
            try {
                lines = Files.readAllLines(file);
            } catch (NoSuchFileException e) {
                throw new ConfigException("there is no configuration file " + file);
            } catch (IOException e) {
                throw new ConfigException("cannot read the configuration file " + file + ": " + e.getMessage());
            }
            for (int i = 0; i < lines.size(); i++) {
                line(file + ":" + (i + 1), lines.get(i).trim());
            }
            return this;
        }

        private void line(String where, String line) {
            if (line.isEmpty() || line.startsWith("#")) {
                return;
            }
            int equals = line.indexOf('=');
            if (equals <= 0) {
                throw new ConfigException(where + ": '" + line + "' is not of the form key = value");
            }
            set(where, line.substring(0, equals).trim(), value(line.substring(equals + 1)));
        }

        /** Without the comment that may follow, and without quotes. */
        private static String value(String text) {
            String value = text.trim();
            if (value.length() >= 2 && value.startsWith("'") && value.indexOf('\'', 1) > 0) {
                return value.substring(1, value.indexOf('\'', 1));
            }
            int comment = value.indexOf(" #");
            return (comment < 0 ? value : value.substring(0, comment)).trim();
        }

        /**
         * Takes what the environment sets: {@code JUMPMQ_} and a key in capitals with underscores for dots, and RabbitMQ's
         * own variables.
         *
         * @throws ConfigException naming the variable
         */
        public Builder environment(Map<String, String> environment) {
            environment.forEach((name, text) -> {
                Option<?> rabbit = RABBITMQ_VARIABLES.get(name);
                if (rabbit != null) {
                    put(name, rabbit, rabbit.key(), text);
                } else if (name.startsWith(VARIABLES) && !FOREIGN_VARIABLES.contains(name)) {
                    Option<?> option = Options.ALL.stream()
                            .filter(known ->
                                    !known.isFamily() && known.variable().equals(name))
                            .findFirst()
                            .orElseThrow(() -> new ConfigException("the environment variable " + name
                                    + " names no setting; 'jumpmq config' lists them"));
                    put(name, option, option.key(), text);
                }
            });
            return this;
        }

        /**
         * Sets one value.
         *
         * @param where for the error message
         * @throws ConfigException when there is no such key, or the value is not allowed
         */
        public Builder set(String where, String key, String text) {
            for (Option<?> option : Options.ALL) {
                if (option.matches(key)) {
                    put(where, option, key, text);
                    return this;
                }
            }
            if (Options.WITHOUT_MEANING.stream()
                    .anyMatch(known -> known.endsWith(".")
                            ? key.startsWith(known)
                            : key.equals(known) || key.startsWith(known + "."))) {
                withoutMeaning.add(where + ": " + key);
                return this;
            }
            throw new ConfigException(
                    where + ": there is no setting " + key + nearest(key) + "; 'jumpmq config' lists them");
        }

        private void put(String where, Option<?> option, String key, String text) {
            try {
                values.computeIfAbsent(option, unused -> new LinkedHashMap<>())
                        .put(option.member(key), option.kind().parse(text));
            } catch (IllegalArgumentException e) {
                String shown = option.equals(Options.DEFAULT_PASSWORD) ? "" : " = " + text;
                throw new ConfigException(where + ": " + key + shown + ": " + e.getMessage());
            }
        }

        private static String nearest(String key) {
            return Options.ALL.stream()
                    .map(Option::key)
                    .filter(known -> distance(known, key) <= 2)
                    .findFirst()
                    .map(known -> " (" + known + "?)")
                    .orElse("");
        }

        /** Levenshtein's. */
        private static int distance(String a, String b) {
            int[] row = new int[b.length() + 1];
            for (int j = 0; j <= b.length(); j++) {
                row[j] = j;
            }
            for (int i = 1; i <= a.length(); i++) {
                int diagonal = row[0];
                row[0] = i;
                for (int j = 1; j <= b.length(); j++) {
                    int swap = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                    diagonal = row[j];
                    row[j] = Math.min(swap, Math.min(row[j], row[j - 1]) + 1);
                }
            }
            return row[b.length()];
        }

        public Settings build() {
            return new Settings(values, withoutMeaning);
        }
    }

    /** Keys of RabbitMQ's that were given and have no meaning here, each with where. */
    public List<String> withoutMeaning() {
        return withoutMeaning;
    }

    /** Whether somebody has set it, be it to what would hold anyway. */
    public boolean isSet(Option<?> option) {
        return values.containsKey(option);
    }

    /** What was set, or holds when nothing was. */
    @SuppressWarnings("unchecked") // Each option's values were parsed by its own kind.
    public <T> Optional<T> find(Option<T> option) {
        Object value = values.getOrDefault(option, Map.of()).get("");
        return Optional.ofNullable(value == null ? option.initial() : (T) value);
    }

    /** As {@link #find}, for options of which something always holds. */
    public <T> T get(Option<T> option) {
        return find(option).orElseThrow(() -> new NoSuchElementException(option.key()));
    }

    /** What was set of a family, by the members' own names. */
    @SuppressWarnings("unchecked") // As above.
    public <T> Map<String, T> members(Option<T> family) {
        return Collections.unmodifiableMap((Map<String, T>) (Map<String, ?>) values.getOrDefault(family, Map.of()));
    }
}
