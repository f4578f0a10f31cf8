package io.jumpmq.security;

import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a user may do in one virtual host, as three patterns over the names of exchanges and queues. A pattern fits when it
 * is found anywhere in the name; the empty one fits only the empty name, as in RabbitMQ.
 */
public record Permission(Pattern configure, Pattern write, Pattern read) {
    /** Everything. */
    public static final Permission ALL = of(".*", ".*", ".*");

    /** The operations that patterns are for. */
    public enum Operation {
        CONFIGURE,
        WRITE,
        READ
    }

    /**
     * The permission with these patterns.
     *
     * @throws java.util.regex.PatternSyntaxException when one is no regular expression, or too long
     */
    public static Permission of(String configure, String write, String read) {
        return new Permission(NamePattern.of(configure), NamePattern.of(write), NamePattern.of(read));
    }

    /** The patterns as they were given, for listings. */
    public String text(Operation operation) {
        return pattern(operation).pattern();
    }

    /** Whether the operation is allowed on what has this name. */
    public boolean allows(Operation operation, String name) {
        String text = text(operation);
        return text.isEmpty()
                ? name.isEmpty()
                : pattern(operation).matcher(name).find();
    }

    private Pattern pattern(Operation operation) {
        return switch (operation) {
            case CONFIGURE -> configure;
            case WRITE -> write;
            case READ -> read;
        };
    }

    /** Equal patterns are equal texts, which {@link Pattern} does not see. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Permission that
                && configure.pattern().equals(that.configure.pattern())
                && write.pattern().equals(that.write.pattern())
                && read.pattern().equals(that.read.pattern());
    }

    @Override
    public int hashCode() {
        return Objects.hash(configure.pattern(), write.pattern(), read.pattern());
    }
}
