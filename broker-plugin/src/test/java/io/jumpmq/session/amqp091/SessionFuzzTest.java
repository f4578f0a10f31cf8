package io.jumpmq.session.amqp091;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.Method;
import io.jumpmq.session.Connection;
import io.jumpmq.session.ConnectionSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Conversations with a whole broker, some of their octets changed: whatever a client sends, the answer is one of the
 * protocol's, well formed, costs no more memory than what was sent explains, and nothing stays behind.
 */
class SessionFuzzTest {
    private static final int CONVERSATIONS_PER_BROKER = 100;

    /** What a frame may make the broker allocate: a body's first array, and some room. Its announced size is just a word. */
    private static final long BYTES_PER_FRAME = 256 << 10;

    private static final long BYTES_PER_TURN = 16 << 10;

    /** How often what is written may have been copied on its way; the growing buffers of this test included. */
    private static final int COPIES = 16;

    private static final int FRAME_MAX = ConnectionSettings.DEFAULT.frameMaxBytes();

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whateverComesIsAnsweredAsTheProtocolSays() {
        fuzz(1, 500_000);
    }

    @Test
    @Tag("long")
    @Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whateverComesInTheLongRunIsAnsweredAsTheProtocolSays() {
        fuzz(1_000_000, 30_000_000);
    }

    /** At least so many frames; one seed for each conversation. */
    private static void fuzz(long firstSeed, long frames) {
        long seed = firstSeed;
        Tally tally = new Tally();
        while (tally.frames < frames) {
            SteppedBroker broker = new SteppedBroker();
            List<WeakReference<Connection>> ended = new ArrayList<>();
            for (int i = 0; i < CONVERSATIONS_PER_BROKER && tally.frames < frames; i++) {
                ended.add(converse(broker, seed++, tally));
            }
            assertThat(broker.backlog()).isZero();
            assertThat(broker.vhost().queues())
                    .as("left behind by connections before seed %d", seed)
                    .noneMatch(queue -> queue.isExclusive());
            System.gc();
            assertThat(ended.stream().filter(machine -> machine.get() != null))
                    .as("connections that something holds on to, before seed %d", seed)
                    .hasSizeLessThanOrEqualTo(1); // The last one may still be on the stack.
        }
        assertThat(tally.opened)
                .as("most conversations get beyond the handshake")
                .isGreaterThan(tally.conversations / 2);
        assertThat(tally.answers).as("conversations have answers").isGreaterThan(tally.frames / 4);
    }

    private static final class Tally {
        private long conversations;
        private long frames;
        private long opened;
        private long answers;
    }

    private static WeakReference<Connection> converse(SteppedBroker broker, long seed, Tally tally) {
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> frames = new RandomConversation(random).frames();
        SteppedClient client = broker.connect(ConnectionSettings.DEFAULT);
        try {
            long allocated = 0;
            boolean whole = random.nextBoolean();
            List<byte[]> pieces = whole ? frames : RandomConversation.pieces(frames, random);
            for (byte[] piece : pieces) {
                long before = allocatedBytes();
                client.receive(piece);
                allocated += allocatedBytes() - before;
                if (!client.isClosed() && !client.machine().isSuspended()) {
                    assertThat(client.unreadBytes()).as("bytes kept").isLessThanOrEqualTo(FRAME_MAX);
                }
                for (int channel : closedChannels(client.written(), tally)) {
                    if (whole && client.unreadBytes() == 0) {
                        client.receive(RandomConversation.reopening(channel)); // So that the rest is heard, too.
                    }
                }
                if (random.nextInt(50) == 0) {
                    broker.advance(random.nextInt(90_000));
                }
            }
            closedChannels(client.written(), tally);
            assertThat(client.written().readableBytes())
                    .as("half a frame written")
                    .isZero();
            assertThat(allocated)
                    .as("bytes allocated")
                    .isLessThan(frames.size() * BYTES_PER_FRAME
                            + pieces.size() * BYTES_PER_TURN
                            + client.writtenBytes() * COPIES);
            assertThat(broker.failures()).isEmpty();
        } catch (RuntimeException | AssertionError e) {
            broker.failures().forEach(e::addSuppressed);
            throw new AssertionError("seed " + seed, e);
        }
        client.hangUp();
        tally.conversations++;
        tally.frames += frames.size();
        tally.opened += client.log().stream().anyMatch(line -> line.startsWith("opened")) ? 1 : 0;
        return new WeakReference<>(client.machine());
    }

    /** Reads all that the broker wrote; the channels that it closed. */
    private static List<Integer> closedChannels(ByteBuf written, Tally tally) {
        if (written.readableBytes() >= 8 && written.getByte(written.readerIndex()) == 'A') {
            written.skipBytes(8);
        }
        List<Integer> closed = new ArrayList<>();
        FrameReader reader = new FrameReader(FRAME_MAX);
        while (reader.next(written)) {
            ByteBuf payload = written.slice(reader.payloadIndex(), reader.payloadLength());
            switch (reader.type()) {
                case FrameReader.METHOD -> {
                    if (!hasKey(payload.getInt(0)) && Method.read(payload) instanceof Method.ChannelClose) {
                        closed.add(reader.channel());
                    }
                }
                case FrameReader.HEADER ->
                    BasicProperties.decode(ByteBufUtil.getBytes(payload, 12, payload.readableBytes() - 12));
                case FrameReader.BODY, FrameReader.HEARTBEAT -> {}
                default -> throw new AssertionError("a frame of type " + reader.type());
            }
            tally.answers++;
        }
        return closed;
    }

    /** Methods with the routing key as it was published, which need not be the text that a reader expects. */
    private static boolean hasKey(int id) {
        return id == Method.BasicReturn.ID || id == Method.BasicDeliver.ID || id == Method.BasicGetOk.ID;
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
