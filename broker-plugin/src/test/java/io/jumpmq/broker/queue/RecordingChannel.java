package io.jumpmq.broker.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.broker.message.Message;
import java.util.ArrayList;
import java.util.List;

/** A channel that remembers what its consumers were told. */
final class RecordingChannel implements ConsumerEndpoint {
    /** What was delivered and not yet {@linkplain #taken taken}. */
    final List<Delivery> deliveries = new ArrayList<>();

    /** In words, everything that happened: {@code "tag: body"}, {@code "tag cancelled"} and so on. */
    final List<String> events = new ArrayList<>();

    @Override
    public void deliver(QueueConsumer consumer, Delivery entry) {
        deliveries.add(entry);
        events.add(consumer.tag() + ": " + body(entry));
    }

    @Override
    public void cancelled(QueueConsumer consumer) {
        events.add(consumer.tag() + " cancelled");
    }

    @Override
    public void wantsCredit(QueueConsumer consumer) {
        events.add(consumer.tag() + " wants credit");
    }

    @Override
    public void creditReturned(QueueConsumer consumer, int count) {
        events.add(consumer.tag() + " returns " + count);
    }

    /** The bodies delivered since the last time. */
    List<String> bodies() {
        List<String> bodies = new ArrayList<>();
        for (Delivery entry : taken()) {
            bodies.add(body(entry));
        }
        return bodies;
    }

    /** The entries delivered since the last time. */
    List<Delivery> taken() {
        List<Delivery> taken = List.copyOf(deliveries);
        deliveries.clear();
        return taken;
    }

    /** What happened since the last time. */
    List<String> heard() {
        List<String> heard = List.copyOf(events);
        events.clear();
        return heard;
    }

    static String body(Delivery entry) {
        return body(entry.message());
    }

    static String body(Message message) {
        return new String(message.body(), UTF_8);
    }
}
