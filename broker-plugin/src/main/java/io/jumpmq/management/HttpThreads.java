package io.jumpmq.management;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Sequence;
import org.xnio.SslClientAuthMode;
import org.xnio.Xnio;
import org.xnio.XnioWorker;

/** The threads of all HTTP servers, apart from those that move messages, and the limits of their connections. */
public final class HttpThreads implements AutoCloseable {
    /** Requests that are carried out at a time. */
    static final int MOST_AT_ONCE = 8;

    /** Definitions of a hundred thousand queues fit; less of a small heap, for a document takes many times its text. */
    static final long LARGEST_BODY = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 32);

    private static final int MOST_HEADER_BYTES = 64 << 10;
    private static final int BUFFER_BYTES = 16 << 10;
    private static final int POOLED_BUFFERS = 64;
    private static final int BUFFERS_PER_THREAD = 4;
    private static final int IDLE_MILLIS = 60_000;
    private static final int SLOWEST_REQUEST_MILLIS = 10_000;

    private final XnioWorker worker;

    /** Starts them. */
    public HttpThreads() throws IOException {
        worker = Xnio.getInstance()
                .createWorker(OptionMap.builder()
                        .set(Options.WORKER_NAME, "jumpmq-http")
                        .set(Options.WORKER_IO_THREADS, 1)
                        .set(Options.WORKER_TASK_CORE_THREADS, 1)
                        .set(Options.WORKER_TASK_MAX_THREADS, MOST_AT_ONCE)
                        .set(Options.THREAD_DAEMON, true)
                        .set(Options.TCP_NODELAY, true)
                        .getMap());
    }

    /** Paths and queries reach the handler as they were sent, undecoded. */
    Undertow listen(InetSocketAddress address, @Nullable Https tls, HttpHandler handler) throws IOException {
        Undertow.Builder builder = Undertow.builder()
                .setWorker(worker)
                .setByteBufferPool(new DefaultByteBufferPool(false, BUFFER_BYTES, POOLED_BUFFERS, BUFFERS_PER_THREAD))
                .setServerOption(UndertowOptions.DECODE_URL, false)
                .setServerOption(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, true)
                .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, LARGEST_BODY)
                .setServerOption(UndertowOptions.MAX_HEADER_SIZE, MOST_HEADER_BYTES)
                .setServerOption(UndertowOptions.IDLE_TIMEOUT, IDLE_MILLIS)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_MILLIS)
                .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, SLOWEST_REQUEST_MILLIS)
                .setHandler(handler);
        String host = address.getAddress().getHostAddress();
        if (tls == null) {
            builder.addHttpListener(address.getPort(), host);
        } else {
            SSLParameters parameters = tls.parameters();
            builder.addHttpsListener(address.getPort(), host, tls.context())
                    .setSocketOption(Options.SSL_ENABLED_PROTOCOLS, Sequence.of(parameters.getProtocols()))
                    .setSocketOption(Options.SSL_CLIENT_AUTH_MODE, clientAuthentication(parameters));
        }
        Undertow server = builder.build();
        try {
            server.start();
        } catch (RuntimeException e) {
            String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new IOException("cannot listen on " + address + ": " + reason, e);
        }
        return server;
    }

    private static SslClientAuthMode clientAuthentication(SSLParameters parameters) {
        if (parameters.getNeedClientAuth()) {
            return SslClientAuthMode.REQUIRED;
        }
        return parameters.getWantClientAuth() ? SslClientAuthMode.REQUESTED : SslClientAuthMode.NOT_REQUESTED;
    }

    /** The port that a server has taken. */
    static int port(Undertow server) {
        return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }
}
