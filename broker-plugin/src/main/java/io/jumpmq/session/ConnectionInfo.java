package io.jumpmq.session;

import io.jumpmq.amqp.FieldTable;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * An open connection, for operators.
 *
 * @param id never used for another connection
 * @param blocked whether its client was told to wait, for memory or disk is short
 */
public record ConnectionInfo(
        long id,
        String user,
        String vhost,
        String mechanism,
        FieldTable clientProperties,
        int frameMaxBytes,
        int channelMax,
        int heartbeatSeconds,
        long connectedAtMillis,
        boolean blocked,
        Socket socket,
        List<ChannelInfo> channels) {

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
}
