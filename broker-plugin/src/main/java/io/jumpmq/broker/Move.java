package io.jumpmq.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.message.Message;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Messages that go from a queue to an exchange, one after the other, so that their order stays.
 *
 * @param key the routing key that they get; null: each keeps its own
 * @param count the most that go
 * @param user who moves them
 * @param objection why one of them must not go; null: it may
 */
public record Move(
        VirtualHost vhost,
        ExchangeRecord exchange,
        @Nullable String key,
        int count,
        String user,
        Function<Message, @Nullable String> objection) {

    /**
     * What came of it.
     *
     * @param stopped why the next message has stayed where it was; null: as many have gone as there were, or as were to
     */
    public record Outcome(int moved, @Nullable String stopped) {}

    /** A message as it is published. */
    Message published(Message message) {
        return new Message(
                exchange.name(),
                key == null ? message.routingKey() : key.getBytes(UTF_8),
                message.header(),
                message.body());
    }
}
