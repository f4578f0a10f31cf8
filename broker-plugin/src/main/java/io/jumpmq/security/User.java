package io.jumpmq.security;

import java.util.Map;
import java.util.Set;

/**
 * A user.
 *
 * @param tags such as administrator
 * @param permissions by virtual host; one without an entry is closed to the user
 */
public record User(String name, PasswordHash password, Set<String> tags, Map<String, Permission> permissions) {
    /** May do everything in the management interfaces. */
    public static final String ADMINISTRATOR = "administrator";

    /** May publish in another's name. */
    public static final String IMPERSONATOR = "impersonator";

    public User {
        tags = Set.copyOf(tags);
        permissions = Map.copyOf(permissions);
    }
}
