package io.jumpmq.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncodedPropertiesTest {
    private static final FieldTable HEADERS = FieldTable.of(Map.of("h", "x".repeat(0x01_01_01)));

    /** All of them. */
    private static final MessageProperties CROWD = new MessageProperties(
            "text/plain", "", HEADERS, 2, 7, "c".repeat(255), "reply", "0", "id", -1L, "t", "u", "a", "k");

    private static final byte[] NONE = BasicProperties.encode(MessageProperties.NONE);

    private static byte[] alone(
            @Nullable Integer deliveryMode, @Nullable Integer priority, @Nullable String expiration) {
        return BasicProperties.encode(new MessageProperties(
                null, null, null, deliveryMode, priority, null, null, expiration, null, null, null, null, null, null));
    }

    @Test
    void nothingIsFoundWhereNothingIs() {
        assertThat(EncodedProperties.persistent(NONE)).isFalse();
        assertThat(EncodedProperties.priority(NONE)).isZero();
        assertThat(EncodedProperties.expirationMillis(NONE)).isEqualTo(Long.MAX_VALUE);
        assertThat(EncodedProperties.timestamp(NONE)).isNull();
        assertThat(EncodedProperties.headers(NONE)).isEqualTo(FieldTable.EMPTY);
    }

    @Test
    void eachIsFoundAlone() {
        assertThat(EncodedProperties.persistent(alone(2, null, null))).isTrue();
        assertThat(EncodedProperties.persistent(alone(1, null, null))).isFalse();
        assertThat(EncodedProperties.priority(alone(null, 255, null))).isEqualTo(255);
        assertThat(EncodedProperties.expirationMillis(alone(null, null, "60000")))
                .isEqualTo(60_000);
    }

    @Test
    void allAreFoundAmongAllOthers() {
        byte[] crowd = BasicProperties.encode(CROWD);
        assertThat(EncodedProperties.persistent(crowd)).isTrue();
        assertThat(EncodedProperties.priority(crowd)).isEqualTo(7);
        assertThat(EncodedProperties.expirationMillis(crowd)).isZero();
        assertThat(EncodedProperties.timestamp(crowd)).isEqualTo(-1);
        assertThat(EncodedProperties.headers(crowd)).isEqualTo(HEADERS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5", "soon", "12345678901234567890"})
    void expirationThatIsNoNumberIsNone(String text) {
        assertThat(EncodedProperties.expirationMillis(alone(null, null, text))).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void oneIsReplacedAndTheOthersStay() {
        FieldTable others = FieldTable.of(Map.of("other", 1));
        byte[] changed = EncodedProperties.withReplyTo(
                EncodedProperties.withoutExpiration(
                        EncodedProperties.withHeaders(BasicProperties.encode(CROWD), others)),
                "elsewhere");
        assertThat(BasicProperties.decode(changed))
                .isEqualTo(new MessageProperties(
                        "text/plain",
                        "",
                        others,
                        2,
                        7,
                        "c".repeat(255),
                        "elsewhere",
                        null,
                        "id",
                        -1L,
                        "t",
                        "u",
                        "a",
                        "k"));
    }

    @Test
    void oneThatWasNotThereIsAddedAndOneThatWasNotThereIsNotMissed() {
        byte[] changed = EncodedProperties.withHeaders(EncodedProperties.withoutExpiration(NONE), HEADERS);
        assertThat(BasicProperties.decode(changed).headers()).isEqualTo(HEADERS);
        assertThat(EncodedProperties.withHeaders(changed, FieldTable.EMPTY)).isEqualTo(NONE);
    }
}
