package io.jumpmq.management;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of other origins may use the API from a browser. Those that are named may do what their users may, with a password
 * that the browser remembers. With {@code *} any page may read what it has a password of its own for, and change nothing: a
 * browser's password is not for whoever comes along.
 *
 * @param origins as {@code https://dashboard.example}, or {@code *}
 * @param maxAgeSeconds for so long a browser need not ask again
 */
public record Cors(Set<String> origins, int maxAgeSeconds) {
    /** No page of another origin may. */
    public static final Cors NONE = new Cors(Set.of(), 0);

    private static final String ANY = "*";
    private static final HttpString ALLOW_ORIGIN = new HttpString("Access-Control-Allow-Origin");
    private static final HttpString ALLOW_CREDENTIALS = new HttpString("Access-Control-Allow-Credentials");
    private static final HttpString ALLOW_METHODS = new HttpString("Access-Control-Allow-Methods");
    private static final HttpString ALLOW_HEADERS = new HttpString("Access-Control-Allow-Headers");
    private static final HttpString MAX_AGE = new HttpString("Access-Control-Max-Age");
    private static final HttpString REQUEST_METHOD = new HttpString("Access-Control-Request-Method");
    private static final HttpString REQUEST_HEADERS = new HttpString("Access-Control-Request-Headers");

    public Cors {
        origins = Set.copyOf(origins);
    }

    /** Whether pages of an origin may do what their users may. */
    boolean trusts(@Nullable String origin) {
        return origin != null && !origin.equals(ANY) && origins.contains(origin);
    }

    /** Tells the browser what the page may; whether the browser has asked nothing else, as it does before it sends a request. */
    boolean tell(HttpServerExchange exchange) {
        HeaderMap asked = exchange.getRequestHeaders();
        HeaderMap told = exchange.getResponseHeaders();
        String origin = asked.getFirst(Headers.ORIGIN);
        boolean trusted = trusts(origin);
        if (origins.isEmpty()) {
            return false;
        }
        told.put(Headers.VARY, "origin");
        if (origin == null || !(trusted || origins.contains(ANY))) {
            return false;
        }
        told.put(ALLOW_ORIGIN, trusted ? origin : ANY);
        if (trusted) {
            told.put(ALLOW_CREDENTIALS, "true");
        }
        if (!exchange.getRequestMethod().equals(Methods.OPTIONS) || !asked.contains(REQUEST_METHOD)) {
            return false;
        }
        told.put(ALLOW_METHODS, trusted ? "HEAD, GET, PUT, POST, DELETE, OPTIONS" : "HEAD, GET, OPTIONS");
        told.put(MAX_AGE, maxAgeSeconds);
        if (asked.contains(REQUEST_HEADERS)) {
            told.put(ALLOW_HEADERS, asked.getFirst(REQUEST_HEADERS));
        }
        return true;
    }
}
