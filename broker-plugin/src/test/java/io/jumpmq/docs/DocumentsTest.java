package io.jumpmq.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables are whole, nothing is said twice in one, and links lead somewhere. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern RULE = Pattern.compile("\\|( *:?-+:? *\\|)+");

    static Stream<Path> documents() throws IOException {
        List<Path> all = new ArrayList<>();
        for (String folder : List.of("", "docs", "docs/decisions", "stats-tests")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(all::add);
            }
        }
        assertThat(all).hasSizeGreaterThan(20);
        return all.stream().map(ROOT::relativize).sorted();
    }

    private static List<String> lines(Path document) throws IOException {
        return Files.readAllLines(ROOT.resolve(document));
    }

    /** The rows of each table: lines that begin with a bar and follow each other. */
    private static List<List<String>> tables(Path document) throws IOException {
        List<List<String>> tables = new ArrayList<>();
        boolean within = false;
        for (String line : lines(document)) {
            boolean isRow = line.startsWith("|");
            if (isRow && !within) {
                tables.add(new ArrayList<>());
            }
            if (isRow) {
                tables.get(tables.size() - 1).add(line);
            }
            within = isRow;
        }
        return tables;
    }

    private static String[] cells(String row) {
        assertThat(row).endsWith("|");
        return row.substring(1, row.length() - 1).split("(?<!\\\\)\\|", -1);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void tablesAreWhole(Path document) throws IOException {
        for (List<String> table : tables(document)) {
            assertThat(table).as("a head, a rule, and rows").hasSizeGreaterThan(2);
            assertThat(table.get(1)).as("below %s", table.get(0)).matches(RULE);
            int columns = cells(table.get(0)).length;
            assertThat(table).allSatisfy(row -> assertThat(cells(row)).as(row).hasSize(columns));
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void noRowIsThereTwice(Path document) throws IOException {
        for (List<String> table : tables(document)) {
            assertThat(table).doesNotHaveDuplicates();
        }
    }

    @Test
    void noDifferenceIsToldTwice() throws IOException {
        List<String> subjects = tables(Path.of("docs/compatibility.md")).stream()
                .flatMap(List::stream)
                .map(row -> cells(row)[0].strip())
                .toList();
        assertThat(subjects).hasSizeGreaterThan(40).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void linksLeadSomewhere(Path document) throws IOException {
        String text = String.join("\n", lines(document));
        List<String> targets = LINK.matcher(text)
                .results()
                .map((MatchResult link) -> link.group(1))
                .filter(target -> !target.contains(":"))
                .toList();
        for (String target : targets) {
            String[] parts = target.split("#", 2);
            Path file = ROOT.resolve(document);
            if (!parts[0].isEmpty()) {
                file = file.resolveSibling(parts[0]);
            }
            assertThat(file).as("%s in %s", target, document).exists();
            if (parts.length > 1) {
                assertThat(anchors(ROOT.relativize(file.normalize())))
                        .as("%s in %s", target, document)
                        .contains(parts[1]);
            }
        }
    }

    private static List<String> anchors(Path document) throws IOException {
        return lines(document).stream()
                .filter(line -> line.matches("#+ .*"))
                .map(line -> line.replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }
}
