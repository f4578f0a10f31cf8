package io.jumpmq.broker.catalog;

import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.TopicPermission;
import io.jumpmq.security.User;
import io.jumpmq.security.UserLimits;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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

    List<Change> permitTopic(Command.SetTopicPermission set) {
        User user = require(set.user());
        return set.permission().equals(user.topicPermission(set.vhost(), set.exchange()))
                ? List.of()
                : List.of(new Change.TopicPermissionSet(set.vhost(), set.user(), set.exchange(), set.permission()));
    }

    List<Change> clearTopics(Command.ClearTopicPermissions clear) {
        return topicsCleared(require(clear.user()), clear.vhost(), clear.exchange());
    }

    private static List<Change> topicsCleared(User user, String vhost, @Nullable String only) {
        List<Change> changes = new ArrayList<>();
        for (String exchange : new TreeSet<>(
                user.topicPermissions().getOrDefault(vhost, Map.of()).keySet())) {
            if (only == null || only.equals(exchange)) {
                changes.add(new Change.TopicPermissionCleared(vhost, user.name(), exchange));
            }
        }
        return changes;
    }

    List<Change> limit(Command.SetUserLimits set) {
        return set.limits().equals(require(set.user()).limits())
                ? List.of()
                : List.of(new Change.UserLimitsSet(set.user(), set.limits()));
    }

    /** A virtual host goes, and with it what anybody may do there. */
    List<Change> forgetVhost(String vhost) {
        List<Change> changes = new ArrayList<>();
        for (User user : users.values()) {
            changes.addAll(topicsCleared(user, vhost, null));
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
            user.topicPermissions()
                    .forEach((vhost, exchanges) -> exchanges.forEach((exchange, permission) ->
                            all.add(new Change.TopicPermissionSet(vhost, user.name(), exchange, permission))));
            if (!user.limits().equals(UserLimits.NONE)) {
                all.add(new Change.UserLimitsSet(user.name(), user.limits()));
            }
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
        } else if (change instanceof Change.TopicPermissionSet set) {
            changeTopics(set.user(), set.vhost(), topics -> topics.put(set.exchange(), set.permission()));
        } else if (change instanceof Change.TopicPermissionCleared cleared) {
            changeTopics(cleared.user(), cleared.vhost(), topics -> topics.remove(cleared.exchange()));
        } else if (change instanceof Change.UserLimitsSet set) {
            User user = require(set.user());
            users.put(
                    user.name(),
                    new User(
                            user.name(),
                            user.password(),
                            user.tags(),
                            user.permissions(),
                            user.topicPermissions(),
                            set.limits()));
        }
    }

    private void changeTopics(String name, String vhost, Consumer<Map<String, TopicPermission>> change) {
        User user = require(name);
        Map<String, Map<String, TopicPermission>> all = new HashMap<>(user.topicPermissions());
        Map<String, TopicPermission> topics = new HashMap<>(all.getOrDefault(vhost, Map.of()));
        change.accept(topics);
        if (topics.isEmpty()) {
            all.remove(vhost);
        } else {
            all.put(vhost, Map.copyOf(topics));
        }
        users.put(name, new User(name, user.password(), user.tags(), user.permissions(), all, user.limits()));
    }

    private void put(String name, PasswordHash password, Set<String> tags) {
        User existing = users.get(name);
        users.put(
                name,
                existing == null
                        ? new User(name, password, tags, Map.of())
                        : new User(
                                name,
                                password,
                                tags,
                                existing.permissions(),
                                existing.topicPermissions(),
                                existing.limits()));
    }

    private void change(String name, Consumer<Map<String, Permission>> change) {
        User user = require(name);
        Map<String, Permission> permissions = new HashMap<>(user.permissions());
        change.accept(permissions);
        users.put(
                name,
                new User(name, user.password(), user.tags(), permissions, user.topicPermissions(), user.limits()));
    }
}
