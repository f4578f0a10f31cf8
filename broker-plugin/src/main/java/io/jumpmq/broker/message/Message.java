package io.jumpmq.broker.message;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.broker.loop.Sized;
import io.jumpmq.plugin.PublishedMessage;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.PlainValues;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A published message. Properties and body are kept encoded as they came, and go out so again.
 *
 * <p>The arrays are shared, between messages too where they are equal: nobody may write to them.
 *
 * @param exchange the name of the exchange that it was published to; "" is the default exchange
 * @param routingKey UTF-8
 * @param properties property flags and values, as in a content header frame
 * @param body may be empty
 */
@SuppressWarnings("ArrayRecordComponent") // Identity is what counts here; nobody compares messages.
public record Message(String exchange, byte[] routingKey, byte[] properties, byte[] body)
        implements Sized, PublishedMessage {
    /** What an instance costs beside its arrays' contents: object headers, references, a queue's entry. In bytes. */
    public static final int OVERHEAD_BYTES = 160;

    @Override
    public int footprint() {
        return OVERHEAD_BYTES + routingKey.length + properties.length + body.length;
    }

    public String routingKeyText() {
        return new String(routingKey, StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable Object header(String name) {
        FieldTable table = decoded().headers();
        return table == null ? null : PlainValues.of(table.get(name));
    }

    @Override
    public Map<String, @Nullable Object> headers() {
        FieldTable table = decoded().headers();
        return table == null ? Map.of() : PlainValues.of(table);
    }

    @Override
    public @Nullable String messageId() {
        return decoded().messageId();
    }

    @Override
    public @Nullable String correlationId() {
        return decoded().correlationId();
    }

    @Override
    public @Nullable Long timestamp() {
        return decoded().timestamp();
    }

    private BasicProperties decoded() {
        return BasicProperties.decode(properties);
    }
}
