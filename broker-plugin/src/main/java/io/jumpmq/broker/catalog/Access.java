package io.jumpmq.broker.catalog;

import io.jumpmq.amqp.AmqpException;
import io.jumpmq.amqp.ReplyCode;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.User;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The users and what they may do where. The catalog's loop changes them; any thread reads. */
final class Access {
    private final Map<String, User> users = new ConcurrentHashMap<>();

    @Nullable User user(String name) {
        return users.get(name);
    }

    Collection<User> users() {
        return users.values();
    }

    List<Change> put(Command.PutUser put) {
        if (put.name().isEmpty()) {
            throw new AmqpException(ReplyCode.PRECONDITION_FAILED, "a user needs a name");
        }
        User existing = users.get(put.name());
        boolean same = existing != null
                && existing.password().equals(put.password())
                && existing.tags().equals(put.tags());
        return same ? List.of() : List.of(new Change.UserPut(put.name(), put.password(), put.tags()));
    }

    List<Change> delete(Command.DeleteUser delete) {
        require(delete.name());
        return List.of(new Change.UserDeleted(delete.name()));
    }

    List<Change> permit(Command.SetPermission set) {
        User user = require(set.user());
        return set.permission().equals(user.permissions().get(set.vhost()))
                ? List.of()
                : List.of(new Change.PermissionSet(set.vhost(), set.user(), set.permission()));
    }

    List<Change> forbid(Command.ClearPermission clear) {
        User user = require(clear.user());
        return user.permissions().containsKey(clear.vhost())
                ? List.of(new Change.PermissionCleared(clear.vhost(), clear.user()))
                : List.of();
    }

    /** A virtual host goes, and with it what anybody may do there. */
    List<Change> forgetVhost(String vhost) {
        List<Change> changes = new ArrayList<>();
        for (User user : users.values()) {
            if (user.permissions().containsKey(vhost)) {
                changes.add(new Change.PermissionCleared(vhost, user.name()));
            }
        }
        return changes;
    }

    private User require(String name) {
        User user = users.get(name);
        if (user == null) {
            throw new AmqpException(ReplyCode.NOT_FOUND, "no user '" + name + "'");
        }
        return user;
    }

    /** Users, then what they may do; permissions need no virtual host to be there. */
    List<Change> snapshot() {
        List<Change> all = new ArrayList<>();
        for (User user : users.values()) {
            all.add(new Change.UserPut(user.name(), user.password(), user.tags()));
            user.permissions()
                    .forEach((vhost, permission) -> all.add(new Change.PermissionSet(vhost, user.name(), permission)));
        }
        return all;
    }

    void apply(Change change) {
        if (change instanceof Change.UserPut put) {
            put(put.name(), put.password(), put.tags());
        } else if (change instanceof Change.UserDeleted deleted) {
            users.remove(deleted.name());
        } else if (change instanceof Change.PermissionSet set) {
            change(set.user(), permissions -> permissions.put(set.vhost(), set.permission()));
        } else if (change instanceof Change.PermissionCleared cleared) {
            change(cleared.user(), permissions -> permissions.remove(cleared.vhost()));
        }
    }

    private void put(String name, PasswordHash password, Set<String> tags) {
        User existing = users.get(name);
        users.put(name, new User(name, password, tags, existing == null ? Map.of() : existing.permissions()));
    }

    private void change(String name, Consumer<Map<String, Permission>> change) {
        User user = require(name);
        Map<String, Permission> permissions = new HashMap<>(user.permissions());
        change.accept(permissions);
        users.put(name, new User(name, user.password(), user.tags(), permissions));
    }
}
