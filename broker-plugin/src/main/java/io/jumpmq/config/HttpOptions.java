package io.jumpmq.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Where an HTTP server listens.
 *
 * @param host comes before the address that {@code port} may name
 * @param tlsPort where it listens with TLS
 * @param tlsHost comes before the address that {@code tlsPort} may name
 */
public record HttpOptions(
        Option<Address> port, Option<String> host, Option<Address> tlsPort, Option<String> tlsHost, TlsOptions tls) {
    /**
     * Under RabbitMQ's names.
     *
     * @param what what is there, as the beginning of a sentence
     */
    static HttpOptions under(String prefix, String what, int port, int tlsPort) {
        String plain = prefix + ".tcp";
        String secured = prefix + ".ssl";
        return new HttpOptions(
                new Option<>(
                        plain + ".port",
                        Kind.address(),
                        new Address("", port),
                        what + ": a port, perhaps with an address; 'none' for nowhere."),
                host(plain),
                new Option<>(
                        secured + ".port",
                        Kind.address(),
                        new Address("", tlsPort),
                        "The same through TLS, if this or " + secured + ".certfile is set. There is nothing without"
                                + " TLS then, unless " + plain + ".port or .ip is set, too."),
                host(secured),
                TlsOptions.under(secured));
    }

    private static Option<String> host(String prefix) {
        return new Option<>(
                prefix + ".ip", Kind.text("an address"), null, "The address for " + prefix + ".port; all by default.");
    }

    List<Option<?>> all() {
        List<Option<?>> all = new ArrayList<>(List.of(port, host, tlsPort, tlsHost));
        all.addAll(tls.all());
        return all;
    }
}
