package io.jumpmq.management;

import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.HttpContinueReadHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Sequence;
import org.xnio.SslClientAuthMode;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * The threads of all HTTP servers, apart from those that move messages, and the limits of their connections.
 *
 * <p>One thread reads and writes for all clients and answers what is cheap; it waits for nobody. What takes time is done by
 * others, {@link #pool}: never reading or writing, so that no client can keep one busy.
 */
public final class HttpThreads implements AutoCloseable {
    /** Definitions of a hundred thousand queues fit, unless the heap is small: in memory JSON is many times as large. */
    static final int LARGEST_BODY =
            (int) Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 32);

    private static final int MAX_HEADER_BYTES = 16 << 10;
    private static final int BUFFER_BYTES = 16 << 10;
    private static final int POOLED_BUFFERS = 64;
    private static final int BUFFERS_PER_THREAD = 4;
    private static final int IDLE_MILLIS = 60_000;

    /** From the first byte on; the first head on a connection from its first moment on. */
    static final int SLOWEST_HEAD_MILLIS = 10_000;

    /** What they do: the arithmetic of TLS handshakes, the files of the web pages. */
    private static final int MAX_TASK_THREADS = 4;

    private static final int IDLE_THREAD_SECONDS = 30;

    private final XnioWorker worker;
    private final Sockets sockets = new Sockets(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));

    /** Starts them. */
    public HttpThreads() throws IOException {
        worker = Xnio.getInstance()
                .createWorker(OptionMap.builder()
                        .set(Options.WORKER_NAME, "jumpmq-http")
                        .set(Options.WORKER_IO_THREADS, 1)
                        .set(Options.WORKER_TASK_CORE_THREADS, 1)
                        .set(Options.WORKER_TASK_MAX_THREADS, MAX_TASK_THREADS)
                        .set(Options.THREAD_DAEMON, true)
                        .set(Options.TCP_NODELAY, true)
                        .getMap());
        worker.getIoThread().executeAtInterval(sockets::tick, 1, TimeUnit.SECONDS);
    }

    /**
     * Threads for what takes time, made when they are needed.
     *
     * @param waiting how many tasks may wait; others are rejected
     */
    static ExecutorService pool(String name, int threads, int waiting) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_THREAD_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waiting), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    Sockets sockets() {
        return sockets;
    }

    /**
     * Listens. Paths and queries reach the handler as they were sent, undecoded.
     *
     * @param memory for what comes and goes
     */
    AcceptingChannel<? extends StreamConnection> listen(
            InetSocketAddress address, @Nullable Https tls, HttpMemory memory, HttpHandler handler) throws IOException {
        ByteBufferPool buffers = new DefaultByteBufferPool(false, BUFFER_BYTES, POOLED_BUFFERS, BUFFERS_PER_THREAD);
        HttpOpenListener http = new HttpOpenListener(
                buffers,
                OptionMap.builder()
                        .set(UndertowOptions.DECODE_URL, false)
                        .set(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, true)
                        .set(UndertowOptions.MAX_ENTITY_SIZE, -1L) // Each route has its own, and tells of it.
                        .set(UndertowOptions.MAX_HEADER_SIZE, MAX_HEADER_BYTES)
                        .set(UndertowOptions.IDLE_TIMEOUT, IDLE_MILLIS)
                        .set(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_MILLIS)
                        .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, SLOWEST_HEAD_MILLIS)
                        .getMap());
        http.setRootHandler(new HttpContinueReadHandler(exchange -> {
            sockets.begin(exchange, memory);
            handler.handleRequest(exchange);
        }));
        ChannelListener<AcceptingChannel<StreamConnection>> accept =
                ChannelListeners.openListenerAdapter(sockets.admitting(http));
        try {
            AcceptingChannel<? extends StreamConnection> server = tls == null
                    ? worker.createStreamConnectionServer(address, accept, SOCKETS)
                    : secure(tls, address, accept);
            server.resumeAccepts();
            return server;
        } catch (IOException e) {
            throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
        }
    }

    private static final OptionMap SOCKETS = OptionMap.builder()
            .set(Options.TCP_NODELAY, true)
            .set(Options.REUSE_ADDRESSES, true)
            .set(Options.BACKLOG, 1000)
            .set(Options.BALANCING_TOKENS, 1)
            .set(Options.BALANCING_CONNECTIONS, 2)
            .getMap();

    @SuppressWarnings({"unchecked", "rawtypes"}) // A listener of sockets is one of those with TLS, which are such.
    private AcceptingChannel<? extends StreamConnection> secure(
            Https tls, InetSocketAddress address, ChannelListener<AcceptingChannel<StreamConnection>> accept)
            throws IOException {
        SSLParameters parameters = tls.parameters();
        OptionMap options = OptionMap.builder()
                .addAll(SOCKETS)
                .set(Options.SSL_ENABLED_PROTOCOLS, Sequence.of(parameters.getProtocols()))
                .set(Options.SSL_CLIENT_AUTH_MODE, clientAuthentication(parameters))
                .getMap();
        return new UndertowXnioSsl(
                        Xnio.getInstance(), OptionMap.create(Options.USE_DIRECT_BUFFERS, true), tls.context())
                .createSslConnectionServer(worker, address, (ChannelListener) accept, options);
    }

    private static SslClientAuthMode clientAuthentication(SSLParameters parameters) {
        if (parameters.getNeedClientAuth()) {
            return SslClientAuthMode.REQUIRED;
        }
        return parameters.getWantClientAuth() ? SslClientAuthMode.REQUESTED : SslClientAuthMode.NOT_REQUESTED;
    }

    /** The port that a server has taken. */
    static int port(AcceptingChannel<?> server) {
        return ((InetSocketAddress) server.getLocalAddress()).getPort();
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }
}
