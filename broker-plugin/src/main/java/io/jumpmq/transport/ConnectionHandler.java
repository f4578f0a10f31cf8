package io.jumpmq.transport;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.loop.Coalescing;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.metrics.SocketCounters;
import io.jumpmq.security.Authenticator;
import io.jumpmq.session.Connection;
import io.jumpmq.session.ConnectionContext;
import io.jumpmq.session.ConnectionInfo;
import io.jumpmq.session.ConnectionListener;
import io.jumpmq.session.ConnectionOutput;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.session.Connections;
import io.jumpmq.session.Protocol;
import io.jumpmq.session.ProtocolNegotiation;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's socket: bytes to its connection and back, a tick every second. On one event loop from birth to death. */
@SuppressWarnings("FutureReturnValueIgnored") // What fails shows as the end of the channel.
final class ConnectionHandler extends ChannelInboundHandlerAdapter
        implements ConnectionOutput, ConnectionListener, Connections.Live {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.connection");
    private static final Logger AUDIT = LoggerFactory.getLogger("jumpmq.audit");
    private static final long TICK_MILLIS = 1_000;
    private static final int LOGGED_NAME = 100;

    /** A write buffer is handed to the socket when it is this full, and begun with this much room. */
    private static final int BUFFER_BYTES = 64 << 10;

    /** While an answer is awaited, no more than this is read ahead. */
    private static final int MAX_UNREAD_BYTES = 256 << 10;

    private static final int SMALL_BUFFER_BYTES = 1 << 10;

    private final long id;
    private final List<Protocol> protocols;
    private final Loop loop;
    private final Coalescing coalescing;
    private final Broker broker;
    private final Authenticator authenticator;
    private final ConnectionSettings settings;
    private final FieldTable properties;
    private final Set<ConnectionHandler> all;
    private final Connections open;
    private final SocketCounters counters;
    private final Runnable flush = this::flush;
    private final Runnable tick = this::tick;

    private @Nullable ChannelHandlerContext context;
    private @Nullable Connection connection;
    private @Nullable ByteBuf unread;
    private @Nullable ByteBuf out;
    private @Nullable ScheduledFuture<?> ticking;
    private @Nullable LingeringClose lingering;
    private final SendWatch sending;
    private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
    /** Its address, and what its client calls itself: how the log tells of it. */
    private String who = "";

    private String farewell = "without a goodbye";

    // Written on the loop, read by whoever wants to end all connections of a user or to a virtual host.
    private volatile @Nullable String user;
    private volatile @Nullable String vhost;
    private int expectedBytes = SMALL_BUFFER_BYTES;
    private boolean retryDue;
    private boolean flushDue;
    private boolean closing;
    private boolean busy;

    ConnectionHandler(
            long id,
            List<Protocol> protocols,
            Loop loop,
            Coalescing coalescing,
            Broker broker,
            Authenticator authenticator,
            ConnectionSettings settings,
            FieldTable properties,
            Set<ConnectionHandler> all,
            Connections open) {
        this.id = id;
        this.protocols = protocols;
        this.loop = loop;
        this.coalescing = coalescing;
        this.broker = broker;
        this.counters = SocketCounters.ofConnection(broker.socketCounters(loop));
        this.authenticator = authenticator;
        this.settings = settings;
        this.properties = properties;
        this.all = all;
        this.open = open;
        this.sending = new SendWatch(settings.sendTimeoutMillis());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        all.add(this);
        InetSocketAddress address = (InetSocketAddress) ctx.channel().remoteAddress();
        who = address.getAddress().getHostAddress() + ":" + address.getPort();
        ConnectionContext born = new ConnectionContext(
                new ConnectionId(broker.incarnation(), id),
                loop,
                broker,
                authenticator,
                loop.nowMillis(),
                address.getAddress(),
                ConnectionInfo.Socket.name(
                        address, (InetSocketAddress) ctx.channel().localAddress()),
                settings,
                properties,
                this,
                this);
        connection = new ProtocolNegotiation(protocols, born, chosen -> connection = chosen);
        ticking = ctx.executor().scheduleAtFixedRate(() -> run(tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        ChannelHandlerContext ctx = context;
        if (connection != null) {
            connection.onTick(loop.nowMillis());
        }
        if (ctx != null && lingering == null && sending.isStuck(ctx.channel(), loop.nowMillis())) {
            failed("reads nothing: no byte could be sent for " + settings.sendTimeoutMillis()
                    + " ms (tcp_listen_options.send_timeout)");
            ctx.close(); // Nobody would read why.
        }
    }

    /** Runs something for this connection: a defect met there ends it, and harms no other. */
    private void run(Runnable action) {
        loop.run(() -> {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                if (connection == null) {
                    throw e;
                }
                connection.defect(e);
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf read = (ByteBuf) message;
        counters.received(read.readableBytes());
        coalescing.found(read.readableBytes());
        if (lingering != null) {
            lingering.drop(read);
            return;
        }
        ByteBuf before = unread;
        if (before == null) {
            unread = read;
        } else {
            try {
                unread = before.discardReadBytes().writeBytes(read);
            } finally {
                read.release();
            }
        }
        decode();
    }

    /** Lets the connection take what it can, and keeps the rest. */
    private void decode() {
        Connection reader = connection;
        ByteBuf in = unread;
        if (reader == null || busy || lingering != null) {
            return;
        }
        if (in != null) {
            busy = true;
            run(() -> reader.onBytes(in));
            busy = false;
            if (lingering != null) {
                dropUnread();
                return;
            }
            keep(in);
        }
        readOn(connection);
    }

    /** Reads on, unless the connection has enough. */
    private void readOn(@Nullable Connection reader) {
        if (reader != null) {
            ByteBuf rest = unread;
            boolean tooMuch = reader.isSuspended() && rest != null && rest.readableBytes() >= MAX_UNREAD_BYTES;
            read(!tooMuch && !waits(reader));
        }
    }

    /** Whether the broker wants no more of this client for now; then it is asked again soon. */
    private boolean waits(Connection reader) {
        long[] millis = new long[1];
        run(() -> millis[0] = reader.pauseMillis());
        boolean waits = millis[0] > 0;
        if (waits && !retryDue) {
            retryDue = true;
            loop.schedule(this::retry, millis[0]);
        }
        return waits;
    }

    private void retry() {
        retryDue = false;
        decode();
    }

    private void dropUnread() {
        if (unread != null) {
            unread.release();
            unread = null;
        }
    }

    private void keep(ByteBuf in) {
        if (!in.isReadable()) {
            in.release();
            unread = null;
        } else if (in.capacity() > 2 * in.readableBytes()) {
            // The rest of a frame: in a buffer of its own, so that the large one goes back to its pool.
            unread = in.alloc().buffer(in.readableBytes() * 2).writeBytes(in);
            in.release();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable() && connection != null) {
            run(connection::onWritable);
            if (unread != null) {
                resume(); // Later: what was written may have been an answer, in the middle of decoding.
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        all.remove(this);
        if (open.remove(this)) {
            broker.events().count(NodeCounters.Event.CONNECTION_CLOSED);
        }
        if (ticking != null) {
            ticking.cancel(false);
        }
        Connection ended = connection;
        if (ended != null) {
            run(ended::onClosed);
        }
        dropUnread();
        if (out != null) {
            out.release();
            out = null;
        }
        if (user == null) {
            LOG.debug("{} {} closed", id, who); // Probes come and go.
        } else {
            LOG.info("{} {} user '{}' closed: {}", id, who, user, farewell);
        }
        end.complete(null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
        if (cause instanceof OutOfMemoryError) {
            failed("there is no memory for what it sends: " + cause.getMessage());
        } else if (lingering == null) {
            LOG.info("{} {} lost: {}", id, who, cause.getMessage() == null ? cause : cause.getMessage());
        }
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public @Nullable ConnectionInfo describe() {
        ChannelHandlerContext ctx = context;
        if (ctx == null || connection == null) {
            return null;
        }
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        return connection.describe(new ConnectionInfo.Socket(
                (InetSocketAddress) ctx.channel().remoteAddress(),
                (InetSocketAddress) ctx.channel().localAddress(),
                tls == null
                        ? List.of()
                        : List.of(
                                tls.engine().getSession().getProtocol(),
                                tls.engine().getSession().getCipherSuite()),
                counters.receivedBytes(),
                counters.reads(),
                counters.sentBytes(),
                counters.writes()));
    }

    @Override
    public void shutDown(String reason) {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.executor()
                    .execute(() -> run(() -> {
                        if (connection != null) {
                            connection.shutDown(reason);
                        }
                    }));
        }
    }

    boolean isOf(String name) {
        return name.equals(user);
    }

    boolean isTo(String name) {
        return name.equals(vhost);
    }

    /** Completed when its socket is closed and it has given back all that it held. */
    CompletableFuture<?> ended() {
        return end;
    }

    /** Closes the socket, whatever its client has heard. Any thread. */
    void cutOff() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.close();
        }
    }

    // What the connection asks for.

    @Override
    public ByteBuf reserve(int bytes) {
        if (!flushDue) {
            flushDue = true;
            loop.atTurnEnd(flush);
        }
        ByteBuf current = out;
        if (current != null && current.writableBytes() < bytes && current.readableBytes() + bytes > BUFFER_BYTES) {
            write(current);
            current = null;
        }
        if (current == null) {
            ChannelHandlerContext ctx = context;
            if (ctx == null) {
                throw new IllegalStateException("nothing is written before the socket is there");
            }
            current = ctx.alloc().directBuffer(Math.max(bytes, expectedBytes));
            out = current;
        }
        current.ensureWritable(bytes);
        return current;
    }

    /** Hands a buffer to the socket. The next one begins as large as this one became, or half of what was expected. */
    private void write(ByteBuf buffer) {
        out = null;
        expectedBytes = Math.max(
                SMALL_BUFFER_BYTES, Math.min(BUFFER_BYTES, Math.max(buffer.readableBytes(), expectedBytes / 2)));
        counters.sent(buffer.readableBytes());
        if (context != null && lingering == null) {
            context.write(buffer, context.voidPromise());
        } else {
            buffer.release();
        }
    }

    private void flush() {
        flushDue = false;
        ByteBuf last = out;
        if (last != null) {
            write(last);
        }
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.flush();
            if (closing && lingering == null) {
                lingering = new LingeringClose(ctx);
                if (!busy) {
                    dropUnread();
                }
            }
        }
    }

    @Override
    public boolean isWritable() {
        return context != null && context.channel().isWritable();
    }

    @Override
    public long unwrittenBytes() {
        ByteBuf current = out;
        ChannelHandlerContext ctx = context;
        long buffered = current == null ? 0 : current.readableBytes();
        return ctx == null || !ctx.channel().isActive()
                ? buffered
                : buffered + ctx.channel().bytesBeforeWritable();
    }

    @Override
    public void resume() {
        if (context != null) {
            context.executor().execute(this::decode);
        }
    }

    @Override
    public void read(boolean on) {
        if (context != null) {
            context.channel().config().setAutoRead(on);
        }
    }

    @Override
    public void close() {
        closing = true;
        if (!flushDue) {
            flushDue = true;
            loop.atTurnEnd(flush);
        }
    }

    // What operators read.

    @Override
    public void named(String clientName) {
        // Whatever it is, it takes no other line's place in the log, and no more room than a name should.
        String line = clientName.replaceAll("\\p{Cntrl}", "?");
        who += " '" + (line.length() <= LOGGED_NAME ? line : line.substring(0, LOGGED_NAME) + "…") + "'";
    }

    @Override
    public void opened(String newUser, String newVhost) {
        user = newUser;
        vhost = newVhost;
        open.add(this);
        broker.events().count(NodeCounters.Event.CONNECTION_OPENED);
        LOG.info("{} {} user '{}' opened vhost '{}'", id, who, newUser, newVhost);
    }

    @Override
    public void failed(String reason) {
        farewell = "after a mistake";
        LOG.warn("{} {} {}", id, who, reason);
    }

    @Override
    public void closing(String why) {
        farewell = why;
    }

    @Override
    public void removed(String what) {
        AUDIT.info("user '{}' at {} (connection {}): {}", user, who, id, what);
    }

    @Override
    public void channelFailed(int channel, String reason) {
        LOG.warn("{} {} channel {}: {}", id, who, channel, reason);
    }
}
