package io.jumpmq.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A broker whose queues may hold little: publishers wait, consumers go on, and nothing is lost. */
class BackPressureTest {
    private static final int LIMIT_BYTES = 4 << 20;
    private static final int MESSAGES = 40_000;

    @Test
    void publishersWaitWhileConsumersGoOn() throws Exception {
        ExecutorService publishing = Executors.newSingleThreadExecutor();
        try (JumpMq broker = JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .messageMemory(LIMIT_BYTES)
                .start()) {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(broker.uri());
            Connection publisher = factory.newConnection();
            List<String> events = blockedEvents(publisher);
            Channel publishes = publisher.createChannel();
            String queue =
                    publishes.queueDeclare("q", false, false, false, null).getQueue();
            publishes.confirmSelect();
            Future<?> done = publishing.submit(() -> {
                for (int i = 0; i < MESSAGES; i++) {
                    publishes.basicPublish("", queue, null, new byte[1_000]);
                }
                publishes.waitForConfirmsOrDie(60_000);
                return null;
            });
            Awaitility.await().until(() -> events.contains("blocked"));
            Channel watches = factory.newConnection().createChannel();
            long held = watches.messageCount(queue);
            assertThat(held).isBetween(3_000L, 30_000L).isLessThan(MESSAGES);

            int[] consumed = new int[1];
            watches.basicConsume(queue, true, (tag, delivery) -> consumed[0]++, tag -> {});
            done.get(60, TimeUnit.SECONDS);
            Awaitility.await().until(() -> consumed[0] == MESSAGES);
            Awaitility.await().until(() -> events.get(events.size() - 1).equals("unblocked"));
        } finally {
            publishing.shutdownNow();
        }
    }

    /** Memory is counted by bodies and headers, and what leaves it is chosen by bodies. */
    @ParameterizedTest
    @CsvSource({"1000, 0", "12, 2000"})
    void whatComesBackLeavesMemoryForTheDiskAndPublishersGoOn(int bodyBytes, int headerBytes, @TempDir Path data)
            throws Exception {
        AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                .headers(Map.of("h", "x".repeat(headerBytes)))
                .build();
        ExecutorService publishing = Executors.newSingleThreadExecutor();
        try (JumpMq broker = JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .dataDirectory(data)
                .messageMemory(LIMIT_BYTES)
                .start()) {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(broker.uri());
            Connection publisher = factory.newConnection();
            List<String> events = blockedEvents(publisher);
            Channel holds = factory.newConnection().createChannel();
            String queue = holds.queueDeclare("q", true, false, false, null).getQueue();
            holds.basicConsume(queue, false, (tag, delivery) -> {}, tag -> {});
            Channel publishes = publisher.createChannel();
            Future<Integer> published = publishing.submit(
                    () -> { // Its last publish may have to wait for the end of the alarm.
                        int count = 0;
                        while (!events.contains("blocked")) {
                            publishes.basicPublish("", queue, properties, body(count++, bodyBytes));
                        }
                        return count;
                    });
            Awaitility.await().until(() -> events.contains("blocked"));
            holds.close();
            Awaitility.await().until(() -> events.contains("unblocked"));

            List<Integer> numbers = new CopyOnWriteArrayList<>();
            Channel takes = factory.newConnection().createChannel();
            takes.basicConsume(
                    queue,
                    true,
                    (tag, delivery) ->
                            numbers.add(ByteBuffer.wrap(delivery.getBody()).getInt()),
                    tag -> {});
            int all = published.get(60, TimeUnit.SECONDS);
            Awaitility.await().until(() -> numbers.size() == all);
            assertThat(numbers).isEqualTo(IntStream.range(0, all).boxed().toList());
        } finally {
            publishing.shutdownNow();
        }
    }

    private static byte[] body(int number, int bytes) {
        return ByteBuffer.allocate(bytes).putInt(number).array();
    }

    private static List<String> blockedEvents(Connection publisher) {
        List<String> events = new CopyOnWriteArrayList<>();
        publisher.addBlockedListener(new BlockedListener() {
            @Override
            public void handleBlocked(String reason) {
                events.add("blocked");
            }

            @Override
            public void handleUnblocked() {
                events.add("unblocked");
            }
        });
        return events;
    }
}
