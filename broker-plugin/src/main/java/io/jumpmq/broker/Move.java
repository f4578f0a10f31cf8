package io.jumpmq.broker;

import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.message.Message;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Messages that go from a queue to an exchange, one after the other, so that their order stays.
 *
 * @param user who moves them
 * @param key the routing key that they get; null: each keeps its own
 * @param count the most that go
 * @param objection why one of them must not go; null: it may
 */
public record Move(
        VirtualHost vhost,
        String user,
        ExchangeRecord exchange,
        byte @Nullable [] key,
        int count,
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
                exchange.name(), key == null ? message.routingKey() : key, message.properties(), message.body());
    }
}
