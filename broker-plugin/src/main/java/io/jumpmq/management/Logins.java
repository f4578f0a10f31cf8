package io.jumpmq.management;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.metrics.NodeCounters;
import io.jumpmq.security.Authenticator;
import io.jumpmq.security.User;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.net.InetAddress;
import java.util.Base64;
import java.util.Collections;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who asks: decided by a request's head alone, before anything else about it. */
final class Logins {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.management");
    private static final String BASIC = "Basic ";

    /** With one of these a user may come in. */
    private static final Set<String> TAGS = Set.of(User.ADMINISTRATOR, "management", "monitoring", "policymaker");

    private final Authenticator authenticator;
    private final NodeCounters events;

    Logins(Authenticator authenticator, NodeCounters events) {
        this.authenticator = authenticator;
        this.events = events;
    }

    /**
     * The user who has sent a request.
     *
     * @throws HttpError 401 when it is nobody's, 429 after too many of these
     */
    User require(HttpServerExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            throw refused();
        }
        InetAddress peer = exchange.getSourceAddress().getAddress();
        Authenticator.Outcome outcome = authenticator.authenticate(
                "PLAIN", plain(header.substring(BASIC.length()).strip()), peer);
        if (outcome.throttled()) {
            throw new HttpError(
                    429, "too_many_requests", "too many failed logins as this user from this address: wait a minute");
        }
        events.count(NodeCounters.Event.HTTP_LOGIN);
        User user = outcome.user();
        if (user == null) {
            events.count(NodeCounters.Event.HTTP_LOGIN_REFUSED);
            LOG.warn("{} login refused: {}", peer.getHostAddress(), outcome.reason());
            throw refused();
        }
        if (Collections.disjoint(user.tags(), TAGS)) {
            throw HttpError.notAuthorised("User can only log in via AMQP: it has no management tag");
        }
        return user;
    }

    private static HttpError refused() {
        return new HttpError(401, "not_authorized", "Login failed");
    }

    /** {@code user:password} in Base64 as a response of the mechanism PLAIN; what is no Base64 is nobody's. */
    private static byte[] plain(String base64) {
        String credentials;
        try {
            credentials = new String(Base64.getDecoder().decode(base64), UTF_8);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
        return ('\0' + credentials.replaceFirst(":", "\0")).getBytes(UTF_8);
    }
}
