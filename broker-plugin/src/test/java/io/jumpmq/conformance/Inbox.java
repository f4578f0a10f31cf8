package io.jumpmq.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A consumer that keeps what it is sent until a test asks for it. */
final class Inbox extends DefaultConsumer {
    private static final int PATIENCE_SECONDS = 5;

    private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> cancellations = new LinkedBlockingQueue<>();

    Inbox(Channel channel) {
        super(channel);
    }

    /** Consumes, and acknowledges by hand. */
    static Inbox of(Channel channel, String queue) throws IOException {
        return of(channel, queue, Map.of());
    }

    /** Consumes, and acknowledges by hand. */
    static Inbox of(Channel channel, String queue, Map<String, Object> arguments) throws IOException {
        Inbox inbox = new Inbox(channel);
        channel.basicConsume(queue, false, arguments, inbox);
        return inbox;
    }

    /** Consumes without acknowledging. */
    static Inbox automatic(Channel channel, String queue) throws IOException {
        Inbox inbox = new Inbox(channel);
        channel.basicConsume(queue, true, inbox);
        return inbox;
    }

    @Override
    public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
        deliveries.add(new Delivery(envelope, properties, body));
    }

    @Override
    public void handleCancel(String tag) {
        cancellations.add(tag);
    }

    /** The next delivery, which must come. */
    Delivery next() throws InterruptedException {
        Delivery delivery = deliveries.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(delivery).as("a delivery").isNotNull();
        return Objects.requireNonNull(delivery);
    }

    String nextText() throws InterruptedException {
        return BrokerUnderTest.text(next().getBody());
    }

    List<String> nextTexts(int count) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(nextText());
        }
        return texts;
    }

    /** How many deliveries wait to be asked for. */
    int size() {
        return deliveries.size();
    }

    /** The tag of the consumer that the broker cancelled, which must come. */
    String cancelled() throws InterruptedException {
        String tag = cancellations.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(tag).as("a cancellation").isNotNull();
        return Objects.requireNonNull(tag);
    }
}
