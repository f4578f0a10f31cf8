package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After a stop in order, what was delivered before says so, and nothing else does. */
class CleanStopTest {
    @TempDir
    Path folder = Path.of("");

    private interface Action {
        void on(Channel channel) throws Exception;
    }

    private void run(Action action) throws Exception {
        try (JumpMq broker =
                JumpMq.builder().host("127.0.0.1").port(0).dataDirectory(folder).start()) {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(broker.uri());
            try (Connection connection = factory.newConnection()) {
                action.on(connection.createChannel());
            }
        }
    }

    private static void publish(Channel channel, int... priorities) throws Exception {
        channel.queueDeclare("ranked", true, false, false, Map.of("x-max-priority", 9));
        channel.confirmSelect();
        for (int priority : priorities) {
            BasicProperties properties = new BasicProperties.Builder()
                    .deliveryMode(2)
                    .priority(priority)
                    .build();
            channel.basicPublish(
                    "", "ranked", properties, String.valueOf(priority).getBytes(UTF_8));
        }
        channel.waitForConfirmsOrDie();
    }

    private static long get(Channel channel) throws Exception {
        return channel.basicGet("ranked", false).getEnvelope().getDeliveryTag();
    }

    /** All that is there, each with whether it says that it was delivered before; it stays unacknowledged. */
    private static Map<String, Boolean> redelivered(Channel channel) throws Exception {
        Map<String, Boolean> all = new TreeMap<>();
        GetResponse message = channel.basicGet("ranked", false);
        while (message != null) {
            all.put(new String(message.getBody(), UTF_8), message.getEnvelope().isRedeliver());
            message = channel.basicGet("ranked", false);
        }
        return all;
    }

    @Test
    void ofAQueueWithPriorities() throws Exception {
        run(channel -> {
            publish(channel, 1, 3, 2, 9, 4, 8);
            channel.basicAck(get(channel), false); // 9
            get(channel); // 8 is not settled when the broker stops,
            channel.basicReject(get(channel), true); // and 4 has come back.
        });
        run(channel -> {
            publish(channel, 7);
            assertThat(get(channel)).isEqualTo(1); // 8
        });
        run(channel -> assertThat(redelivered(channel))
                .isEqualTo(
                        new TreeMap<>(Map.of("1", false, "2", false, "3", false, "4", true, "7", false, "8", true))));
        run(channel -> assertThat(redelivered(channel)).hasSize(6).doesNotContainValue(false));
    }

    @Test
    void ofAQueueWithPrioritiesThatIsStoppedAgainAtOnce() throws Exception {
        run(channel -> {
            publish(channel, 1, 3, 2);
            get(channel);
        });
        run(channel -> {});
        run(channel -> assertThat(redelivered(channel)).isEqualTo(Map.of("1", false, "2", false, "3", true)));
    }
}
