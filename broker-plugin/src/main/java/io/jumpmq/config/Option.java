package io.jumpmq.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A setting, declared once: parsing, help, the sample file and the reference page all come from here.
 *
 * @param key as in the file; one that ends in {@code .*} stands for a family, whose members' own names follow
 * @param initial what holds when nobody sets it; null: nothing
 * @param meaning a sentence or two
 */
public record Option<T>(String key, Kind<T> kind, @Nullable T initial, String meaning) {
    private static final String FAMILY = ".*";

    /** Whether there may be several, each with a name of its own. */
    boolean isFamily() {
        return key.endsWith(FAMILY);
    }

    /** The family's key without its members' names, with the dot. */
    private String prefix() {
        return key.substring(0, key.length() - 1);
    }

    /** Whether a key in a file means this. */
    boolean matches(String given) {
        return isFamily() ? given.startsWith(prefix()) && given.length() > prefix().length() : given.equals(key);
    }

    /** The member's own name in a key that {@linkplain #matches means} this. */
    String member(String given) {
        return isFamily() ? given.substring(prefix().length()) : "";
    }

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException when it is not allowed; the message says what is
     */
    public T parse(String text) {
        return kind.parse(text);
    }

    /** The variable that sets it. */
    String variable() {
        String name = key.toUpperCase(Locale.ROOT).replace('.', '_');
        return name.startsWith(Environment.OURS) ? name : Environment.OURS + name;
    }
}
