package io.jumpmq.transport;

import io.jumpmq.amqp.FieldTable;
import io.jumpmq.broker.Broker;
import io.jumpmq.security.Authenticator;
import io.jumpmq.session.ConnectionSettings;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for AMQP 0-9-1 clients. */
@SuppressWarnings("FutureReturnValueIgnored") // What fails shows as the end of a channel.
public final class AmqpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AmqpServer.class);
    private static final int BACKLOG = 1024;
    private static final int LOW_WATER = 32 << 10;
    private static final int HIGH_WATER = 128 << 10;
    private static final long GOODBYE_MILLIS = 700;

    private final Channel listener;
    private final Set<ConnectionHandler> connections;

    private AmqpServer(Channel listener, Set<ConnectionHandler> connections) {
        this.listener = listener;
        this.connections = connections;
    }

    /**
     * Starts to listen.
     *
     * @param address port 0 takes a free one
     * @param maxConnections beyond which new ones are turned away
     * @throws IOException when the address cannot be had
     */
    public static AmqpServer start(
            InetSocketAddress address,
            EventLoops loops,
            Broker broker,
            Authenticator authenticator,
            ConnectionSettings settings,
            int maxConnections,
            FieldTable properties)
            throws IOException {
        AtomicLong ids = new AtomicLong();
        Set<ConnectionHandler> connections = ConcurrentHashMap.newKeySet();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(EventLoops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER, HIGH_WATER))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (connections.size() >= maxConnections) {
                            LOG.warn(
                                    "Connection from {} refused: there are {} already",
                                    channel.remoteAddress(),
                                    maxConnections);
                            channel.close();
                            return;
                        }
                        ConnectionHandler handler = new ConnectionHandler(
                                ids.incrementAndGet(),
                                loops.of(channel.eventLoop()),
                                broker,
                                authenticator,
                                settings,
                                properties,
                                connections);
                        channel.pipeline().addLast(handler);
                    }
                });
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + address + ": " + bound.cause().getMessage(), bound.cause());
        }
        return new AmqpServer(bound.channel(), connections);
    }

    /** The port that it listens on. */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Takes no more clients, says goodbye to those that there are, and gives them a moment to answer. */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        connections.forEach(
                connection -> connection.shutDown("broker forced connection closure with reason 'shutdown'"));
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GOODBYE_MILLIS);
        for (ConnectionHandler connection : connections) {
            connection.awaitClosed(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        }
    }
}
