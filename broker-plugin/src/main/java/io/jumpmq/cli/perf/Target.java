package io.jumpmq.cli.perf;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** A broker to talk to, from a URI such as {@code amqp://user:password@host:5672/vhost}. */
record Target(String host, int port, String user, String password, String vhost) {
    private static final int DEFAULT_PORT = 5672;
    private static final String GUEST = "guest";

    /**
     * Reads a URI.
     *
     * @throws IllegalArgumentException when it is none, or not for plain AMQP
     */
    static Target parse(String text) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is no URI such as amqp://guest:guest@localhost:5672", e);
        }
        if (!"amqp".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException("'" + text + "' is no URI such as amqp://guest:guest@localhost:5672");
        }
        String[] login = uri.getRawUserInfo() == null
                ? new String[] {GUEST, GUEST}
                : uri.getRawUserInfo().split(":", 2);
        String path = uri.getRawPath();
        return new Target(
                uri.getHost(),
                uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                decoded(login[0]),
                login.length < 2 ? "" : decoded(login[1]),
                path == null || path.isEmpty() || path.equals("/") ? "/" : decoded(path.substring(1)));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
