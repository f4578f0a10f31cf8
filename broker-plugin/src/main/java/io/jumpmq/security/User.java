package io.jumpmq.security;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A user.
 *
 * @param tags such as administrator
 * @param permissions by virtual host; one without an entry is closed to the user
 * @param topicPermissions by virtual host and exchange; one without an entry is open with every key
 */
public record User(
        String name,
        PasswordHash password,
        Set<String> tags,
        Map<String, Permission> permissions,
        Map<String, Map<String, TopicPermission>> topicPermissions,
        UserLimits limits) {
    /** May do everything in the management interfaces. */
    public static final String ADMINISTRATOR = "administrator";

    /** May publish in another's name. */
    public static final String IMPERSONATOR = "impersonator";

    public User {
        tags = Set.copyOf(tags);
        permissions = Map.copyOf(permissions);
        topicPermissions = Map.copyOf(topicPermissions);
    }

    /** A user whom topics and limits do not bind. */
    public User(String name, PasswordHash password, Set<String> tags, Map<String, Permission> permissions) {
        this(name, password, tags, permissions, Map.of(), UserLimits.NONE);
    }

    /** What counts on a topic exchange; null: every key is allowed. */
    public @Nullable TopicPermission topicPermission(String vhost, String exchange) {
        return topicPermissions.getOrDefault(vhost, Map.of()).get(exchange);
    }
}
