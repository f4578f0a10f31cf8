package io.jumpmq.security;

/**
 * What a user may do in one virtual host, as three patterns over the names of exchanges and queues. A pattern fits when it
 * is found anywhere in the name; the empty one fits only the empty name, as in RabbitMQ.
 */
public record Permission(NamePattern configure, NamePattern write, NamePattern read) {
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
        return pattern(operation).text();
    }

    /** Whether the operation is allowed on what has this name. */
    public boolean allows(Operation operation, String name) {
        return text(operation).isEmpty() ? name.isEmpty() : pattern(operation).fits(name);
    }

    private NamePattern pattern(Operation operation) {
        return switch (operation) {
            case CONFIGURE -> configure;
            case WRITE -> write;
            case READ -> read;
        };
    }
}
