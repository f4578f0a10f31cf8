package io.jumpmq.management;

import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.encoding.AllowedContentEncodings;
import io.undertow.server.handlers.encoding.ContentEncodingRepository;
import io.undertow.server.handlers.encoding.GzipEncodingProvider;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * One request and its answer on their way: the memory that they take, and whether they come and go fast enough.
 *
 * <p>No thread waits for a client: the I/O thread takes what comes and sends what goes. A refusal does not wait for a body either:
 * what still comes of that is thrown away for a moment, so that the client reads its answer before the connection ends.
 */
final class Transfer {
    private static final AttachmentKey<Transfer> KEY = AttachmentKey.create(Transfer.class);
    private static final ContentEncodingRepository PACKED =
            new ContentEncodingRepository().addEncodingHandler("gzip", new GzipEncodingProvider(), 50);

    private static final int MAX_IGNORED_BYTES = 64 << 20;
    private static final long LINGER_MILLIS = 2_000;

    private enum Phase {
        RECEIVING,
        WORKING,
        ANSWERING,
        LINGERING
    }

    private final HttpServerExchange exchange;
    private final Pieces request;
    private final Pieces answer;
    private Phase phase = Phase.RECEIVING;
    private Pace pace;
    private long phaseMillis;
    private @Nullable RequestBody body;

    private Transfer(HttpServerExchange exchange, HttpMemory memory, long nowMillis) {
        this.exchange = exchange;
        this.request = new Pieces(memory);
        this.answer = new Pieces(memory);
        this.pace = new Pace(nowMillis);
        this.phaseMillis = nowMillis;
    }

    static Transfer begin(HttpServerExchange exchange, HttpMemory memory, long nowMillis) {
        Transfer transfer = new Transfer(exchange, memory, nowMillis);
        exchange.putAttachment(KEY, transfer);
        return transfer;
    }

    static Transfer of(HttpServerExchange exchange) {
        return Objects.requireNonNull(exchange.getAttachment(KEY));
    }

    HttpServerExchange exchange() {
        return exchange;
    }

    /**
     * Takes in the body, if there is one, and then calls {@code whole}, as a handler of requests is called.
     *
     * @param failed called instead: 413 when there is more than {@code maxBytes}, 503 when memory is short, 400
     */
    void receive(int maxBytes, Consumer<byte[]> whole, Consumer<HttpError> failed) {
        if (exchange.isRequestComplete()) {
            whole.accept(new byte[0]);
            return;
        }
        RequestBody coming = new RequestBody(exchange, maxBytes, request::write);
        body = coming;
        coming.receive(() -> whole.accept(request.toBytes()), failed);
    }

    /** Something that writes an answer. */
    interface Content {
        void writeTo(OutputStream into) throws IOException;
    }

    /**
     * Sends an answer, packed if the client likes that.
     *
     * @throws HttpError 503 when memory is short; then nothing was sent
     */
    void send(Content content) {
        boolean pack = accepts(exchange);
        try (OutputStream into = pack ? new GZIPOutputStream(answer) : answer) {
            content.writeTo(into);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException | Error e) {
            answer.discard();
            throw e;
        }
        if (pack) {
            exchange.getResponseHeaders().put(Headers.CONTENT_ENCODING, "gzip");
        }
        send();
    }

    private static boolean accepts(HttpServerExchange exchange) {
        AllowedContentEncodings allowed = PACKED.getContentEncodings(exchange);
        return allowed != null && !allowed.isNoEncodingsAllowed() && !allowed.isIdentity();
    }

    /** Sends an answer that has no content. */
    void send() {
        if (exchange.isRequestComplete()) {
            finish();
        } else {
            exchange.dispatch(SameThreadExecutor.INSTANCE, this::refuseRest);
        }
    }

    private void finish() {
        if (answer.size() == 0) {
            exchange.endExchange();
        } else {
            exchange.getResponseSender().send(answer.buffers());
        }
    }

    /** The answer goes although the request has not come whole. */
    private void refuseRest() {
        exchange.setResponseContentLength(answer.size());
        exchange.getResponseSender()
                .send(answer.buffers(), (Sent) sender -> sender.close((Sent) unused -> ignoreRest()));
    }

    /** What follows when something is sent; when it cannot be, the connection ends. */
    private interface Sent extends IoCallback {
        void then(Sender sender);

        @Override
        default void onComplete(HttpServerExchange exchange, Sender sender) {
            then(sender);
        }

        @Override
        default void onException(HttpServerExchange exchange, Sender sender, IOException failure) {
            exchange.endExchange();
            IoUtils.safeClose(exchange.getConnection());
        }
    }

    private void ignoreRest() {
        RequestBody rest = body == null ? new RequestBody(exchange, MAX_IGNORED_BYTES, ByteBuffer::clear) : body;
        rest.ignore(MAX_IGNORED_BYTES);
    }

    /** Whether the client is too slow for us. To be asked every second or so. */
    boolean isTooSlow(long nowMillis) {
        Phase now = phase();
        if (now != phase) {
            phase = now;
            pace = new Pace(nowMillis);
            phaseMillis = nowMillis;
        }
        RequestBody coming = body;
        return switch (now) {
            case RECEIVING -> pace.isTooSlow(coming == null ? 0 : coming.receivedBytes(), nowMillis);
            case WORKING -> false; // Ours to be quick.
            case ANSWERING -> pace.isTooSlow(exchange.getResponseBytesSent(), nowMillis);
            case LINGERING -> nowMillis - phaseMillis > LINGER_MILLIS;
        };
    }

    private Phase phase() {
        if (exchange.isResponseComplete()) {
            return Phase.LINGERING;
        } else if (exchange.isResponseStarted()) {
            return Phase.ANSWERING;
        }
        return exchange.isRequestComplete() ? Phase.WORKING : Phase.RECEIVING;
    }

    /** It is over, one way or the other. */
    void release() {
        request.release();
        answer.release();
    }
}
