package io.jumpmq.management;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

/** The body of a request, taken in on the I/O thread as it comes, and no more of it at a time than is fair to others. */
final class RequestBody implements ChannelListener<StreamSourceChannel> {
    private static final int READS_PER_TURN = 4;

    private final HttpServerExchange exchange;
    private int maxBytes;
    private Consumer<ByteBuffer> into;
    private Runnable whole = () -> {};
    private Consumer<HttpError> failed = failure -> {};
    private @Nullable StreamSourceChannel channel;
    private volatile long receivedBytes;

    RequestBody(HttpServerExchange exchange, int maxBytes, Consumer<ByteBuffer> into) {
        this.exchange = exchange;
        this.maxBytes = maxBytes;
        this.into = into;
    }

    long receivedBytes() {
        return receivedBytes;
    }

    /** Starts; then either of them is called, as handlers of requests are. */
    void receive(Runnable onWhole, Consumer<HttpError> onFailure) {
        whole = onWhole;
        failed = onFailure;
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            if (exchange.getRequestContentLength() > maxBytes) {
                fail(tooLarge());
            } else {
                read();
            }
        });
    }

    /** The answer was sent without it: throws away what still comes, up to {@code max} bytes, and ends the exchange. */
    void ignore(int max) {
        maxBytes = max;
        receivedBytes = 0;
        into = ByteBuffer::clear;
        whole = exchange::endExchange;
        failed = failure -> IoUtils.safeClose(exchange.getConnection());
        read();
    }

    @Override
    public void handleEvent(StreamSourceChannel readable) {
        readable.suspendReads();
        read();
    }

    private void read() {
        if (channel == null) {
            channel = exchange.getRequestChannel();
            channel.getReadSetter().set(this);
        }
        try {
            if (readSome(channel)) {
                Connectors.executeRootHandler(unused -> whole.run(), exchange);
            }
        } catch (HttpError e) {
            fail(e);
        } catch (IOException e) {
            fail(HttpError.badRequest("the request could not be read: " + e.getMessage()));
        }
    }

    /** Whether that was the last of it. */
    private boolean readSome(StreamSourceChannel source) throws IOException {
        try (PooledByteBuffer pooled =
                exchange.getConnection().getByteBufferPool().allocate()) {
            ByteBuffer buffer = pooled.getBuffer();
            for (int i = 0; i < READS_PER_TURN; i++) {
                int read = source.read(buffer.clear());
                if (read < 0) {
                    return true;
                } else if (read == 0) {
                    break;
                }
                take(buffer.flip());
            }
        }
        source.resumeReads(); // There may be more already, but others are to have their turn.
        return false;
    }

    private void take(ByteBuffer bytes) {
        long received = receivedBytes + bytes.remaining();
        receivedBytes = received;
        if (received > maxBytes) {
            throw tooLarge();
        }
        into.accept(bytes);
    }

    private HttpError tooLarge() {
        return new HttpError(413, "payload_too_large", "this request has at most " + maxBytes + " bytes");
    }

    private void fail(HttpError failure) {
        Connectors.executeRootHandler(unused -> failed.accept(failure), exchange);
    }
}
