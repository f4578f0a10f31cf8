package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.message.MessageHeader;
import io.jumpmq.session.PingFormat;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BasicFormatTest {
    private static final FieldTable HEADERS = FieldTable.of(Map.of("a", 1));

    private static final MessageProperties ALL = new MessageProperties(
            "text/plain", "gzip", HEADERS, 2, 7, "c", "r", "60000", "m", 42L, "t", "guest", "app", "cluster");

    private static Message message(MessageHeader header) {
        return new Message("x", "key".getBytes(UTF_8), header, "body".getBytes(UTF_8));
    }

    @Test
    void aHeaderTellsWhatTheBrokerLooksAt() {
        MessageHeader header = BasicFormat.INSTANCE.header(ALL);
        assertThat(header.persistent()).isTrue();
        assertThat(header.hasHeaders()).isTrue();
        assertThat(header.priority()).isEqualTo(7);
        assertThat(header.expirationMillis()).isEqualTo(60_000);
        assertThat(header.timestamp()).isEqualTo(42);
        assertThat(header.headers()).isEqualTo(HEADERS);
        assertThat(header.properties()).isEqualTo(ALL);
    }

    @Test
    void aHeaderThatSaysNothingHasTheDefaults() {
        MessageHeader header = BasicFormat.INSTANCE.header(MessageProperties.NONE);
        assertThat(header.persistent()).isFalse();
        assertThat(header.hasHeaders()).isFalse();
        assertThat(header.priority()).isZero();
        assertThat(header.expirationMillis()).isEqualTo(MessageHeader.NEVER);
        assertThat(header.timestamp()).isNull();
        assertThat(header.headers()).isEqualTo(FieldTable.EMPTY);
    }

    @Test
    void whatIsNotChangedStaysAsItCame() {
        byte[] came = BasicProperties.encode(ALL);
        MessageHeader header = BasicFormat.INSTANCE.header(came);
        assertThat(header.encoded()).isSameAs(came);
        Message message = message(header);
        assertThat(message.in(BasicFormat.INSTANCE)).isSameAs(message);
        MessageHeader dead = header.withoutExpiration();
        assertThat(dead.expirationMillis()).isEqualTo(MessageHeader.NEVER);
        assertThat(dead.properties().expiration()).isNull();
        assertThat(dead.withHeaders(FieldTable.EMPTY).hasHeaders()).isFalse();
        assertThat(dead.withHeaders(HEADERS).encoded()).isEqualTo(dead.encoded());
    }

    @Test
    void anotherFormatTakesWhatItKnows() {
        Message theirs = message(BasicFormat.INSTANCE.header(ALL)).in(PingFormat.INSTANCE);
        assertThat(theirs.body()).asString(UTF_8).isEqualTo("<body>");
        assertThat(theirs.header().persistent()).isTrue();
        assertThat(theirs.header().headers()).isEqualTo(HEADERS);
        Message back = theirs.in(BasicFormat.INSTANCE);
        assertThat(back.body()).asString(UTF_8).isEqualTo("body");
        assertThat(back.routingKeyText()).isEqualTo("key");
        assertThat(back.header().properties())
                .isEqualTo(new MessageProperties(
                        null, null, HEADERS, 2, null, null, null, null, null, null, null, null, null, null));
    }
}
