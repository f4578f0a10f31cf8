package io.jumpmq.transport;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** A server's certificate and key as they were in their files: what a listener shows until it is closed. */
public final class Tls {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /** Between two of them there may be anything: what certificates say in words, the key. */
    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN (?:X509 )?CERTIFICATE-----[^-]+-----END (?:X509 )?CERTIFICATE-----");

    private final Chain certificates;
    private final @Nullable Chain authorities;
    private final JdkSslContext context;
    private final SSLParameters parameters;

    /**
     * The certificates of a file.
     *
     * @param certificates in the file's order
     */
    public record Chain(Path file, List<X509Certificate> certificates) {
        private static Chain read(Path file) throws FileSystemException {
            List<X509Certificate> certificates = new ArrayList<>();
            Matcher matcher = CERTIFICATE.matcher(text(file));
            try {
                CertificateFactory factory = CertificateFactory.getInstance("X.509");
                while (matcher.find()) {
                    byte[] block = matcher.group().getBytes(StandardCharsets.US_ASCII);
                    certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block)));
                }
            } catch (CertificateException e) {
                throw unusable(file, "a certificate in it cannot be read: " + e.getMessage(), e);
            }
            if (certificates.isEmpty()) {
                throw unusable(file, "it holds no certificate in PEM", null);
            }
            return new Chain(file, List.copyOf(certificates));
        }
    }

    private Tls(Chain certificates, @Nullable Chain authorities, JdkSslContext context, SSLParameters parameters) {
        this.certificates = certificates;
        this.authorities = authorities;
        this.context = context;
        this.parameters = parameters;
    }

    /**
     * Reads the files.
     *
     * @param certificates the server's chain, PEM
     * @param key its private key, PEM with PKCS #8
     * @param authorities whose clients' certificates are trusted, PEM; null: those that Java trusts
     * @param verify whether certificates that clients show are checked
     * @param require whether they must show one
     * @throws FileSystemException naming the file that is not as it should be
     */
    public static Tls load(Path certificates, Path key, @Nullable Path authorities, boolean verify, boolean require)
            throws FileSystemException {
        Chain own = Chain.read(certificates);
        Chain trusted = authorities == null ? null : Chain.read(authorities);
        text(key); // For the reason, if it cannot be read.
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(certificates.toFile(), key.toFile())
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOLS);
            if (trusted != null) {
                builder.trustManager(trusted.certificates);
            }
            SSLParameters parameters = new SSLParameters(null, PROTOCOLS);
            if (verify && require) {
                builder.clientAuth(ClientAuth.REQUIRE);
                parameters.setNeedClientAuth(true);
            } else if (verify) {
                builder.clientAuth(ClientAuth.OPTIONAL);
                parameters.setWantClientAuth(true);
            }
            return new Tls(own, trusted, (JdkSslContext) builder.build(), parameters);
        } catch (IllegalArgumentException | SSLException e) {
            throw unusable(
                    key,
                    "it holds no private key in PEM with PKCS #8 and without a password"
                            + " (openssl pkcs8 -topk8 -nocrypt makes one of another)",
                    e);
        }
    }

    private static String text(Path file) throws FileSystemException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw unusable(file, "there is no such file", e);
        } catch (IOException e) {
            throw unusable(file, "it cannot be read, at least not by this process", e);
        }
    }

    private static FileSystemException unusable(Path file, String why, @Nullable Throwable cause) {
        FileSystemException exception = new FileSystemException(file.toString(), null, why);
        exception.initCause(cause);
        return exception;
    }

    /** What the server shows. */
    public Chain certificates() {
        return certificates;
    }

    /** Whose clients' certificates are trusted; null: those that Java trusts. */
    public @Nullable Chain authorities() {
        return authorities;
    }

    SslContext netty() {
        return context;
    }

    /** For engines that are also given the {@link #parameters}. */
    public SSLContext context() {
        return context.context();
    }

    /** Protocols, and whether clients have to show a certificate. */
    public SSLParameters parameters() {
        return parameters;
    }
}
