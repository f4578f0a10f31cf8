package io.jumpmq.session.amqp091;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.session.ConnectionInfo;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Publishers into a throttled queue pause, and no others. */
class FlowControlTest {
    private static final int BODY_BYTES = 100_000;
    private static final int PREFETCH = 20;

    private final SteppedBroker broker = new SteppedBroker();
    private final SteppedClient publisher = broker.connect(ConnectionSettings.DEFAULT);
    private final SteppedClient consumer = broker.connect(ConnectionSettings.DEFAULT);

    @BeforeEach
    void openBoth() {
        for (SteppedClient client : List.of(publisher, consumer)) {
            tell(client, out -> {
                out.writeBytes(SteppedClient.opening());
                FrameWriter.method(
                        out, 1, new Method.QueueDeclare("q", false, false, false, false, false, FieldTable.EMPTY));
                FrameWriter.method(out, 1, new Method.BasicQos(0, PREFETCH, false));
            });
        }
    }

    @Test
    void nobodyIsThrottledWhileNobodyConsumes() {
        publish(200);
        broker.advance(10);
        publish(2);
        assertThat(publisher.pauseMillis()).isZero();
    }

    @Test
    void aShortQueueThrottlesNobody() {
        publish(2 * PREFETCH);
        consume();
        broker.advance(10);
        acknowledge(PREFETCH);
        broker.advance(10);
        publish(2);
        assertThat(publisher.pauseMillis()).isZero();
    }

    @Test
    void publishersAreThrottledWhileConsumersDrainALongQueue() {
        publish(200);
        consume();
        broker.advance(10);
        acknowledge(PREFETCH);
        broker.advance(10);
        publish(2);
        assertThat(publisher.pauseMillis()).isPositive();
        assertThat(state(publisher)).isEqualTo(ConnectionInfo.State.FLOW);
        assertThat(state(consumer)).isEqualTo(ConnectionInfo.State.RUNNING);

        broker.advance(1_000);
        acknowledge(PREFETCH + 1); // One in all this time: that consumer takes its time with each.
        publish(2);
        assertThat(publisher.pauseMillis()).isZero();
        assertThat(state(publisher)).isEqualTo(ConnectionInfo.State.RUNNING);
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            tell(publisher, out -> {
                FrameWriter.method(out, 1, new Method.BasicPublish("", "q", false, false));
                FrameWriter.content(out, 1, new byte[] {0, 0}, new byte[BODY_BYTES], 131_072);
            });
        }
    }

    private void consume() {
        tell(
                consumer,
                out -> FrameWriter.method(
                        out, 1, new Method.BasicConsume("q", "c", false, false, false, false, FieldTable.EMPTY)));
    }

    /** All deliveries up to this one. */
    private void acknowledge(long deliveryTag) {
        tell(consumer, out -> FrameWriter.method(out, 1, new Method.BasicAck(deliveryTag, true)));
    }

    private static void tell(SteppedClient client, Consumer<ByteBuf> what) {
        ByteBuf out = Unpooled.buffer();
        what.accept(out);
        client.receive(ByteBufUtil.getBytes(out));
        client.written().clear();
    }

    private static ConnectionInfo.State state(SteppedClient client) {
        InetSocketAddress nowhere = InetSocketAddress.createUnresolved("nowhere", 1);
        return Objects.requireNonNull(
                        client.machine().describe(new ConnectionInfo.Socket(nowhere, nowhere, List.of(), 0, 0, 0, 0)))
                .state();
    }
}
