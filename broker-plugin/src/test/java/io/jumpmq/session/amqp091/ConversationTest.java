package io.jumpmq.session.amqp091;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.session.ConnectionSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The scripts in {@code session}: what a client says and what it is answered, octet by octet and with time given. With
 * {@code -Dbroker.uri=amqp://…} they are played to that broker, but for those where time passes or JumpMQ differs.
 */
class ConversationTest {
    private static final @Nullable String URI_OF_BROKER = System.getProperty("broker.uri");

    static List<Path> scripts() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/session"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void theConversationGoesAsWritten(Path script) throws IOException {
        List<String> lines = Files.readAllLines(script);
        if (URI_OF_BROKER == null) {
            SteppedPeer peer = new SteppedPeer();
            new Conversation(script.getFileName().toString(), peer).play(lines);
            assertThat(peer.broker.failures()).isEmpty();
        } else {
            Assumptions.assumeTrue(
                    lines.stream().noneMatch(line -> line.startsWith("@") || line.startsWith("# JumpMQ only")));
            try (SocketPeer peer = new SocketPeer(URI.create(URI_OF_BROKER))) {
                new Conversation(script.getFileName().toString(), peer).play(lines);
            }
        }
    }

    private static final class SteppedPeer implements Conversation.Peer {
        private final SteppedBroker broker = new SteppedBroker();
        private final SteppedClient client = broker.connect(ConnectionSettings.DEFAULT);
        private final FrameReader reader = new FrameReader(0);

        @Override
        public void send(byte[] bytes) {
            client.receive(bytes);
        }

        @Override
        public byte @Nullable [] next() {
            ByteBuf in = client.written();
            int start = in.readerIndex();
            if (in.readableBytes() >= 8 && in.getByte(start) == 'A') {
                return ByteBufUtil.getBytes(in.readSlice(8));
            }
            if (!reader.next(in)) {
                assertThat(in.readableBytes()).as("half a frame").isZero();
                return null;
            }
            return ByteBufUtil.getBytes(in, start, in.readerIndex() - start);
        }

        @Override
        public byte @Nullable [] pending() {
            return next();
        }

        @Override
        public boolean isClosed() {
            return client.isClosed();
        }

        @Override
        public void advance(long millis) {
            broker.advance(millis);
        }

        @Override
        public void hangUp() {
            client.hangUp();
        }
    }

    /** Waits for answers, and not for silence: an answer too many shows where the next one is due. */
    private static final class SocketPeer implements Conversation.Peer, AutoCloseable {
        private static final int PATIENCE_MILLIS = 5_000;

        private final Socket socket;
        private final DataInputStream in;
        private boolean closed;

        SocketPeer(URI uri) throws IOException {
            socket = new Socket(uri.getHost(), uri.getPort());
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            in = new DataInputStream(socket.getInputStream());
        }

        @Override
        public void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        @Override
        public byte @Nullable [] next() throws IOException {
            try {
                byte[] head = in.readNBytes(7);
                if (head.length < 7) {
                    closed = true;
                    return null;
                }
                int rest = head[0] == 'A' ? 1 : ByteBuffer.wrap(head, 3, 4).getInt() + 1;
                byte[] frame = Arrays.copyOf(head, head.length + rest);
                in.readFully(frame, head.length, rest);
                return frame;
            } catch (EOFException | SocketException e) {
                closed = true;
                return null;
            } catch (SocketTimeoutException e) {
                return null;
            }
        }

        @Override
        public byte @Nullable [] pending() throws IOException {
            return in.available() > 0 ? next() : null;
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public void advance(long millis) {
            throw new UnsupportedOperationException("nobody moves this broker's clock");
        }

        @Override
        public void hangUp() throws IOException {
            socket.close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
