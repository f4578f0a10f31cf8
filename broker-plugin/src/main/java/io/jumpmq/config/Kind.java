package io.jumpmq.config;

import io.jumpmq.security.NamePattern;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What values a setting takes.
 *
 * @param allowed completes the sentence "it must be …"
 */
record Kind<T>(String allowed, Function<String, T> parser, Function<T, String> printer) {
    private static final Pattern BYTES = Pattern.compile("(\\d{1,18})\\s*([kKmMgGtT]i?)?[bB]?");

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException when it is not allowed; the message says what is
     */
    T parse(String text) {
        try {
            return parser.apply(text);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("it must be " + allowed, e);
        }
    }

    String print(T value) {
        return printer.apply(value);
    }

    static Kind<Integer> wholeNumber(int min, int max) {
        return new Kind<>(
                "a whole number from " + min + " to " + max,
                text -> (int) within(Long.parseLong(text), min, max),
                String::valueOf);
    }

    /** As {@link #wholeNumber}, or {@code infinity} for the most. */
    static Kind<Integer> wholeNumberOrInfinity(int min, int max) {
        Kind<Integer> number = wholeNumber(min, max);
        return new Kind<>(
                number.allowed + ", or infinity",
                text -> text.equals("infinity") ? max : number.parse(text),
                String::valueOf);
    }

    /** Milliseconds; 0, or one of RabbitMQ's words, for a time that never passes. */
    static Kind<Integer> timeout() {
        Kind<Integer> number = wholeNumber(0, Integer.MAX_VALUE);
        return new Kind<>(
                number.allowed + ", or one of undefined, false, infinity",
                text -> switch (text) {
                    case "undefined", "false", "infinity" -> 0;
                    default -> number.parse(text);
                },
                String::valueOf);
    }

    /** Bytes, with the units of rabbitmq.conf: kB, MB, GB are powers of 1000; kiB, MiB, GiB and k, M, G of 1024. */
    static Kind<Long> bytes(long min, long max) {
        return new Kind<>(
                "a size from " + size(min) + " to " + size(max) + ", such as 64MB or 67108864",
                text -> within(sizeOf(text), min, max),
                Kind::size);
    }

    static Kind<Double> decimal(double min, double max) {
        return new Kind<>(
                "a number from " + plain(min) + " to " + plain(max),
                text -> {
                    double number = Double.parseDouble(text);
                    if (!(number >= min && number <= max)) {
                        throw new IllegalArgumentException(text);
                    }
                    return number;
                },
                Kind::plain);
    }

    static Kind<Boolean> truth() {
        return new Kind<>(
                "true or false",
                text -> switch (text) {
                    case "true", "on", "yes" -> true;
                    case "false", "off", "no" -> false;
                    default -> throw new IllegalArgumentException(text);
                },
                String::valueOf);
    }

    static Kind<String> text(String what) {
        return new Kind<>(
                what,
                text -> {
                    if (text.isEmpty()) {
                        throw new IllegalArgumentException(text);
                    }
                    return text;
                },
                text -> text);
    }

    static Kind<String> pattern() {
        return new Kind<>("a regular expression", text -> NamePattern.of(text).text(), text -> text);
    }

    static Kind<String> choice(String... words) {
        List<String> allowed = List.of(words);
        return new Kind<>(
                "one of " + String.join(", ", allowed),
                text -> {
                    if (!allowed.contains(text)) {
                        throw new IllegalArgumentException(text);
                    }
                    return text;
                },
                text -> text);
    }

    /** How much is logged, in RabbitMQ's words; those that there are not here become the nearest. */
    static Kind<String> level() {
        return new Kind<>(
                "one of debug, info, warning, error, none",
                text -> switch (text) {
                    case "debug", "info", "warning", "error", "none" -> text;
                    case "notice" -> "info";
                    case "critical", "alert", "emergency" -> "error";
                    default -> throw new IllegalArgumentException(text);
                },
                text -> text);
    }

    static Kind<String> nodeName() {
        return matching("a name such as jumpmq or jumpmq@host", "[\\w.-]+(@[\\w.:-]+)?");
    }

    /** What a URL's path begins with: nothing, or segments; without a slash at its end. */
    static Kind<String> path() {
        Kind<String> path = matching("a path such as /jumpmq", "((/[\\w.~-]+)*)/?");
        return new Kind<>(path.allowed, text -> path.parse(text).replaceFirst("/$", ""), text -> text);
    }

    static Kind<String> origin() {
        return matching("an origin such as https://dashboard.example, or *", "\\*|https?://[^/\\s]+");
    }

    static Kind<String> rotation() {
        return matching("one of $H…, $D…, $W…, $M…, or nothing", "(\\$[HDWM][0-9DHM$]*)?");
    }

    private static Kind<String> matching(String what, String pattern) {
        return new Kind<>(
                what,
                text -> {
                    if (!text.matches(pattern)) {
                        throw new IllegalArgumentException(text);
                    }
                    return text;
                },
                text -> text);
    }

    /** A port, perhaps with an address before it; or none. */
    static Kind<Address> address() {
        return new Kind<>(
                "a port from 0 to 65535, or an address and a port such as 127.0.0.1:5672 or [::1]:5672, or none",
                Address::parse,
                Address::toString);
    }

    private static long within(long number, long min, long max) {
        if (number < min || number > max) {
            throw new IllegalArgumentException(String.valueOf(number));
        }
        return number;
    }

    private static long sizeOf(String text) {
        Matcher matcher = BYTES.matcher(text.trim());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        String unit = matcher.group(2) == null ? "" : matcher.group(2).toLowerCase(Locale.ROOT);
        boolean decimal = text.trim().toLowerCase(Locale.ROOT).endsWith("b") && unit.length() == 1;
        int power = unit.isEmpty() ? 0 : "kmgt".indexOf(unit.charAt(0)) + 1;
        return new BigDecimal(matcher.group(1))
                .multiply(BigDecimal.valueOf(decimal ? 1000 : 1024).pow(power))
                .longValueExact();
    }

    private static String size(long bytes) {
        String[] units = {"", "kiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        long value = bytes;
        while (value != 0 && value % 1024 == 0 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return value + units[unit];
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
}
