package io.jumpmq.security;

import java.util.regex.Pattern;

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
     * @throws java.util.regex.PatternSyntaxException when one is no regular expression
     */
    public static Permission of(String configure, String write, String read) {
        return new Permission(compiled(configure), compiled(write), compiled(read));
    }

    private static Pattern compiled(String pattern) {
        return Pattern.compile(pattern.isEmpty() ? "^$" : pattern);
    }

    /** Whether the operation is allowed on what has this name. */
    public boolean allows(Operation operation, String name) {
        Pattern pattern = switch (operation) {
            case CONFIGURE -> configure;
            case WRITE -> write;
            case READ -> read;
        };
        return pattern.matcher(name).find();
    }
}
