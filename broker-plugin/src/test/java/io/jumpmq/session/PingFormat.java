package io.jumpmq.session;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jumpmq.broker.message.MessageFormat;
import io.jumpmq.broker.message.MessageHeader;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages of {@link PingProtocol}: a table that knows only whether they persist and their headers, and bodies in brackets. */
public final class PingFormat implements MessageFormat {
    public static final PingFormat INSTANCE = new PingFormat();

    private PingFormat() {}

    /** What its clients' messages say of themselves: they persist. */
    public static MessageHeader ofClients(String name) {
        return new PingHeader(
                FieldTable.of(Map.of("persistent", true, "headers", FieldTable.of(Map.of("from", name)))));
    }

    @Override
    public int number() {
        return MAX_NUMBER;
    }

    @Override
    public MessageHeader header(byte[] encoded) {
        return new PingHeader(FieldTable.read(Unpooled.wrappedBuffer(encoded)));
    }

    @Override
    public MessageHeader header(MessageProperties properties) {
        Integer mode = properties.deliveryMode();
        FieldTable headers = properties.headers();
        return new PingHeader(FieldTable.of(Map.of(
                "persistent", mode != null && mode == 2, "headers", headers == null ? FieldTable.EMPTY : headers)));
    }

    @Override
    public byte[] payload(byte[] body) {
        return Arrays.copyOfRange(body, 1, body.length - 1);
    }

    @Override
    public byte[] body(byte[] payload) {
        return ("<" + new String(payload, US_ASCII) + ">").getBytes(US_ASCII);
    }

    private static final class PingHeader extends MessageHeader {
        private final FieldTable table;

        PingHeader(FieldTable table) {
            super(table.encoded(), Boolean.TRUE.equals(table.get("persistent")), table.has("headers"), 0, NEVER);
            this.table = table;
        }

        @Override
        public MessageFormat format() {
            return INSTANCE;
        }

        @Override
        public @Nullable Long timestamp() {
            return null;
        }

        @Override
        public FieldTable headers() {
            return table.get("headers") instanceof FieldTable headers ? headers : FieldTable.EMPTY;
        }

        @Override
        public MessageProperties properties() {
            return new MessageProperties(
                    null,
                    null,
                    headers(),
                    persistent() ? 2 : 1,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        }

        @Override
        public MessageHeader withHeaders(FieldTable headers) {
            return new PingHeader(table.with("headers", headers));
        }

        @Override
        public MessageHeader withoutExpiration() {
            return this;
        }
    }
}
