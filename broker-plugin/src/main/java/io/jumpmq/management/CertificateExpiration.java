package io.jumpmq.management;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the listeners whose certificates will not be valid much longer, or are not valid yet. */
final class CertificateExpiration {
    private static final long SECONDS_PER_DAY = Duration.ofDays(1).toSeconds();
    private static final long SECONDS_PER_YEAR = 365 * SECONDS_PER_DAY;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd H:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final String node;
    private final Instant now;
    private final BigInteger seconds;

    /**
     * A search.
     *
     * @param node whose listeners they are
     * @param within a whole number, as the request has it
     * @param unit days, weeks, months (twelve of which are 365 days) or years
     * @throws HttpError when one of both is none
     */
    CertificateExpiration(String node, String within, String unit, Instant now) {
        this.node = node;
        this.now = now;
        try {
            this.seconds = new BigInteger(within).multiply(BigInteger.valueOf(secondsOf(unit)));
        } catch (NumberFormatException e) {
            throw HttpError.badRequest("Invalid expiration value.");
        }
    }

    private static long secondsOf(String unit) {
        return switch (unit.toLowerCase(Locale.ROOT)) {
            case "days" -> SECONDS_PER_DAY;
            case "weeks" -> 7 * SECONDS_PER_DAY;
            case "months" -> SECONDS_PER_YEAR / 12;
            case "years" -> SECONDS_PER_YEAR;
            default ->
                throw HttpError.badRequest("Time unit not recognised. Supported units: days, weeks, months, years.");
        };
    }

    /** Those listeners, in the fields of RabbitMQ's document, each with when which of its files expires. */
    List<Map<String, @Nullable Object>> among(List<Node.Listener> listeners) {
        List<Map<String, @Nullable Object>> found = new ArrayList<>();
        for (Node.Listener listener : listeners) {
            List<String> own = ends(listener.certificates());
            List<String> authorities = ends(listener.authorities());
            if (!own.isEmpty() || !authorities.isEmpty()) {
                found.add(document(listener, own, authorities));
            }
        }
        return found;
    }

    private Map<String, @Nullable Object> document(Node.Listener listener, List<String> own, List<String> authorities) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("node", node);
        map.put("protocol", listener.protocol());
        map.put("interface", listener.host());
        map.put("port", listener.port());
        map.put("certfile", file(listener.certificates()));
        map.put("cacertfile", file(listener.authorities()));
        map.put("certfile_expires_on", own);
        map.put("cacertfile_expires_on", authorities);
        return map;
    }

    private static @Nullable String file(Node.@Nullable Certificates certificates) {
        return certificates == null ? null : certificates.file().toString();
    }

    private List<String> ends(Node.@Nullable Certificates certificates) {
        List<String> ends = new ArrayList<>();
        for (X509Certificate certificate : certificates == null ? List.<X509Certificate>of() : certificates.chain()) {
            Instant first = certificate.getNotBefore().toInstant();
            Instant last = certificate.getNotAfter().toInstant();
            if (first.isAfter(now)) {
                ends.add("not valid before " + TIME.format(first));
            } else if (BigInteger.valueOf(Duration.between(now, last).toSeconds())
                            .compareTo(seconds)
                    < 0) {
                ends.add(TIME.format(last));
            }
        }
        return ends;
    }
}
