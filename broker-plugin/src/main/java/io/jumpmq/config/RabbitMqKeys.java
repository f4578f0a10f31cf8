package io.jumpmq.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What becomes of RabbitMQ's keys that set nothing here: a table, {@code rabbitmq-keys.txt}. */
final class RabbitMqKeys {
    private static final String TABLE = "rabbitmq-keys.txt";

    enum Kind {
        /** It makes no difference here. */
        IGNORED,
        /** Whoever set it misses something. */
        MISSED,
        /** RabbitMQ has no such key, either. */
        UNKNOWN
    }

    /**
     * What becomes of a key.
     *
     * @param why what is missed
     */
    record Verdict(Kind kind, String why) {}

    /** A line of the table. */
    private record Row(String text, Pattern keys, Set<String> harmless, String why) {
        static Row of(String line) {
            String[] keyAndWhy = line.split(" : ", 2);
            String[] keyAndValues = keyAndWhy[0].split(" = ", 2);
            String key = keyAndValues[0].trim();
            return new Row(
                    key,
                    Pattern.compile(("\\Q" + key + "\\E").replace("*", "\\E.+\\Q")),
                    keyAndValues.length == 1
                            ? Set.of()
                            : Set.of(keyAndValues[1].trim().split(" ")),
                    keyAndWhy.length == 1 ? "" : keyAndWhy[1]);
        }

        Verdict verdict(String value) {
            return new Verdict(why.isEmpty() || harmless.contains(value) ? Kind.IGNORED : Kind.MISSED, why);
        }
    }

    /** Read when it is needed: most files hold nothing but settings of ours. */
    private static final class Table {
        static final List<Row> ROWS = read();

        private static List<Row> read() {
            List<Row> rows = new ArrayList<>();
            try (InputStream in = RabbitMqKeys.class.getResourceAsStream(TABLE)) {
                if (in == null) {
                    throw new IllegalStateException("there is no " + TABLE);
                }
                new String(in.readAllBytes(), UTF_8)
                        .lines()
                        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                        .forEach(line -> rows.add(Row.of(line)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            rows.sort(Comparator.comparingInt((Row row) -> row.text.length()).reversed());
            return rows;
        }
    }

    private RabbitMqKeys() {}

    static Verdict verdict(String key, String value) {
        for (Row row : Table.ROWS) {
            if (row.keys.matcher(key).matches()) {
                return row.verdict(value);
            }
        }
        return new Verdict(Kind.UNKNOWN, "");
    }
}
