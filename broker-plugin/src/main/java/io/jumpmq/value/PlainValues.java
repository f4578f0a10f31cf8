package io.jumpmq.value;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values as Java has them, for code that is to know nothing of protocols. Nothing is lost: equal octets are equal values. */
public final class PlainValues {
    private static final char REPLACED = '\uFFFD';

    private PlainValues() {}

    /** A table's entries in their order. */
    public static Map<String, @Nullable Object> of(FieldTable table) {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        table.toMap().forEach((name, value) -> plain.put(name, of(value)));
        return Collections.unmodifiableMap(plain);
    }

    /** A table's value: text is a String, or octets if it is not UTF-8, a table is a Map. */
    public static @Nullable Object of(@Nullable Object value) {
        if (value instanceof LongString text) {
            return text(text.bytes());
        } else if (value instanceof FieldTable table) {
            return of(table);
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> plain = new ArrayList<>(list.size());
            list.forEach(item -> plain.add(of(item)));
            return Collections.unmodifiableList(plain);
        }
        return value;
    }

    /** What is not UTF-8 leaves a mark in the text; only then is it worth looking whether that was there before. */
    private static Object text(byte[] bytes) {
        String text = new String(bytes, UTF_8);
        return text.indexOf(REPLACED) < 0 || Arrays.equals(text.getBytes(UTF_8), bytes) ? text : bytes;
    }
}
