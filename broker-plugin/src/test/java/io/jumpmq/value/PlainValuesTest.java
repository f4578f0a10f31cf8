package io.jumpmq.value;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Text is a String when it is text, and nothing is lost when it is not. */
class PlainValuesTest {
    @Test
    void textIsAString() {
        for (String text : List.of("", "abc", "grün", "a mark: \uFFFD", "😀")) {
            assertThat(PlainValues.of(new LongString(text.getBytes(UTF_8)))).isEqualTo(text);
        }
    }

    @Test
    void octetsThatAreNoTextStayThemselves() {
        for (byte[] octets : List.of(new byte[] {(byte) 0xff}, new byte[] {'a', (byte) 0xc3}, new byte[] {
            (byte) 0xed, (byte) 0xa0, (byte) 0x80
        })) {
            assertThat(PlainValues.of(new LongString(octets))).isEqualTo(octets);
        }
    }

    @Test
    void tablesAndListsArePlainInside() {
        FieldTable table = FieldTable.of(Map.of("t", FieldTable.of(Map.of("l", List.of(1, "a")))));
        assertThat(PlainValues.of(table)).isEqualTo(Map.of("t", Map.of("l", List.of(1, "a"))));
    }
}
