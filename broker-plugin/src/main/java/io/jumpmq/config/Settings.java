package io.jumpmq.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * What was set, and where nothing was, what holds then. Of several sources the later ones count: file, environment, command
 * line.
 */
public final class Settings {
    private final Map<Option<?>, Map<String, Object>> values;
    private final List<String> warnings;
    private final List<String> ignored;

    private Settings(Map<Option<?>, Map<String, Object>> values, Problems problems) {
        this.values = values;
        this.warnings = problems.warnings();
        this.ignored = problems.ignored();
    }

    /** Collects settings, source by source, and what is wrong with them. */
    public static final class Builder {
        private final Map<String, String> environment;
        private final Map<Option<?>, Map<String, Object>> values = new HashMap<>();
        private final Problems problems = new Problems();

        /** Without an environment. */
        public Builder() {
            this(Map.of());
        }

        /** With the environment's variables, which files may name; {@link #environment} takes what they set themselves. */
        public Builder(Map<String, String> environment) {
            this.environment = Map.copyOf(environment);
        }

        /**
         * Reads a file in rabbitmq.conf's syntax, lines {@code key = value} with {@code #} before comments, and those in {@code
         * conf.d} beside it; or all of a directory.
         */
        public Builder file(Path path) {
            ConfFile reader = new ConfFile(environment, problems);
            for (Path file : reader.files(path)) {
                reader.read(file, entry -> set(entry.where(), entry.key(), entry.value()));
            }
            return this;
        }

        /** Takes what the environment sets: our own variables, and RabbitMQ's. */
        public Builder environment() {
            new Environment(environment, this, problems).read();
            return this;
        }

        /**
         * Sets one value.
         *
         * @param where for the error message
         */
        public Builder set(String where, String key, String text) {
            Option<?> option = Options.ofKey(key);
            if (option != null) {
                put(where, option, key, text);
                return this;
            }
            RabbitMqKeys.Verdict verdict = RabbitMqKeys.verdict(key, text);
            switch (verdict.kind()) {
                case IGNORED -> problems.ignored(where + ": " + key);
                case MISSED -> problems.missed(where + ": " + key, verdict.why());
                case UNKNOWN ->
                    problems.error(
                            where + ": there is no setting " + key + nearest(key) + "; 'jumpmq config' lists them");
            }
            return this;
        }

        private void put(String where, Option<?> option, String key, String text) {
            try {
                if (text.startsWith("encrypted:")) {
                    throw new IllegalArgumentException("encrypted values cannot be read");
                }
                values.computeIfAbsent(option, unused -> new LinkedHashMap<>())
                        .put(option.member(key), option.kind().parse(text));
            } catch (IllegalArgumentException e) {
                String shown = option.equals(Options.DEFAULT_PASSWORD) ? "" : " = " + text;
                problems.error((where.equals(key) ? key : where + ": " + key) + shown + ": " + e.getMessage());
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

        /**
         * All that was set.
         *
         * @throws ConfigException with everything that is wrong, each on a line that names file and line, or the variable
         */
        public Settings build() {
            warnAboutPasswords();
            problems.requireNone();
            return new Settings(values, problems);
        }

        private void warnAboutPasswords() {
            if (values.containsKey(Options.DEFAULT_USER) && !values.containsKey(Options.DEFAULT_PASSWORD)) {
                problems.warning("default_user is set and default_pass is not: a new broker's user has the password '"
                        + Options.DEFAULT_PASSWORD.initial() + "', which everybody knows");
            }
        }
    }

    /** What was asked for and does not hold, in sentences for the log. */
    public List<String> warnings() {
        return warnings;
    }

    /** Keys of RabbitMQ's that were given and make no difference here, each with where. */
    public List<String> ignored() {
        return ignored;
    }

    /** What holds, by key; of passwords only that there is one. */
    public Map<String, String> described() {
        Map<String, String> all = new LinkedHashMap<>();
        Options.ALL.forEach(option -> describe(option, all));
        return all;
    }

    private <T> void describe(Option<T> option, Map<String, String> into) {
        if (option.isFamily()) {
            members(option)
                    .forEach((name, value) -> into.put(
                            option.key().replace("*", name), option.kind().print(value)));
        } else {
            find(option)
                    .ifPresent(value -> into.put(
                            option.key(),
                            option.equals(Options.DEFAULT_PASSWORD)
                                    ? "********"
                                    : option.kind().print(value)));
        }
    }

    /** The keys of all that somebody has set. */
    public Set<String> chosen() {
        Set<String> keys = new HashSet<>();
        values.forEach((option, members) ->
                members.keySet().forEach(name -> keys.add(option.key().replace("*", name))));
        return keys;
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
