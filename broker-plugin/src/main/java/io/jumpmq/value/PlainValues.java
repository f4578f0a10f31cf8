package io.jumpmq.value;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values as Java has them, for code that is to know nothing of protocols. Nothing is lost: equal octets are equal values. */
public final class PlainValues {
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

    private static Object text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return bytes;
        }
    }
}
