package io.jumpmq.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Trust in the authorities of a file, and in no others. */
final class Trust {
    private Trust() {}

    /**
     * Makes sockets that trust servers with certificates of these authorities.
     *
     * @param file certificates, PEM
     * @throws IllegalArgumentException when it cannot be read, or holds something else
     */
    static SSLSocketFactory in(Path file) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate authority : authorities(file)) {
                store.setCertificateEntry(Integer.toString(store.size()), authority);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (IOException e) {
            throw new IllegalArgumentException("--cacert " + file + " cannot be read", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    private static Collection<? extends Certificate> authorities(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> authorities =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (!authorities.isEmpty()) {
                return authorities;
            }
        } catch (CertificateException e) {
            // Said below: what else it may be helps nobody.
        }
        throw new IllegalArgumentException("--cacert " + file + " holds no certificates in PEM");
    }
}
