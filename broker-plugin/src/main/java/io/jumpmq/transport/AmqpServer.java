package io.jumpmq.transport;

import io.jumpmq.broker.Broker;
import io.jumpmq.broker.BrokerListener;
import io.jumpmq.security.Authenticator;
import io.jumpmq.session.ConnectionSettings;
import io.jumpmq.session.Connections;
import io.jumpmq.session.Protocol;
import io.jumpmq.value.FieldTable;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for clients of the protocols that it is given, plainly or through TLS. */
@SuppressWarnings("FutureReturnValueIgnored") // What fails shows as the end of a channel.
public final class AmqpServer implements BrokerListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AmqpServer.class);
    private static final int BACKLOG = 1024;

    /** How often one socket is read before others have their turn, at up to 64 kB: else publishers outrun consumers. */
    private static final int READS_PER_TURN = 2;

    private static final int LOW_WATER = 32 << 10;
    private static final int HIGH_WATER = 128 << 10;

    /** For clients to answer that they have heard it, and to read what they have not read yet. */
    private static final long GOODBYE_MILLIS = 2_000;

    private final List<Protocol> protocols;
    private final EventLoops loops;
    private final Broker broker;
    private final Authenticator authenticator;
    private final ConnectionSettings settings;
    private final int maxConnections;
    private final Supplier<FieldTable> properties;
    private final Connections open;
    private final AtomicLong ids = new AtomicLong();
    private final Set<ConnectionHandler> connections = ConcurrentHashMap.newKeySet();
    private final List<Channel> listeners = new ArrayList<>();

    /**
     * A server that does not listen yet.
     *
     * @param protocols what clients may speak; who speaks none of them is told of the first
     * @param maxConnections beyond which new ones are turned away
     * @param properties what clients are told about the server, each when it comes
     * @param open where connections are noted while they are open
     */
    public AmqpServer(
            List<Protocol> protocols,
            EventLoops loops,
            Broker broker,
            Authenticator authenticator,
            ConnectionSettings settings,
            int maxConnections,
            Supplier<FieldTable> properties,
            Connections open) {
        this.protocols = List.copyOf(protocols);
        this.loops = loops;
        this.broker = broker;
        this.authenticator = authenticator;
        this.settings = settings;
        this.maxConnections = maxConnections;
        this.properties = properties;
        this.open = open;
        broker.listen(this);
    }

    /**
     * Starts to listen at one more address.
     *
     * @param address port 0 takes a free one
     * @param tls null: plainly
     * @return the port
     * @throws IOException when the address cannot be had
     */
    public int listen(InetSocketAddress address, @Nullable Tls tls) throws IOException {
        SslContext context = tls == null ? null : tls.netty();
        ChannelFuture bound = new ServerBootstrap()
                .group(loops.group())
                .channel(EventLoops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(READS_PER_TURN))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel, context);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + address + ": " + bound.cause().getMessage(), bound.cause());
        }
        listeners.add(bound.channel());
        return ((InetSocketAddress) bound.channel().localAddress()).getPort();
    }

    private void accept(Channel channel, @Nullable SslContext tls) {
        if (connections.size() >= maxConnections) {
            LOG.warn("Connection from {} refused: there are {} already", channel.remoteAddress(), maxConnections);
            channel.close();
            return;
        }
        if (tls != null) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        channel.pipeline()
                .addLast(new ConnectionHandler(
                        ids.incrementAndGet(),
                        protocols,
                        loops.of(channel.eventLoop()),
                        loops.coalescing(channel.eventLoop()),
                        broker,
                        authenticator,
                        settings,
                        properties.get(),
                        connections,
                        open));
    }

    @Override
    public void vhostDeleted(String vhost) {
        connections.stream()
                .filter(connection -> connection.isTo(vhost))
                .forEach(connection -> connection.shutDown("vhost '" + vhost + "' is deleted"));
    }

    @Override
    public void userDeleted(String user) {
        connections.stream()
                .filter(connection -> connection.isOf(user))
                .forEach(connection -> connection.shutDown("user '" + user + "' is deleted"));
    }

    /** Takes no more clients, says goodbye to those that there are, and gives them a moment to answer. */
    @Override
    public void close() {
        listeners.forEach(listener -> listener.close().awaitUninterruptibly());
        loops.settle(1, GOODBYE_MILLIS); // Whoever was let in at the last moment is among the connections then.
        connections.forEach(
                connection -> connection.shutDown("broker forced connection closure with reason 'shutdown'"));
        if (!haveEnded()) {
            connections.forEach(ConnectionHandler::cutOff);
            haveEnded();
        }
    }

    private boolean haveEnded() {
        CompletableFuture<?>[] ends =
                connections.stream().map(ConnectionHandler::ended).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("an end does not fail", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
