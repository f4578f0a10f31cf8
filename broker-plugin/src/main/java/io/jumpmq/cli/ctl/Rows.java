package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a listing prints: columns and rows, in the forms that rabbitmqctl knows. */
record Rows(List<String> columns, List<List<JsonNode>> rows) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Tab-separated, as it is meant for scripts. */
    String tabbed(boolean headers) {
        StringBuilder text = new StringBuilder();
        if (headers && !rows.isEmpty()) {
            text.append(String.join("\t", columns)).append('\n');
        }
        for (List<JsonNode> row : rows) {
            text.append(String.join("\t", row.stream().map(Rows::cell).toList()))
                    .append('\n');
        }
        return text.toString();
    }

    /** Every field between quotes, RFC 4180. */
    String csv(boolean headers) {
        StringBuilder text = new StringBuilder();
        if (headers) {
            text.append(csv(columns));
        }
        rows.forEach(row -> text.append(csv(row.stream().map(Rows::cell).toList())));
        return text.toString();
    }

    private static String csv(List<String> fields) {
        return String.join(
                        ",",
                        fields.stream()
                                .map(field -> '"' + field.replace("\"", "\"\"") + '"')
                                .toList())
                + "\n";
    }

    String json() {
        List<String> documents = new ArrayList<>();
        for (List<JsonNode> row : rows) {
            Map<String, JsonNode> document = new LinkedHashMap<>();
            for (int i = 0; i < columns.size(); i++) {
                document.put(columns.get(i), row.get(i));
            }
            documents.add(text(document));
        }
        return documents.isEmpty() ? "[]\n" : "[\n" + String.join("\n,", documents) + "\n]\n";
    }

    /** In a frame, for people. */
    String framed() {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            widths[i] = Math.max(
                    columns.get(i).length(),
                    rows.stream()
                            .mapToInt(row -> cell(row.get(column)).length())
                            .max()
                            .orElse(0));
        }
        StringBuilder text = new StringBuilder(rule(widths, "┌", "┬", "┐")).append(line(widths, columns));
        for (List<JsonNode> row : rows) {
            text.append(rule(widths, "├", "┼", "┤"))
                    .append(line(widths, row.stream().map(Rows::cell).toList()));
        }
        return text.append(rule(widths, "└", "┴", "┘")).toString();
    }

    private static String rule(int[] widths, String left, String between, String right) {
        List<String> parts = new ArrayList<>();
        for (int width : widths) {
            parts.add("─".repeat(width + 2));
        }
        return left + String.join(between, parts) + right + "\n";
    }

    private static String line(int[] widths, List<String> fields) {
        StringBuilder text = new StringBuilder("│");
        for (int i = 0; i < widths.length; i++) {
            text.append(' ')
                    .append(fields.get(i))
                    .append(" ".repeat(widths[i] - fields.get(i).length()))
                    .append(" │");
        }
        return text.append('\n').toString();
    }

    /** A value as rabbitmqctl prints it: a table as {@code [{"key",value}]}, a list of names as {@code [a, b]}. */
    static String cell(JsonNode value) {
        if (value instanceof MissingNode || value.isNull()) {
            return "";
        } else if (value.isObject()) {
            List<String> fields = new ArrayList<>();
            value.properties()
                    .forEach(field -> fields.add("{" + text(field.getKey()) + "," + nested(field.getValue()) + "}"));
            return "[" + String.join(",", fields) + "]";
        } else if (value.isArray()) {
            List<String> items = new ArrayList<>();
            value.forEach(item -> items.add(item.isTextual() ? item.textValue() : nested(item)));
            return "[" + String.join(", ", items) + "]";
        }
        return printable(value.asText());
    }

    private static String nested(JsonNode value) {
        return value.isContainerNode() ? cell(value) : value.toString();
    }

    /** A name cannot break its line, nor talk to the terminal. */
    private static String printable(String text) {
        return text.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replaceAll("\\p{Cntrl}", "\uFFFD");
    }

    private static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
