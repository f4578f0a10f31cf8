package io.jumpmq.broker.queue;

import static org.assertj.core.api.Assertions.assertThat;

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
