package io.jumpmq.session.amqp091;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.broker.ConnectionMemory;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a client leaves half done takes memory, and there is only so much of that. */
class HeldMemoryTest {
    private static final int LIMIT_BYTES = 8 << 20;
    private static final int FRAME_BYTES = 100_000;
    private static final long SECOND = 1_000;

    private final SteppedBroker broker = new SteppedBroker(Long.MAX_VALUE, LIMIT_BYTES);
    private final ConnectionMemory memory = broker.broker().memory().connections();

    @Test
    void anAnnouncedSizeTakesNoMemory() {
        SteppedClient client = connect();
        for (int channel = 2; channel < 10; channel++) {
            int number = channel;
            tell(client, out -> FrameWriter.method(out, number, new Method.ChannelOpen()));
            announce(client, channel, 4 << 20);
        }
        assertThat(client.log()).noneMatch(line -> line.contains("TOO_LARGE"));
        assertThat(memory.heldBytes()).isLessThan(FRAME_BYTES);
    }

    @Test
    void halfSentBodiesCountUntilTheyAreWhole() {
        SteppedClient client = connect();
        announce(client, 1, 10 * FRAME_BYTES);
        body(client, 1, 9);
        assertThat(memory.heldBytes()).isBetween(9L * FRAME_BYTES, 20L * FRAME_BYTES);
        assertThat(broker.broker().memory().heldBytes()).isGreaterThanOrEqualTo(9L * FRAME_BYTES);
        body(client, 1, 1);
        assertThat(memory.heldBytes()).isZero();
    }

    @Test
    void whoHangsUpGivesAllBack() {
        SteppedClient client = connect();
        announce(client, 1, 10 * FRAME_BYTES);
        body(client, 1, 9);
        client.hangUp();
        assertThat(memory.heldBytes()).isZero();
        assertThat(broker.broker().memory().heldBytes()).isZero();
    }

    @Test
    void aChannelBeyondWhatOneConnectionMayHoldIsClosed() {
        SteppedClient client = connect();
        int size = (int) memory.maxBytes() / 2;
        tell(client, out -> FrameWriter.method(out, 2, new Method.ChannelOpen()));
        announce(client, 1, size);
        body(client, 1, size / FRAME_BYTES);
        announce(client, 2, size + FRAME_BYTES);
        body(client, 2, size / FRAME_BYTES);
        assertThat(client.log())
                .filteredOn(line -> line.contains("CONTENT_TOO_LARGE"))
                .singleElement()
                .asString()
                .startsWith("channel 2: CONTENT_TOO_LARGE - half-sent and uncommitted messages of this connection");
        assertThat(closes(client, Method.ChannelClose.class)).isEqualTo(311);
        assertThat(client.isClosed()).isFalse();
        assertThat(memory.heldBytes()).isBetween(1L, memory.maxBytes());
    }

    @Test
    void aTransactionIsNoLargerThanWhatOneConnectionMayHold() {
        SteppedClient client = connect();
        tell(client, out -> {
            FrameWriter.method(
                    out, 1, new Method.QueueDeclare("q", false, false, false, false, false, FieldTable.EMPTY));
            FrameWriter.method(out, 1, new Method.TxSelect());
        });
        int fitting = (int) (memory.maxBytes() / FRAME_BYTES) - 1;
        publish(client, fitting);
        assertThat(memory.heldBytes()).isGreaterThan((long) fitting * FRAME_BYTES);
        tell(client, out -> FrameWriter.method(out, 1, new Method.TxRollback()));
        assertThat(memory.heldBytes()).isZero();

        publish(client, fitting);
        tell(client, out -> FrameWriter.method(out, 1, new Method.TxCommit()));
        assertThat(memory.heldBytes()).isZero();

        publish(client, fitting + 2);
        assertThat(closes(client, Method.ChannelClose.class)).isEqualTo(311);
        assertThat(memory.heldBytes()).isZero();
    }

    @Test
    void whenMemoryIsShortOneAtATimeGoesOnAndAllFinish() {
        int size = 30 * FRAME_BYTES;
        List<SteppedClient> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            SteppedClient client = connect();
            announce(client, 1, size);
            clients.add(client);
        }
        int[] left = new int[clients.size()];
        Arrays.fill(left, size / FRAME_BYTES);
        int rounds = 0;
        boolean waited = false;
        while (Arrays.stream(left).anyMatch(frames -> frames > 0)) {
            assertThat(rounds++).as("rounds").isLessThan(1_000);
            for (int i = 0; i < left.length; i++) {
                SteppedClient client = clients.get(i);
                client.ask();
                waited |= client.pauseMillis() > 0;
                if (client.pauseMillis() == 0 && left[i] > 0) {
                    body(client, 1, 1);
                    left[i]--;
                }
            }
            assertThat(memory.heldBytes()).isLessThanOrEqualTo(LIMIT_BYTES);
        }
        assertThat(waited).isTrue();
        assertThat(memory.heldBytes()).isZero();
        assertThat(clients).noneMatch(SteppedClient::isClosed);
    }

    @Test
    void whoDoesNotGetOnWhileMemoryIsShortIsClosed() {
        SteppedClient idle = connect();
        int frames = (int) memory.maxBytes() / FRAME_BYTES;
        announce(idle, 1, (long) frames * FRAME_BYTES);
        body(idle, 1, frames - 1);
        SteppedClient other = connect();
        announce(other, 1, 12 * FRAME_BYTES);
        body(other, 1, 4);
        assertThat(other.pauseMillis()).isPositive();
        for (int i = 0; i <= ConnectionMemory.PATIENCE_SECONDS; i++) {
            other.ask();
            broker.advance(SECOND);
        }
        assertThat(closes(idle, Method.ConnectionClose.class)).isEqualTo(506);
        assertThat(idle.log()).last().asString().contains("has not got on for 3 s while others wait for memory");
        other.ask();
        assertThat(other.pauseMillis()).isZero();
        body(other, 1, 8);
        assertThat(other.log()).noneMatch(line -> line.contains("RESOURCE_ERROR"));
        assertThat(memory.heldBytes()).isZero();
    }

    @Test
    void theSmallAreServedWhateverTheLargeHold() {
        SteppedClient large = connect();
        int frames = (int) memory.maxBytes() / FRAME_BYTES;
        announce(large, 1, (long) frames * FRAME_BYTES);
        body(large, 1, frames - 1);
        SteppedClient small = connect();
        publish(small, 100);
        assertThat(small.pauseMillis()).isZero();
        assertThat(small.log()).hasSize(1);
    }

    @Test
    void aPauseOfOursIsNoMissedHeartbeatOfTheirs() {
        SteppedClient idle = connect();
        int frames = (int) memory.maxBytes() / FRAME_BYTES;
        announce(idle, 1, (long) frames * FRAME_BYTES);
        body(idle, 1, frames - 1);
        SteppedClient waits = broker.connect(ConnectionSettings.DEFAULT);
        waits.receive(ByteBufUtil.getBytes(SteppedClient.opening(1)));
        announce(waits, 1, 12 * FRAME_BYTES);
        body(waits, 1, 4);
        for (int i = 0; i < 10; i++) {
            waits.ask();
            if (waits.pauseMillis() > 0) {
                broker.advance(200);
            }
        }
        assertThat(waits.log()).noneMatch(line -> line.contains("heartbeats"));
    }

    @Test
    void whatIsNotReadWaitsUnwritten() {
        SteppedClient publisher = connect();
        SteppedClient consumer = connect();
        tell(
                consumer,
                out -> FrameWriter.method(
                        out, 1, new Method.QueueDeclare("q", false, false, false, false, false, FieldTable.EMPTY)));
        consumer.readNothing();
        tell(
                consumer,
                out -> FrameWriter.method(
                        out, 1, new Method.BasicConsume("q", "c", false, false, false, false, FieldTable.EMPTY)));
        tell(
                consumer,
                out -> FrameWriter.method(
                        out, 1, new Method.BasicConsume("q", "d", false, false, false, false, FieldTable.EMPTY)));
        publish(publisher, 100);
        assertThat(consumer.written().readableBytes()).isLessThan(3 << 19);
        assertThat(consumer.unreadBytes()).isZero();

        // It reads no answers: then nothing more is read from it, either.
        tell(consumer, out -> {
            for (int i = 0; i < 100; i++) {
                FrameWriter.method(out, 1, new Method.BasicGet("q", true));
            }
        });
        assertThat(consumer.unreadBytes()).isPositive();

        int deliveries = 0;
        for (int i = 0; i < 200 && deliveries < 100; i++) {
            deliveries += consumer.readAll();
        }
        assertThat(deliveries).isEqualTo(100);
        assertThat(consumer.unreadBytes()).isZero();
        assertThat(memory.heldBytes()).isZero();
    }

    @Test
    void headersTakeMemoryAsBodiesDo() {
        SteppedClient client = connect();
        tell(client, out -> {
            FrameWriter.method(
                    out, 1, new Method.QueueDeclare("q", false, false, false, false, false, FieldTable.EMPTY));
            for (int i = 0; i < 10; i++) {
                FrameWriter.method(out, 1, new Method.BasicPublish("", "q", false, false));
                FrameWriter.content(out, 1, headers(), new byte[0], 131_072);
            }
        });
        assertThat(broker.broker().memory().heldBytes()).isGreaterThan(10L * FRAME_BYTES);
        tell(client, out -> {
            for (int i = 0; i < 10; i++) {
                FrameWriter.method(out, 1, new Method.BasicGet("q", i % 2 == 0));
            }
            FrameWriter.method(out, 1, new Method.BasicAck(0, true));
        });
        assertThat(broker.broker().memory().heldBytes()).isZero();
    }

    /** Properties with one large header. */
    private static byte[] headers() {
        ByteBuf out = Unpooled.buffer();
        int entry = 1 + 1 + 1 + Integer.BYTES + FRAME_BYTES;
        out.writeShort(1 << 13).writeInt(entry).writeByte(1).writeByte('h').writeByte('S');
        out.writeInt(FRAME_BYTES).writeZero(FRAME_BYTES);
        return ByteBufUtil.getBytes(out);
    }

    @Test
    void whereMemoryRunsOutOneConnectionEndsAndItsMessagesGoOn() {
        SteppedClient publisher = connect();
        SteppedClient consumer = connect();
        tell(consumer, out -> {
            FrameWriter.method(
                    out, 1, new Method.QueueDeclare("q", false, false, false, false, false, FieldTable.EMPTY));
            FrameWriter.method(out, 1, new Method.BasicConsume("q", "c", false, false, false, false, FieldTable.EMPTY));
        });
        consumer.memoryFor(FRAME_BYTES / 2);
        publish(publisher, 2);
        assertThat(closes(consumer, Method.ConnectionClose.class)).isEqualTo(506);
        assertThat(consumer.log()).last().asString().startsWith("RESOURCE_ERROR - out of memory");
        assertThat(broker.failures()).isEmpty();

        SteppedClient other = connect();
        tell(other, out -> {
            FrameWriter.method(out, 1, new Method.BasicGet("q", true));
            FrameWriter.method(out, 1, new Method.BasicGet("q", true));
        });
        assertThat(other.readAll()).isEqualTo(2);
        publish(publisher, 1);
        other.memoryFor(FRAME_BYTES / 2);
        tell(other, out -> FrameWriter.method(out, 1, new Method.BasicGet("q", false)));
        assertThat(closes(other, Method.ConnectionClose.class)).isEqualTo(506);
        assertThat(broker.failures()).isEmpty();
        assertThat(memory.heldBytes()).isZero();
    }

    private SteppedClient connect() {
        SteppedClient client = broker.connect(ConnectionSettings.DEFAULT);
        client.receive(ByteBufUtil.getBytes(SteppedClient.opening()));
        return client;
    }

    private static void publish(SteppedClient client, int count) {
        for (int i = 0; i < count; i++) {
            announce(client, 1, FRAME_BYTES);
            body(client, 1, 1);
        }
    }

    /** The beginning of a message to the queue q. */
    private static void announce(SteppedClient client, int channel, long size) {
        tell(client, out -> {
            FrameWriter.method(out, channel, new Method.BasicPublish("", "q", false, false));
            int start = FrameWriter.begin(out, FrameReader.HEADER, channel);
            out.writeShort(60).writeShort(0).writeLong(size).writeShort(0);
            FrameWriter.end(out, start);
        });
    }

    private static void body(SteppedClient client, int channel, int frames) {
        for (int i = 0; i < frames; i++) {
            tell(client, out -> {
                int start = FrameWriter.begin(out, FrameReader.BODY, channel);
                out.writeZero(FRAME_BYTES);
                FrameWriter.end(out, start);
            });
        }
    }

    private static void tell(SteppedClient client, Consumer<ByteBuf> what) {
        ByteBuf out = Unpooled.buffer();
        what.accept(out);
        client.receive(ByteBufUtil.getBytes(out));
    }

    /** The code of the last frame that closes something; -1: there is none. */
    private static int closes(SteppedClient client, Class<? extends Method> type) {
        FrameReader reader = new FrameReader(0);
        int code = -1;
        ByteBuf in = client.written();
        while (reader.next(in)) {
            if (reader.type() == FrameReader.METHOD) {
                Method method = Method.read(in.slice(reader.payloadIndex(), reader.payloadLength()));
                if (type.isInstance(method) && method instanceof Method.ChannelClose close) {
                    code = close.replyCode();
                } else if (type.isInstance(method) && method instanceof Method.ConnectionClose close) {
                    code = close.replyCode();
                }
            }
        }
        return code;
    }
}
