package io.jumpmq.management;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/**
 * All clients of the HTTP servers: so many and no more, and none that is too slow.
 *
 * <p>When there are too many, the one that has been a stranger for longest makes room: whoever has no request of a user who has
 * logged in under way. So whoever opens sockets and says nothing, or says it slowly, keeps nobody out: clients who
 * mean it are strangers for some milliseconds only. The sockets of the TLS layer count from when they are accepted on.
 */
final class Sockets {
    static final int MAX_SOCKETS = 1024;

    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.management");

    private final LongSupplier nowMillis;
    private final Set<StreamConnection> strangers = new LinkedHashSet<>();

    /** Since when those of them are here who have never sent a whole head, or are not through with TLS. */
    private final Map<StreamConnection, Long> newcomers = new LinkedHashMap<>();

    private final Set<StreamConnection> known = new HashSet<>();
    private final Set<Transfer> transfers = new HashSet<>();
    private boolean full;

    Sockets(LongSupplier nowMillis) {
        this.nowMillis = nowMillis;
    }

    /** Opens a connection with {@code next}, or not. */
    ChannelListener<StreamConnection> admitting(ChannelListener<StreamConnection> next) {
        return connection -> {
            if (admit(connection)) {
                next.handleEvent(connection);
            } else {
                IoUtils.safeClose(connection);
            }
        };
    }

    private synchronized boolean admit(StreamConnection connection) {
        if (strangers.size() + known.size() >= MAX_SOCKETS) {
            forgetClosed();
        }
        if (strangers.size() + known.size() >= MAX_SOCKETS && !makeRoom()) {
            return false;
        }
        strangers.add(connection);
        newcomers.put(connection, nowMillis.getAsLong());
        return true;
    }

    private boolean makeRoom() {
        if (!full) {
            full = true;
            LOG.warn("{} clients of HTTP are connected: those who do not log in make room for others", MAX_SOCKETS);
        }
        if (strangers.isEmpty()) {
            return false;
        }
        StreamConnection eldest = strangers.iterator().next();
        strangers.remove(eldest);
        IoUtils.safeClose(eldest);
        return true;
    }

    /** A request has come. */
    synchronized void begin(HttpServerExchange exchange, HttpMemory memory) {
        Transfer transfer = Transfer.begin(exchange, memory, nowMillis.getAsLong());
        transfers.add(transfer);
        newcomers.remove(connection(exchange));
        exchange.addExchangeCompleteListener((over, next) -> {
            end(transfer);
            next.proceed();
        });
    }

    /** It is that of a user who has logged in. */
    synchronized void loggedIn(HttpServerExchange exchange) {
        StreamConnection connection = connection(exchange);
        if (strangers.remove(connection)) {
            known.add(connection);
        }
    }

    private synchronized void end(Transfer transfer) {
        transfer.release();
        transfers.remove(transfer);
        StreamConnection connection = connection(transfer.exchange());
        if (known.remove(connection) || strangers.remove(connection)) {
            strangers.add(connection); // As the youngest.
        }
    }

    private static StreamConnection connection(HttpServerExchange exchange) {
        return ((HttpServerConnection) exchange.getConnection()).getChannel();
    }

    /** To be called about every second, on the I/O thread: ends those that are too slow. */
    synchronized void tick() {
        forgetClosed();
        full = strangers.size() + known.size() >= MAX_SOCKETS;
        long now = nowMillis.getAsLong();
        newcomers.forEach((connection, since) -> {
            if (now - since > HttpThreads.SLOWEST_HEAD_MILLIS) {
                IoUtils.safeClose(connection);
            }
        });
        for (Transfer transfer : Set.copyOf(transfers)) {
            if (!transfer.exchange().getConnection().isOpen()) {
                end(transfer);
            } else if (transfer.isTooSlow(now)) {
                LOG.info(
                        "{} {} from {} ended: the client is too slow",
                        transfer.exchange().getRequestMethod(),
                        transfer.exchange().getRequestPath(),
                        transfer.exchange().getSourceAddress());
                IoUtils.safeClose(transfer.exchange().getConnection());
                end(transfer);
            }
        }
    }

    private void forgetClosed() {
        strangers.removeIf(connection -> !connection.isOpen());
        known.removeIf(connection -> !connection.isOpen());
        newcomers.keySet().removeIf(connection -> !connection.isOpen());
    }
}
