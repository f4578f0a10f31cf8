package io.jumpmq.app;

import io.jumpmq.management.Node;
import io.jumpmq.transport.Tls;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where it listens, and for what.
 *
 * @param tls null: plainly
 */
record Listener(
        Service service,
        InetSocketAddress address,
        @Nullable Tls tls) {
    /** What can be had at a port. */
    enum Service {
        AMQP("amqp", "amqp/ssl"),
        MANAGEMENT("http", "https"),
        PROMETHEUS("http/prometheus", "https/prometheus");

        private final String plain;
        private final String secured;

        Service(String plain, String secured) {
            this.plain = plain;
            this.secured = secured;
        }
    }

    /** The name that RabbitMQ has for it. */
    String protocol() {
        return tls == null ? service.plain : service.secured;
    }

    /** The same, with the port that it has been given. */
    Listener at(int port) {
        return new Listener(service, new InetSocketAddress(address.getAddress(), port), tls);
    }

    /** As management shows it. */
    Node.Listener managed() {
        return new Node.Listener(
                protocol(),
                address.getHostString(),
                address.getPort(),
                tls == null ? null : managed(tls.certificates()),
                tls == null || tls.authorities() == null ? null : managed(tls.authorities()));
    }

    private static Node.Certificates managed(Tls.Chain chain) {
        return new Node.Certificates(chain.file(), chain.certificates());
    }

    /** For people. */
    String described() {
        String scheme = tls == null ? "http://" : "https://";
        return switch (service) {
                    case AMQP -> tls == null ? "AMQP 0-9-1 on " : "with TLS on ";
                    case MANAGEMENT -> "management on " + scheme;
                    case PROMETHEUS -> "metrics on " + scheme;
                }
                + address.getHostString() + ":" + address.getPort();
    }
}
