package io.jumpmq.transport;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What TLS takes.
 *
 * @param certificates the server's chain, PEM
 * @param key its private key, PEM with PKCS #8
 * @param authorities whose clients' certificates are trusted; null: those that Java trusts
 * @param verify whether certificates that clients show are checked
 * @param require whether they must show one
 */
public record Tls(Path certificates, Path key, @Nullable Path authorities, boolean verify, boolean require) {
    /**
     * Reads the files.
     *
     * @throws IOException naming the file that is not as it should be
     */
    SslContext context() throws IOException {
        for (Path file :
                authorities == null ? new Path[] {certificates, key} : new Path[] {certificates, key, authorities}) {
            if (!Files.isReadable(file)) {
                throw new IOException("cannot read " + file);
            }
        }
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(certificates.toFile(), key.toFile());
            if (authorities != null) {
                builder.trustManager(authorities.toFile());
            }
            if (verify) {
                builder.clientAuth(require ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "TLS cannot use " + certificates + " and " + key + ": " + e.getMessage()
                            + " (the key must be PEM with PKCS #8: openssl pkcs8 -topk8 -nocrypt)",
                    e);
        }
    }
}
