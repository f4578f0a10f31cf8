package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.EncodedProperties;
import io.jumpmq.broker.message.MessageFormat;
import io.jumpmq.broker.message.MessageHeader;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import org.jspecify.annotations.Nullable;

/** Messages of AMQP 0-9-1: the property flags and values of a content header frame, and a body that is nothing but its payload. */
public final class BasicFormat implements MessageFormat {
    /** The only one. */
    public static final BasicFormat INSTANCE = new BasicFormat();

    private BasicFormat() {}

    @Override
    public int number() {
        return 0;
    }

    @Override
    public MessageHeader header(byte[] encoded) {
        return new BasicHeader(encoded);
    }

    @Override
    public MessageHeader header(MessageProperties properties) {
        return new BasicHeader(BasicProperties.encode(properties));
    }

    private static final class BasicHeader extends MessageHeader {
        BasicHeader(byte[] encoded) {
            super(
                    encoded,
                    EncodedProperties.persistent(encoded),
                    (BasicProperties.flags(encoded) & BasicProperties.HEADERS) != 0,
                    EncodedProperties.priority(encoded),
                    EncodedProperties.expirationMillis(encoded));
        }

        @Override
        public MessageFormat format() {
            return INSTANCE;
        }

        @Override
        public @Nullable Long timestamp() {
            return EncodedProperties.timestamp(encoded());
        }

        @Override
        public FieldTable headers() {
            return EncodedProperties.headers(encoded());
        }

        @Override
        public MessageProperties properties() {
            return BasicProperties.decode(encoded());
        }

        @Override
        public MessageHeader withHeaders(FieldTable headers) {
            return new BasicHeader(EncodedProperties.withHeaders(encoded(), headers));
        }

        @Override
        public MessageHeader withoutExpiration() {
            return new BasicHeader(EncodedProperties.withoutExpiration(encoded()));
        }
    }
}
