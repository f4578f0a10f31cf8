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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
        for (User user : inOrder()) {
            changes.addAll(topicsCleared(user, vhost, null));
            if (user.permissions().containsKey(vhost)) {
                changes.add(new Change.PermissionCleared(vhost, user.name()));
            }
        }
        return changes;
    }

    /** In the order of their names: the same on every node. */
    private List<User> inOrder() {
        return users.values().stream().sorted(Comparator.comparing(User::name)).toList();
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
        for (User user : inOrder()) {
            all.add(new Change.UserPut(user.name(), user.password(), user.tags()));
            new TreeMap<>(user.permissions())
                    .forEach((vhost, permission) -> all.add(new Change.PermissionSet(vhost, user.name(), permission)));
            new TreeMap<>(user.topicPermissions())
                    .forEach((vhost, exchanges) -> new TreeMap<>(exchanges)
                            .forEach((exchange, permission) ->
                                    all.add(new Change.TopicPermissionSet(vhost, user.name(), exchange, permission))));
            if (!user.limits().equals(UserLimits.NONE)) {
                all.add(new Change.UserLimitsSet(user.name(), user.limits()));
            }
        }
        return all;
    }

    void remove(String user) {
        users.remove(user);
    }

    void limit(String name, UserLimits limits) {
        User user = require(name);
        users.put(
                name,
                new User(name, user.password(), user.tags(), user.permissions(), user.topicPermissions(), limits));
    }

    void changeTopics(String name, String vhost, Consumer<Map<String, TopicPermission>> change) {
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

    void put(String name, PasswordHash password, Set<String> tags) {
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

    void change(String name, Consumer<Map<String, Permission>> change) {
        User user = require(name);
        Map<String, Permission> permissions = new HashMap<>(user.permissions());
        change.accept(permissions);
        users.put(
                name,
                new User(name, user.password(), user.tags(), permissions, user.topicPermissions(), user.limits()));
    }
}
