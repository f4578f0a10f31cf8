package io.jumpmq.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;
import io.jumpmq.session.ConnectionSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A client that reads nothing any more is closed, however alive it says to be, and what it held goes to others. */
class SendTimeoutTest {
    private static final int BASIC_CONSUME = RawAmqp.method(60, 20);
    private static final int BASIC_CONSUME_OK = RawAmqp.method(60, 21);
    private static final int MESSAGES = 400;
    private static final int BODY_BYTES = 100_000;
    private static final ConnectionSettings IMPATIENT =
            new ConnectionSettings(131_072, 2047, 60, 16 << 20, 10_000, 1_500, 1_800_000);

    @Test
    void aClientThatReadsNothingIsClosedAndItsMessagesGoOn() throws Exception {
        try (JumpMq broker = JumpMq.builder()
                        .host("127.0.0.1")
                        .port(0)
                        .connections(IMPATIENT)
                        .start();
                Socket socket = new Socket()) {
            socket.setReceiveBufferSize(64 << 10);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.port()));
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(broker.uri());
            try (Connection others = factory.newConnection()) {
                Channel channel = others.createChannel();
                channel.queueDeclare("q", false, false, false, null);
                RawAmqp raw = RawAmqp.over(socket).opened(2047, 131_072, 60);
                raw.send(1, RawAmqp.CHANNEL_OPEN, a -> a.shortText(""));
                raw.expect(RawAmqp.CHANNEL_OPEN_OK);
                raw.send(
                        1,
                        BASIC_CONSUME,
                        a -> a.u16(0).shortText("q").shortText("deaf").u8(0).emptyTable());
                raw.expect(BASIC_CONSUME_OK);
                assertThat(channel.consumerCount("q")).isEqualTo(1);
                channel.confirmSelect();
                for (int i = 0; i < MESSAGES; i++) {
                    channel.basicPublish("", "q", null, new byte[BODY_BYTES]);
                }
                channel.waitForConfirmsOrDie();
                beatUntilClosed(raw);
                assertThat(channel.consumerCount("q")).isZero();
                int[] received = new int[1];
                channel.basicConsume("q", true, (tag, delivery) -> received[0]++, tag -> {});
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> received[0] == MESSAGES);
            }
        }
    }

    private static void beatUntilClosed(RawAmqp raw) {
        assertThatThrownBy(() -> Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(100))
                        .until(() -> {
                            raw.sendFrame(RawAmqp.HEARTBEAT, 0, new byte[0]);
                            return false;
                        }))
                .isInstanceOf(IOException.class);
    }
}
