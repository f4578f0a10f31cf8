package io.jumpmq.conformance;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.app.JumpMq;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * What the broker says last is read by a client that has much on its way at that moment, and reads only when it has sent
 * everything: no reset takes the words from it.
 */
class LastWordsTest {
    private static final int TIMES = 50;

    /** More than the broker reads at a time, and than it keeps while it waits for an answer. */
    private static final byte[] BULK = bulk();

    private static byte[] bulk() {
        byte[] heartbeat = RawAmqp.frame(RawAmqp.HEARTBEAT, 0, new byte[0]);
        ByteBuffer bulk = ByteBuffer.allocate(heartbeat.length << 16);
        while (bulk.hasRemaining()) {
            bulk.put(heartbeat);
        }
        return bulk.array();
    }

    private static byte[] followedByBulk(byte[]... first) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] bytes : first) {
            all.writeBytes(bytes);
        }
        all.writeBytes(BULK);
        return all.toByteArray();
    }

    /** Sends all of it, if the broker lets it, before anything is read. */
    private static void send(RawAmqp raw, byte[] bytes) {
        try {
            raw.send(bytes);
        } catch (IOException e) {
            // It was cut off: what was said has to be there all the same.
        }
    }

    private static byte[] method(int method, byte... arguments) {
        byte[] payload = ByteBuffer.allocate(Integer.BYTES + arguments.length)
                .putInt(method)
                .put(arguments)
                .array();
        return RawAmqp.frame(RawAmqp.METHOD, 0, payload);
    }

    private static byte[] connectionClose() {
        return method(RawAmqp.CONNECTION_CLOSE, new byte[2 + 1 + 2 + 2]);
    }

    @Test
    @JumpMqOnly("RabbitMQ resets the connection now and then, or waits first")
    void closeOk() throws Exception {
        for (int i = 0; i < TIMES; i++) {
            try (RawAmqp raw = RawAmqp.open()) {
                send(raw, followedByBulk(connectionClose()));
                raw.expect(RawAmqp.CONNECTION_CLOSE_OK);
                raw.expectOrderlyEnd();
            }
        }
    }

    @Test
    @JumpMqOnly("RabbitMQ resets the connection now and then, or waits first")
    void theReasonOfAFrameError() throws Exception {
        byte[] unknown = RawAmqp.frame(99, 0, new byte[8]);
        for (int i = 0; i < TIMES; i++) {
            try (RawAmqp raw = RawAmqp.open()) {
                send(raw, followedByBulk(unknown));
                assertThat(raw.expect(RawAmqp.CONNECTION_CLOSE).close()).startsWith("connection 501 ");
                send(raw, followedByBulk(method(RawAmqp.CONNECTION_CLOSE_OK)));
                raw.expectOrderlyEnd();
            }
        }
    }

    @Test
    @JumpMqOnly("RabbitMQ waits three seconds, and resets then")
    void theHeaderThatAnswersAnotherProtocol() throws Exception {
        for (int i = 0; i < TIMES; i++) {
            try (RawAmqp raw = RawAmqp.connect()) {
                send(raw, followedByBulk("GET / HTTP/1.1\r\n".getBytes(US_ASCII)));
                assertThat(raw.readBytes(8)).containsExactly('A', 'M', 'Q', 'P', 0, 0, 9, 1);
                raw.expectOrderlyEnd();
            }
        }
    }

    @Test
    @JumpMqOnly("RabbitMQ waits three seconds, and resets then")
    void aRefusedLogin() throws Exception {
        for (int i = 0; i < TIMES; i++) {
            try (RawAmqp raw = RawAmqp.connect()) {
                raw.sendHeader(0, 0, 9, 1);
                raw.expect(RawAmqp.CONNECTION_START);
                raw.sendStartOk("NONE", "", RawAmqp::askForReasons);
                send(raw, BULK);
                assertThat(raw.expect(RawAmqp.CONNECTION_CLOSE).close()).startsWith("connection 403 ");
                raw.expectOrderlyEnd();
            }
        }
    }

    /** The client sends on and on until it has heard it. */
    @Test
    void theReasonOfAStop() throws Exception {
        JumpMq broker = JumpMq.builder().host("127.0.0.1").port(0).start();
        RawAmqp raw = RawAmqp.over(new Socket(InetAddress.getLoopbackAddress(), broker.port()))
                .opened(2047, 131_072, 0);
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(broker::close);
        try (raw) {
            byte[] part = Arrays.copyOf(BULK, BULK.length / 8);
            for (int i = 0; i < 100_000 && !raw.hasSaidSomething(); i++) {
                send(raw, part);
            }
            assertThat(raw.expect(RawAmqp.CONNECTION_CLOSE).close())
                    .startsWith("connection 320 ")
                    .contains("shutdown");
            raw.send(0, RawAmqp.CONNECTION_CLOSE_OK);
            send(raw, part);
            raw.expectOrderlyEnd();
        }
        stopped.join();
    }
}
