package io.jumpmq.config;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Files in rabbitmq.conf's syntax: lines {@code key = value}, with {@code #} before comments. */
final class ConfFile {
    private static final String EXTENSION = ".conf";
    private static final String MORE = "conf.d";
    private static final Pattern VARIABLE = Pattern.compile("\\$\\((\\w+)\\)");

    /** A line that sets something. */
    record Entry(String where, String key, String value) {}

    private final Map<String, String> variables;
    private final Problems problems;

    /** A reader that has {@code $(NAME)} stand for the variable of that name. */
    ConfFile(Map<String, String> variables, Problems problems) {
        this.variables = variables;
        this.problems = problems;
    }

    /**
     * The files that a path means: itself, then those in {@code conf.d} beside it; of a directory those in it. As in RabbitMQ
     * the extension may be left out. Those in a directory come in the order of their names.
     */
    List<Path> files(Path path) {
        if (Files.isDirectory(path)) {
            return in(path);
        }
        Path extended = path.resolveSibling(path.getFileName() + EXTENSION);
        Path file = Files.exists(path) || !Files.exists(extended) ? path : extended;
        List<Path> all = new ArrayList<>(List.of(file));
        Path more = file.resolveSibling(MORE);
        if (Files.isDirectory(more)) {
            all.addAll(in(more));
        }
        return all;
    }

    private List<Path> in(Path directory) {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*" + EXTENSION)) {
            found.forEach(all::add);
        } catch (IOException e) {
            problems.error("cannot read the configuration directory " + directory + ": " + e.getMessage());
        }
        Collections.sort(all);
        return all;
    }

    /** Tells what a file sets, line by line; its mistakes are noted. */
    void read(Path file, Consumer<Entry> then) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            problems.error("there is no configuration file " + file);
            return;
        } catch (IOException e) {
            problems.error("cannot read the configuration file " + file + ": " + e.getMessage());
            return;
        }
        for (int i = 0; i < lines.size(); i++) {
            String where = file + ":" + (i + 1);
            String line = lines.get(i).trim();
            int equals = line.indexOf('=');
            if (equals > 0 && !line.startsWith("#")) {
                String key = line.substring(0, equals).trim();
                String value = filled(where + ": " + key, value(line.substring(equals + 1)));
                if (value != null) {
                    then.accept(new Entry(where, key, value));
                }
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                problems.error(where + ": '" + line + "' is not of the form key = value");
            }
        }
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

    /** With variables in place of their names; null when there is no such variable. */
    private @Nullable String filled(String where, String value) {
        StringBuilder filled = new StringBuilder();
        Matcher found = VARIABLE.matcher(value);
        while (found.find()) {
            String variable = variables.get(found.group(1));
            if (variable == null) {
                problems.error(where + ": there is no environment variable " + found.group(1));
                return null;
            }
            found.appendReplacement(filled, Matcher.quoteReplacement(variable));
        }
        return found.appendTail(filled).toString();
    }
}
