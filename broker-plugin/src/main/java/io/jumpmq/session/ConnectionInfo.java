package io.jumpmq.session;

import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.value.FieldTable;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An open connection, for operators.
 */
public record ConnectionInfo(
        ConnectionId id,
        String user,
        String vhost,
        String mechanism,
        FieldTable clientProperties,
        int frameMaxBytes,
        int channelMax,
        int heartbeatSeconds,
        long connectedAtMillis,
        State state,
        Socket socket,
        List<ChannelInfo> channels) {

    /** Whether what it publishes is taken; named as by RabbitMQ. */
    public enum State {
        RUNNING,
        /** It pauses now and then, or did within the last second, for it publishes into a throttled queue. */
        FLOW,
        /** Its client was told to wait, for memory or disk is short. */
        BLOCKED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Its socket.
     *
     * @param tls the TLS protocol and cipher suite; empty: none
     * @param reads how often something was read from it
     * @param writes how often something was written to it
     */
    public record Socket(
            InetSocketAddress peer,
            InetSocketAddress local,
            List<String> tls,
            long receivedBytes,
            long reads,
            long sentBytes,
            long writes) {
        /** Both ends, as RabbitMQ names connections. */
        public String name() {
            return name(peer, local);
        }

        /** Likewise, of one that is not described. */
        public static String name(InetSocketAddress peer, InetSocketAddress local) {
            return text(peer) + " -> " + text(local);
        }

        private static String text(InetSocketAddress address) {
            String host = address.getAddress().getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
        }
    }

    public String name() {
        return socket.name();
    }

    /** What its client calls itself; null when it does not say. */
    public @Nullable String clientName() {
        return clientName(clientProperties);
    }

    /** What a client calls itself by its properties; null when it does not say. */
    public static @Nullable String clientName(FieldTable clientProperties) {
        return clientProperties.text("connection_name");
    }
}
