package io.jumpmq.cli;

import io.jumpmq.cli.http.Connect;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which broker, and which of its virtual hosts. */
final class BrokerOptions {
    @Mixin
    private final Connect connect = new Connect();

    @Option(
            names = {"-p", "--vhost"},
            paramLabel = "VHOST",
            description = "The virtual host. Default: /.")
    private String vhost = "/";

    LiveRing ring(String exchange) {
        try {
            return new LiveRing(connect.client(), vhost, exchange);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }
}
