package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.transport.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate made for a test alone, by the JDK's keytool.
 *
 * @param certificate PEM
 * @param key its private key, PEM
 * @param store both
 */
public record TestCertificate(Path certificate, Path key, Path store) {
    private static final String PASSWORD = "test-only";

    /**
     * One for {@code localhost} that nobody else has signed, in files of the name given.
     *
     * @param more options of keytool
     */
    public static TestCertificate of(Path directory, String name, int daysValid, String... more) throws Exception {
        List<String> options = new ArrayList<>(List.of(more));
        options.addAll(List.of("-ext", "SAN=dns:localhost", "-validity", Integer.toString(daysValid)));
        return of(directory, name, options);
    }

    /** An authority. */
    public static TestCertificate authority(Path directory, String name) throws Exception {
        return of(directory, name, List.of("-ext", "BC:critical=ca:true"));
    }

    private static TestCertificate of(Path directory, String name, List<String> options) throws Exception {
        Path store = directory.resolve(name + ".p12");
        List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-keyalg", "EC", "-dname", "CN=" + name));
        arguments.addAll(options);
        keytool(store, arguments.toArray(String[]::new));
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        return new TestCertificate(
                pem(
                        directory.resolve(name + ".crt"),
                        "CERTIFICATE",
                        keys.getCertificate("it").getEncoded()),
                pem(
                        directory.resolve(name + ".key"),
                        "PRIVATE KEY",
                        keys.getKey("it", PASSWORD.toCharArray()).getEncoded()),
                store);
    }

    /** The same key with a certificate for {@code host} that an authority has signed. */
    public TestCertificate signedBy(TestCertificate authority, String host) throws Exception {
        byte[] request = keytool(store, "-certreq");
        byte[] signed =
                keytool(authority.store, request, "-gencert", "-rfc", "-ext", "SAN=dns:" + host, "-validity", "30");
        return new TestCertificate(Files.write(certificate, signed), key, store);
    }

    /** For a listener that asks clients for nothing. */
    public Tls tls() throws IOException {
        return Tls.load(certificate, key, null, false, false);
    }

    /** For clients that trust this certificate, or what it has signed. */
    public SSLContext trust() throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "it", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static Path pem(Path file, String what, byte[] encoded) throws IOException {
        String text = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(encoded);
        return Files.writeString(file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }

    private static byte[] keytool(Path store, String... arguments) throws Exception {
        return keytool(store, new byte[0], arguments);
    }

    private static byte[] keytool(Path store, byte[] input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-alias", "it", "-storetype", "PKCS12", "-storepass", PASSWORD));
        command.addAll(List.of("-keystore", store.toString()));
        Process keytool = new ProcessBuilder(command).start();
        keytool.getOutputStream().write(input);
        keytool.getOutputStream().close();
        byte[] output = keytool.getInputStream().readAllBytes();
        String errors = new String(keytool.getErrorStream().readAllBytes(), UTF_8);
        assertThat(keytool.waitFor())
                .as("%s%s", new String(output, UTF_8), errors)
                .isZero();
        return output;
    }
}
