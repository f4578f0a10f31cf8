package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A client is not held to have been silent while it was not listened to. */
class OwnPauseTest {
    private static final int HEARTBEAT_SECONDS = 5;
    private static final int BODY_BYTES = 200_000;

    private final SteppedBroker broker = new SteppedBroker(BODY_BYTES, 1L << 30);

    private SteppedClient connect() {
        return connect(broker);
    }

    private static SteppedClient connect(SteppedBroker broker) {
        SteppedClient client = broker.connect(ConnectionSettings.DEFAULT);
        tell(client, out -> {
            FrameWriter.protocolHeader(out);
            FrameWriter.method(
                    out,
                    0,
                    new Method.ConnectionStartOk(FieldTable.EMPTY, "PLAIN", "\0guest\0guest".getBytes(UTF_8), "en_US"));
            FrameWriter.method(out, 0, new Method.ConnectionTuneOk(10, 131_072, HEARTBEAT_SECONDS));
            FrameWriter.method(out, 0, new Method.ConnectionOpen(SteppedBroker.VHOST));
            FrameWriter.method(out, 1, new Method.ChannelOpen());
            FrameWriter.method(
                    out, 1, new Method.QueueDeclare("q", false, false, false, false, false, FieldTable.EMPTY));
        });
        return client;
    }

    private static void tell(SteppedClient client, Consumer<ByteBuf> what) {
        ByteBuf out = Unpooled.buffer();
        what.accept(out);
        client.receive(ByteBufUtil.getBytes(out));
    }

    @Test
    void anAlarmIsNotTheClientsSilence() {
        SteppedClient publisher = connect();
        tell(publisher, out -> {
            for (int i = 0; i < 2; i++) {
                FrameWriter.method(out, 1, new Method.BasicPublish("", "q", false, false));
                FrameWriter.content(out, 1, new byte[] {0, 0}, new byte[BODY_BYTES], 131_072);
            }
        });
        tell(publisher, out -> FrameWriter.heartbeat(out));
        assertThat(publisher.pauseMillis()).isPositive();
        broker.advance(20 * HEARTBEAT_SECONDS * 1_000L);
        assertThat(publisher.isClosed()).isFalse();

        SteppedClient other = connect();
        tell(other, out -> FrameWriter.method(out, 1, new Method.QueuePurge("q", true)));
        broker.advance(HEARTBEAT_SECONDS * 1_000L);
        assertThat(publisher.pauseMillis()).isZero();
        assertThat(publisher.isClosed()).isFalse();
        broker.advance(3 * HEARTBEAT_SECONDS * 1_000L);
        assertThat(publisher.isClosed())
                .as("closed when it is silent by itself")
                .isTrue();
        assertThat(publisher.log()).last().asString().contains("missed heartbeats");
    }

    @Test
    void whoseAnswersWaitIsNotListenedTo() {
        SteppedBroker roomy = new SteppedBroker();
        SteppedClient client = connect(roomy);
        client.readNothing();
        tell(client, out -> {
            for (int i = 0; i < 6; i++) {
                FrameWriter.method(out, 1, new Method.BasicPublish("", "nowhere", true, false));
                FrameWriter.content(out, 1, new byte[] {0, 0}, new byte[BODY_BYTES], 131_072);
            }
        });
        assertThat(client.machine().isSuspended()).isTrue();
        roomy.advance(20 * HEARTBEAT_SECONDS * 1_000L);
        assertThat(client.isClosed()).isFalse();
        client.readAll();
        roomy.advance(HEARTBEAT_SECONDS * 1_000L);
        assertThat(client.isClosed()).isFalse();
        roomy.advance(3 * HEARTBEAT_SECONDS * 1_000L);
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void aBrokerThatStoodStillDoesNotBlameItsClients() {
        SteppedClient client = connect();
        broker.standStill(20 * HEARTBEAT_SECONDS * 1_000L);
        broker.advance(HEARTBEAT_SECONDS * 1_000L);
        assertThat(client.isClosed()).isFalse();
        broker.advance(3 * HEARTBEAT_SECONDS * 1_000L);
        assertThat(client.isClosed()).isTrue();
    }
}
