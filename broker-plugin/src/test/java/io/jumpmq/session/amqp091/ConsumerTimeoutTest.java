package io.jumpmq.session.amqp091;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.Policy;
import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A consumer that does not acknowledge in time loses what it was given. */
class ConsumerTimeoutTest {
    private static final long DEFAULT_MILLIS = ConnectionSettings.DEFAULT.consumerTimeoutMillis();
    private static final String LATE =
            "channel.close 406 PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed"
                    + " out. Timeout value used: %d ms. This timeout value can be configured, see consumers doc guide to learn more";

    private final SteppedBroker broker = new SteppedBroker();
    private final SteppedClient client = connect();

    private SteppedClient connect() {
        SteppedClient connected = broker.connect(ConnectionSettings.DEFAULT);
        FieldTable capabilities = FieldTable.of(Map.of("consumer_cancel_notify", true));
        heard(connected, out -> {
            FrameWriter.protocolHeader(out);
            FrameWriter.method(
                    out,
                    0,
                    new Method.ConnectionStartOk(
                            FieldTable.of(Map.of("capabilities", capabilities)),
                            "PLAIN",
                            "\0guest\0guest".getBytes(UTF_8),
                            "en_US"));
            FrameWriter.method(out, 0, new Method.ConnectionTuneOk(10, 131_072, 0));
            FrameWriter.method(out, 0, new Method.ConnectionOpen(SteppedBroker.VHOST));
            FrameWriter.method(out, 1, new Method.ChannelOpen());
        });
        return connected;
    }

    private void declare(Map<String, Object> arguments) {
        heard(
                client,
                out -> FrameWriter.method(
                        out,
                        1,
                        new Method.QueueDeclare("q", false, true, false, false, false, FieldTable.of(arguments))));
    }

    private List<String> publish(int count) {
        return heard(client, out -> {
            for (int i = 0; i < count; i++) {
                FrameWriter.method(out, 1, new Method.BasicPublish("", "q", false, false));
                FrameWriter.content(out, 1, new byte[] {0, 0}, new byte[] {'x'}, 0);
            }
        });
    }

    private static void consume(ByteBuf out) {
        FrameWriter.method(out, 1, new Method.BasicConsume("q", "c", false, false, false, false, FieldTable.EMPTY));
    }

    private static void acknowledge(ByteBuf out, long tag) {
        FrameWriter.method(out, 1, new Method.BasicAck(tag, false));
    }

    /** Says something; what the broker says, methods only. */
    private static List<String> heard(SteppedClient by, Consumer<ByteBuf> what) {
        ByteBuf out = Unpooled.buffer();
        what.accept(out);
        by.receive(ByteBufUtil.getBytes(out));
        return heard(by);
    }

    private static List<String> heard(SteppedClient by) {
        List<String> heard = new ArrayList<>();
        FrameReader reader = new FrameReader(0);
        while (reader.next(by.written())) {
            if (reader.type() == FrameReader.METHOD) {
                Method method = Method.read(by.written().slice(reader.payloadIndex(), reader.payloadLength()));
                heard.add(
                        method instanceof Method.ChannelClose close
                                ? method.dottedName() + " " + close.replyCode() + " " + close.replyText()
                                : method.dottedName());
            }
        }
        return heard;
    }

    private long timedOut() {
        return broker.broker().events().of(NodeCounters.Event.CONSUMER_TIMED_OUT);
    }

    @Test
    void theChannelEndsAndTheMessageGoesOn() {
        declare(Map.of());
        heard(client, ConsumerTimeoutTest::consume);
        publish(1);
        broker.advance(DEFAULT_MILLIS - 1_000);
        assertThat(heard(client)).isEmpty();
        broker.advance(2_000);
        assertThat(heard(client)).containsExactly(LATE.formatted(DEFAULT_MILLIS));
        assertThat(client.log())
                .anyMatch(line ->
                        line.contains("consumer 'c' from queue 'q' in vhost '/' has not been acknowledged within "
                                + DEFAULT_MILLIS + " ms (delivery tag 1)"));
        assertThat(timedOut()).isEqualTo(1);
        assertThat(heard(connect(), ConsumerTimeoutTest::consume)).containsExactly("basic.consume-ok", "basic.deliver");
    }

    @Test
    void whoAcknowledgesInTimeIsLeftAlone() {
        declare(Map.of());
        heard(client, ConsumerTimeoutTest::consume);
        for (long tag = 1; tag <= 4; tag++) {
            publish(1);
            broker.advance(DEFAULT_MILLIS - 2_000);
            long now = tag;
            heard(client, out -> acknowledge(out, now));
        }
        broker.advance(2 * DEFAULT_MILLIS);
        assertThat(heard(client)).isEmpty();
        assertThat(timedOut()).isZero();
    }

    @Test
    void whatWasFetchedIsHeldNoLonger() {
        declare(Map.of("x-consumer-timeout", 10_000));
        publish(1);
        heard(client, out -> FrameWriter.method(out, 1, new Method.BasicGet("q", false)));
        broker.advance(11_000);
        assertThat(heard(client)).containsExactly(LATE.formatted(10_000));
    }

    @Test
    void aPolicyCountsForWhatIsOutThereAlready() {
        declare(Map.of());
        heard(client, ConsumerTimeoutTest::consume);
        publish(1);
        CompletableFuture<?> set = broker.broker()
                .administer(List.of(new Command.SetPolicy(
                        SteppedBroker.VHOST,
                        Policy.of("p", "", Policy.Target.QUEUES, 0, Map.of("consumer-timeout", 5_000), false))));
        broker.settle();
        assertThat(set).isCompleted();
        broker.advance(62_000);
        assertThat(heard(client)).containsExactly(LATE.formatted(5_000));
    }

    @Test
    void zeroIsForEver() {
        declare(Map.of("x-consumer-timeout", 0));
        heard(client, ConsumerTimeoutTest::consume);
        publish(1);
        broker.advance(3 * DEFAULT_MILLIS);
        assertThat(heard(client)).isEmpty();
    }

    @Test
    void ofAQuorumQueuesConsumersThatOneAloneEnds() {
        declare(Map.of("x-queue-type", "quorum", "x-consumer-timeout", 10_000));
        heard(client, ConsumerTimeoutTest::consume);
        publish(2);
        broker.advance(11_000);
        assertThat(heard(client)).containsExactly("basic.cancel");
        assertThat(timedOut()).isEqualTo(1);
        SteppedClient other = connect();
        assertThat(heard(other, ConsumerTimeoutTest::consume))
                .containsExactly("basic.consume-ok", "basic.deliver", "basic.deliver");
        assertThat(heard(client, out -> {
                    acknowledge(out, 1);
                    FrameWriter.method(out, 1, new Method.BasicAck(2, true));
                    FrameWriter.method(out, 1, new Method.BasicQos(0, 1, false));
                }))
                .as("what comes too late means nothing")
                .containsExactly("basic.qos-ok");
        other.hangUp();
        assertThat(heard(connect(), ConsumerTimeoutTest::consume))
                .containsExactly("basic.consume-ok", "basic.deliver", "basic.deliver");
        assertThat(broker.failures()).isEmpty();
    }
}
