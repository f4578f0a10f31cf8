package io.jumpmq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Objects;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // What is written stays in the buffer: that is what this is about.
class SendWatchTest {
    private static final long TIMEOUT = 30_000;

    private final SendWatch watch = new SendWatch(TIMEOUT);

    /** A socket of which a test says how much it takes. */
    private static final class Socket extends EmbeddedChannel {
        long room;

        @Override
        protected void doWrite(ChannelOutboundBuffer output) {
            while (room > 0 && output.current() instanceof ByteBuf next) {
                long taken = Math.min(room, next.readableBytes());
                output.removeBytes(taken);
                room -= taken;
            }
        }

        void take(long bytes) {
            room = bytes;
            unsafe().flush();
        }
    }

    private final Socket socket = new Socket();

    private void send(int bytes) {
        socket.write(Unpooled.wrappedBuffer(new byte[bytes]));
        socket.unsafe().flush();
    }

    private boolean isStuck(long nowMillis) {
        return watch.isStuck(socket, nowMillis);
    }

    @Test
    void whoHasNothingToReadIsNeverStuck() {
        assertThat(isStuck(0)).isFalse();
        assertThat(isStuck(10 * TIMEOUT)).isFalse();
    }

    @Test
    void whoTakesNoByteIsStuckAfterTheTimeout() {
        send(1000);
        assertThat(isStuck(1_000)).isFalse();
        send(1000); // What comes behind it is no progress.
        assertThat(isStuck(1_000 + TIMEOUT - 1)).isFalse();
        assertThat(isStuck(1_000 + TIMEOUT)).isTrue();
    }

    @Test
    void whoTakesAByteNowAndThenIsNotStuck() {
        send(1000);
        for (long now = 0; now < 20 * TIMEOUT; now += TIMEOUT / 2) {
            assertThat(isStuck(now)).isFalse();
            socket.take(1);
        }
        assertThat(Objects.requireNonNull(socket.unsafe().outboundBuffer()).isEmpty())
                .isFalse();
    }

    @Test
    void whoHasCaughtUpBeginsAnew() {
        send(1000);
        assertThat(isStuck(0)).isFalse();
        socket.take(1000);
        assertThat(isStuck(TIMEOUT)).isFalse();
        send(1000);
        assertThat(isStuck(2 * TIMEOUT)).isFalse();
        assertThat(isStuck(3 * TIMEOUT)).isTrue();
    }

    @Test
    void withoutATimeoutNobodyIsStuck() {
        SendWatch never = new SendWatch(0);
        send(1000);
        assertThat(never.isStuck(socket, 0)).isFalse();
        assertThat(never.isStuck(socket, Long.MAX_VALUE / 2)).isFalse();
    }
}
