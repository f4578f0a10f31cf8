package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.message.MessageFormat;
import io.jumpmq.session.PingFormat;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.value.MessageProperties;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Messages in a segment, byte by byte: what was written once has to be understood for ever. */
class RecordsTest {
    /** As it was before there were formats: persistent, of queue 258, position 3, "m" to "ex" with "key". */
    private static final String OLD = "02 01 0000000000000102 0000000000000003 7fffffffffffffff 00000002"
            + " 02 6578 03 6b6579 00000003 100002 6d";

    private static final MessageProperties PERSISTENT =
            new MessageProperties(null, null, null, 2, null, null, null, null, null, null, null, null, null, null);

    private static Message message(MessageFormat format) {
        return new Message("ex", "key".getBytes(UTF_8), format.header(PERSISTENT), format.body("m".getBytes(UTF_8)));
    }

    private static String written(Message message) {
        ByteBuffer out = ByteBuffer.allocate(200);
        Records.putMessage(out, true, 258, 3, Long.MAX_VALUE, 2, "ex".getBytes(UTF_8), message);
        return HexFormat.of().formatHex(out.array(), 0, out.position());
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @Test
    void aMessageOfAmqp091IsWrittenAsBeforeThereWereFormats() {
        assertThat(written(message(BasicFormat.INSTANCE))).isEqualTo(OLD.replace(" ", ""));
    }

    @Test
    void whatWasWrittenBeforeThereWereFormatsIsRead() {
        ByteBuffer old = bytes(OLD);
        assertThat(Records.format(old, 0)).isEqualTo(BasicFormat.INSTANCE.number());
        Message message = Records.message(old, BasicFormat.INSTANCE);
        assertThat(message.exchange()).isEqualTo("ex");
        assertThat(message.routingKeyText()).isEqualTo("key");
        assertThat(message.header().properties()).isEqualTo(PERSISTENT);
        assertThat(message.body()).asString(UTF_8).isEqualTo("m");
    }

    @Test
    void anotherFormatIsNotedBesideWhetherTheMessageIsPersistent() {
        ByteBuffer other = bytes(written(message(PingFormat.INSTANCE)));
        assertThat(Records.format(other, 0)).isEqualTo(PingFormat.INSTANCE.number());
        assertThat(RecordText.type(other, 0)).isEqualTo("message");
        assertThat(RecordText.what(other, 0, other.limit(), queue -> "q"))
                .isEqualTo("q position 3 body 3 format " + PingFormat.INSTANCE.number());
        assertThat(Records.message(other, PingFormat.INSTANCE).payload())
                .asString(UTF_8)
                .isEqualTo("m");
    }
}
