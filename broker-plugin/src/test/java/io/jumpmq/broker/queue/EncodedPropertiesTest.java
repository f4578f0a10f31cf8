package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.FieldTable;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncodedPropertiesTest {
    @Test
    void nothingIsFoundWhereNothingIs() {
        byte[] none = properties(Letter.of(""));

        assertThat(EncodedProperties.persistent(none)).isFalse();
        assertThat(EncodedProperties.priority(none)).isZero();
        assertThat(EncodedProperties.expirationMillis(none)).isEqualTo(QueueEntry.NEVER);
    }

    @Test
    void eachIsFoundAlone() {
        assertThat(EncodedProperties.persistent(properties(Letter.of("").persistent())))
                .isTrue();
        assertThat(EncodedProperties.priority(properties(Letter.of("").priority(255))))
                .isEqualTo(255);
        assertThat(EncodedProperties.expirationMillis(properties(Letter.of("").expiration("60000"))))
                .isEqualTo(60_000);
    }

    @Test
    void allAreFoundAmongAllOthers() {
        byte[] all = properties(Letter.of("").crowded().persistent().priority(7).expiration("0"));

        assertThat(EncodedProperties.persistent(all)).isTrue();
        assertThat(EncodedProperties.priority(all)).isEqualTo(7);
        assertThat(EncodedProperties.expirationMillis(all)).isZero();
    }

    @Test
    void theTimestampIsFoundAloneAndAmongAllOthers() {
        BasicProperties alone = new BasicProperties(
                null, null, null, null, null, null, null, null, null, 1_700_000_000L, null, null, null, null);
        BasicProperties among = new BasicProperties(
                "a", "b", FieldTable.of(Map.of("h", 1)), 2, 3, "c", "d", "9", "e", -1L, "f", "g", "h", "i");

        assertThat(EncodedProperties.timestamp(alone.encode())).isEqualTo(1_700_000_000L);
        assertThat(EncodedProperties.timestamp(among.encode())).isEqualTo(-1);
        assertThat(EncodedProperties.timestamp(BasicProperties.NONE.encode())).isNull();
    }

    @Test
    void othersAreNotMistakenForThem() {
        byte[] others = properties(Letter.of("").crowded());

        assertThat(EncodedProperties.persistent(others)).isFalse();
        assertThat(EncodedProperties.priority(others)).isZero();
        assertThat(EncodedProperties.expirationMillis(others)).isEqualTo(QueueEntry.NEVER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5", "soon", "12345678901234567890"})
    void expirationThatIsNoNumberIsNone(String text) {
        assertThat(EncodedProperties.expirationMillis(properties(Letter.of("").expiration(text))))
                .isEqualTo(QueueEntry.NEVER);
    }

    private static byte[] properties(Letter letter) {
        return letter.message().properties();
    }
}
