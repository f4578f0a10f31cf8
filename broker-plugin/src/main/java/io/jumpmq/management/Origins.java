package io.jumpmq.management;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a page of another origin asks a browser to change here, with a password that the browser remembers.
 *
 * <p>Each header by which browsers tell of the page, {@code Sec-Fetch-Site}, {@code Origin}, {@code Referer}, must name this
 * server if it is there. Where none is, the request may come from a tool, or from an old browser that was told to hide the page:
 * such a browser can be made to send a form, so what only forms are sent as is refused. {@code curl -d} sends the type of a
 * form, too, but does not call itself Mozilla, as all browsers do. Pages that {@link Cors} trusts are taken for our own.
 */
final class Origins {
    private static final HttpString SEC_FETCH_SITE = new HttpString("Sec-Fetch-Site");
    private static final String CURL_TYPE = "application/x-www-form-urlencoded";
    private static final Set<String> FORM_TYPES = Set.of("text/plain", "multipart/form-data");
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private Origins() {}

    /**
     * Lets pass what changes nothing, comes from a page of ours, or of an origin that is trusted.
     *
     * @throws HttpError 403
     */
    static void requireOwn(HttpServerExchange exchange, Cors cors) {
        if (exchange.getRequestMethod().equals(Methods.GET)
                || exchange.getRequestMethod().equals(Methods.HEAD)) {
            return;
        }
        HeaderMap headers = exchange.getRequestHeaders();
        String site = headers.getFirst(SEC_FETCH_SITE);
        String origin = headers.getFirst(Headers.ORIGIN);
        String referrer = headers.getFirst(Headers.REFERER);
        String host = headers.getFirst(Headers.HOST);
        boolean trusted = cors.trusts(origin) && (referrer == null || referrer.startsWith(origin + "/"));
        boolean own = (site == null || OWN_SITES.contains(site))
                && (origin == null || names(origin, host))
                && (referrer == null || names(referrer, host));
        if (!own && !trusted) {
            throw new HttpError(403, "forbidden", "a page of another origin may not change anything here");
        }
        if (site == null && origin == null && referrer == null && isForm(headers)) {
            throw new HttpError(
                    403, "forbidden", "a form may not change anything here: send 'Content-Type: application/json'");
        }
    }

    /** Whether a URL is one of this host's; its path, if any, is of no concern. */
    private static boolean names(String url, @Nullable String host) {
        int scheme = url.indexOf("://");
        if (scheme < 0 || host == null) {
            return false;
        }
        int path = url.indexOf('/', scheme + 3);
        return url.substring(scheme + 3, path < 0 ? url.length() : path).equalsIgnoreCase(host);
    }

    private static boolean isForm(HeaderMap headers) {
        String type = headers.getFirst(Headers.CONTENT_TYPE);
        if (type == null) {
            return false;
        }
        String essence = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        String agent = headers.getFirst(Headers.USER_AGENT);
        return FORM_TYPES.contains(essence)
                || (essence.equals(CURL_TYPE) && agent != null && agent.startsWith("Mozilla/"));
    }
}
