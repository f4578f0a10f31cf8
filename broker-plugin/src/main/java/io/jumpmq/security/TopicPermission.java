package io.jumpmq.security;

/**
 * With which routing keys a user may publish to a topic exchange, and bind to it, as two patterns; one that is empty fits the
 * empty key only, as in RabbitMQ. <code>{username}</code> and <code>{vhost}</code> in them stand for these names.
 *
 * @param write as it was given
 * @param read as it was given
 */
public record TopicPermission(String write, String read, NamePattern writing, NamePattern reading) {
    /**
     * The permission with these patterns.
     *
     * @throws java.util.regex.PatternSyntaxException when one is no regular expression, or too long
     */
    public static TopicPermission of(String user, String vhost, String write, String read) {
        return new TopicPermission(write, read, filled(write, user, vhost), filled(read, user, vhost));
    }

    private static NamePattern filled(String pattern, String user, String vhost) {
        return NamePattern.of(
                pattern.isEmpty()
                        ? "^$"
                        : pattern.replace("{username}", literal(user)).replace("{vhost}", literal(vhost)));
    }

    /** A name in a pattern: nothing in it means anything else. */
    private static String literal(String name) {
        return name.replaceAll("[^\\p{L}\\p{N}_ /]", "\\\\$0");
    }

    /** Whether this may be done with this routing key. */
    public boolean allows(Permission.Operation operation, String key) {
        return switch (operation) {
            case WRITE -> writing.fits(key);
            case READ -> reading.fits(key);
            case CONFIGURE -> true;
        };
    }
}
