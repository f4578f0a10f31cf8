package io.jumpmq.broker.message;

import io.jumpmq.broker.loop.Sized;
import io.jumpmq.plugin.PublishedMessage;
import io.jumpmq.value.PlainValues;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A published message. Header and body are kept encoded as they came, and go out so again.
 *
 * <p>The arrays are shared, between messages too where they are equal: nobody may write to them.
 *
 * @param exchange the name of the exchange that it was published to; "" is the default exchange
 * @param routingKey UTF-8
 * @param header what it says beside these, and the format of its body
 * @param body may be empty
 */
@SuppressWarnings("ArrayRecordComponent") // Identity is what counts here; nobody compares messages.
public record Message(String exchange, byte[] routingKey, MessageHeader header, byte[] body)
        implements Sized, PublishedMessage {
    /** What an instance costs beside its arrays' contents: object headers, references, a queue's entry. In bytes. */
    public static final int OVERHEAD_BYTES = 160;

    @Override
    public int footprint() {
        return OVERHEAD_BYTES + routingKey.length + header.encoded().length + body.length;
    }

    public String routingKeyText() {
        return new String(routingKey, StandardCharsets.UTF_8);
    }

    /** What its body carries, whichever way its protocol wraps it. */
    public byte[] payload() {
        return header.format().payload(body);
    }

    /** This message for a client of another protocol; itself if that is its own. */
    public Message in(MessageFormat format) {
        return header.format() == format
                ? this
                : new Message(exchange, routingKey, format.header(header.properties()), format.body(payload()));
    }

    // What routing may look at.

    @Override
    public @Nullable Object header(String name) {
        return PlainValues.of(header.headers().get(name));
    }

    @Override
    public Map<String, @Nullable Object> headers() {
        return PlainValues.of(header.headers());
    }

    @Override
    public @Nullable String messageId() {
        return header.properties().messageId();
    }

    @Override
    public @Nullable String correlationId() {
        return header.properties().correlationId();
    }

    @Override
    public @Nullable Long timestamp() {
        return header.timestamp();
    }
}
