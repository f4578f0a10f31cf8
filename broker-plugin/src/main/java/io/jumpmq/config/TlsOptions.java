package io.jumpmq.config;

import java.util.List;

/**
 * What TLS takes, for listeners of one kind.
 *
 * @param certificates the file with the server's chain
 * @param key the file with its private key
 * @param authorities the file with those whose clients' certificates are trusted
 * @param verify whether clients' certificates are checked
 * @param require whether there has to be one
 */
public record TlsOptions(
        Option<String> certificates,
        Option<String> key,
        Option<String> authorities,
        Option<String> verify,
        Option<Boolean> require) {
    private static final String VERIFY = "verify_peer";

    /** Under RabbitMQ's names, which are the same behind any prefix. */
    static TlsOptions under(String prefix) {
        return new TlsOptions(
                file(prefix + ".certfile", "The server's certificate chain, in PEM."),
                file(prefix + ".keyfile", "Its private key, in PEM (PKCS #8)."),
                file(prefix + ".cacertfile", "The authorities whose clients' certificates are trusted, in PEM."),
                new Option<>(
                        prefix + ".verify",
                        Kind.choice("verify_none", VERIFY),
                        "verify_none",
                        "Whether a certificate that a client shows is checked."),
                new Option<>(
                        prefix + ".fail_if_no_peer_cert",
                        Kind.truth(),
                        false,
                        "Whether clients without a certificate are turned away; only with verify_peer."));
    }

    private static Option<String> file(String key, String meaning) {
        return new Option<>(key, Kind.text("a file's path"), null, meaning);
    }

    List<Option<?>> all() {
        return List.of(certificates, key, authorities, verify, require);
    }

    /** Those that name a file. */
    public List<Option<String>> files() {
        return List.of(certificates, key, authorities);
    }

    /** Whether clients' certificates are checked. */
    public boolean verifies(Settings settings) {
        return settings.get(verify).equals(VERIFY);
    }
}
