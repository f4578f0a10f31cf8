package io.jumpmq.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import io.jumpmq.broker.loop.SteadyClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody sets the machine's clock: what runs does not notice, a restart counts by the new time. */
class SetClockTest {
    private static final long HOUR = 3_600_000;
    private static final long START = 1_700_000_000_000L;
    private static final BasicProperties FOR_A_MINUTE =
            new BasicProperties.Builder().deliveryMode(2).expiration("60000").build();

    private final AtomicLong wall = new AtomicLong(START);
    private final AtomicLong nanos = new AtomicLong();

    @TempDir
    Path folder = Path.of("");

    private JumpMq start() {
        return JumpMq.builder()
                .host("127.0.0.1")
                .port(0)
                .dataDirectory(folder)
                .clock(() -> new SteadyClock(wall::get, nanos::get))
                .start();
    }

    private static Connection connect(JumpMq broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        return factory.newConnection();
    }

    private void pass(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
        wall.addAndGet(millis);
    }

    private static void publishForAMinute(Channel channel) throws Exception {
        channel.queueDeclare(
                "q", true, false, false, Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", "dead"));
        channel.queueDeclare("dead", true, false, false, null);
        channel.confirmSelect();
        channel.basicPublish("", "q", FOR_A_MINUTE, new byte[1]);
        channel.waitForConfirmsOrDie();
    }

    private static boolean isThere(Channel channel) throws Exception {
        GetResponse message = channel.basicGet("q", false);
        if (message != null) {
            channel.basicReject(message.getEnvelope().getDeliveryTag(), true);
        }
        return message != null;
    }

    @Test
    void aMessageLivesAsLongAsItWasTo() throws Exception {
        for (long hours : new long[] {-1, 1}) {
            try (JumpMq broker = start();
                    Connection connection = connect(broker)) {
                Channel channel = connection.createChannel();
                publishForAMinute(channel);
                wall.addAndGet(hours * HOUR);
                pass(59_000);
                assertThat(isThere(channel)).isTrue();
                pass(1_000);
                assertThat(isThere(channel)).isFalse();
            }
        }
    }

    @Test
    void aRestartCountsByTheWallsTime() throws Exception {
        try (JumpMq broker = start();
                Connection connection = connect(broker)) {
            publishForAMinute(connection.createChannel());
        }
        wall.addAndGet(59_999);
        try (JumpMq broker = start();
                Connection connection = connect(broker)) {
            assertThat(isThere(connection.createChannel())).isTrue();
        }
        wall.addAndGet(1);
        try (JumpMq broker = start();
                Connection connection = connect(broker)) {
            assertThat(isThere(connection.createChannel())).isFalse();
        }
    }

    @Test
    void aDeadLetterTellsTheWallsTime() throws Exception {
        try (JumpMq broker = start();
                Connection connection = connect(broker)) {
            Channel channel = connection.createChannel();
            publishForAMinute(channel);
            wall.addAndGet(-HOUR);
            pass(60_000);
            assertThat(isThere(channel)).isFalse();
            GetResponse[] dead = new GetResponse[1];
            Awaitility.await().until(() -> {
                dead[0] = channel.basicGet("dead", true);
                return dead[0] != null;
            });
            Object deaths =
                    Objects.requireNonNull(dead[0].getProps().getHeaders().get("x-death"));
            Map<?, ?> death = (Map<?, ?>) ((List<?>) deaths).get(0);
            assertThat(death.get("time"))
                    .asInstanceOf(InstanceOfAssertFactories.DATE)
                    .hasTime(START - HOUR + 60_000);
        }
    }
}
