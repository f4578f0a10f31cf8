package io.jumpmq.config;

/**
 * Where to listen.
 *
 * @param host empty: everywhere
 * @param port 0: any free one; -1: nowhere
 */
public record Address(String host, int port) {
    public static final Address NONE = new Address("", -1);

    private static final int MAX_PORT = 65_535;

    public boolean isNone() {
        return port < 0;
    }

    static Address parse(String text) {
        if (text.equals("none")) {
            return NONE;
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        int port = Integer.parseInt(text.substring(colon + 1));
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException(text);
        }
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return new Address(bracketed ? host.substring(1, host.length() - 1) : host, port);
    }

    @Override
    public String toString() {
        if (isNone()) {
            return "none";
        }
        return host.isEmpty() ? String.valueOf(port) : (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
