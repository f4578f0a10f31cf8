package io.jumpmq.session;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A connection whose client has not said yet which protocol it speaks. What comes first decides who goes on with it. */
public final class ProtocolNegotiation implements Connection {
    private final List<Protocol> protocols;
    private final ConnectionContext context;
    private final Consumer<Connection> chosen;
    private boolean closed;

    /**
     * A connection on which nothing was said yet.
     *
     * @param protocols at least one; who speaks none of them is told the first one's header
     * @param chosen given the connection that takes this one's place, before its first bytes
     */
    public ProtocolNegotiation(List<Protocol> protocols, ConnectionContext context, Consumer<Connection> chosen) {
        this.protocols = protocols;
        this.context = context;
        this.chosen = chosen;
    }

    @Override
    public void onBytes(ByteBuf in) {
        if (closed || in.readableBytes() < Protocol.HEADER_BYTES) {
            return;
        }
        long header = in.readLong();
        for (Protocol protocol : protocols) {
            if (protocol.recognizes(header)) {
                Connection connection = protocol.open(header, context);
                chosen.accept(connection);
                connection.onBytes(in);
                return;
            }
        }
        context.output()
                .reserve(Protocol.HEADER_BYTES)
                .writeLong(protocols.get(0).header());
        end("not the protocol " + protocols.stream().map(Protocol::name).collect(Collectors.joining(" or ")));
    }

    private void end(String why) {
        context.listener().failed(why);
        close();
    }

    private void close() {
        closed = true;
        context.output().close();
    }

    @Override
    public boolean isSuspended() {
        return false;
    }

    @Override
    public long pauseMillis() {
        return 0;
    }

    @Override
    public void onWritable() {}

    @Override
    public void onTick(long nowMillis) {
        long handshakeMillis = context.settings().handshakeMillis();
        if (!closed && nowMillis - context.bornMillis() > handshakeMillis) {
            end("the handshake took longer than " + handshakeMillis + " ms");
        }
    }

    @Override
    public void shutDown(String reason) {
        context.listener().closing(reason);
        close();
    }

    @Override
    public void defect(Throwable defect) {
        end(
                defect instanceof OutOfMemoryError
                        ? "there is no memory for it: " + defect.getMessage()
                        : "INTERNAL_ERROR");
        if (!(defect instanceof OutOfMemoryError)) {
            context.loop().survived(defect);
        }
    }

    @Override
    public void onClosed() {
        closed = true;
    }

    @Override
    public @Nullable ConnectionInfo describe(ConnectionInfo.Socket socket) {
        return null;
    }
}
