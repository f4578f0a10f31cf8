package io.jumpmq.stats;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What a test found, for people: printed, and kept under {@code target/uniformity/}. */
final class Report {
    private static final Path FOLDER = Path.of("target", "uniformity");

    private final String name;
    private final StringBuilder text = new StringBuilder();

    Report(String name, String title) {
        this.name = name;
        text.append("### ").append(title).append("\n\n");
    }

    Report line(String format, Object... values) {
        text.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values))
                .append('\n');
        return this;
    }

    @SuppressWarnings("SystemOut") // Meant to be read in the build's output.
    void publish() {
        try {
            Files.createDirectories(FOLDER);
            Files.writeString(FOLDER.resolve(name + ".md"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.out.println(text);
    }
}
