package io.jumpmq.management;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.VhostLimits;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.User;
import io.jumpmq.session.ConnectionInfo;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Virtual hosts and their limits, users, permissions. */
final class AccessResources {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String MAX_CONNECTIONS = "max-connections";
    private static final String MAX_QUEUES = "max-queues";

    private final Node node;
    private final Statistics statistics;

    AccessResources(Node node, Statistics statistics) {
        this.node = node;
        this.statistics = statistics;
    }

    void addTo(Routes routes) {
        routes.get("/vhosts", call -> {
                    List<ConnectionInfo> connections = statistics.connections();
                    SampleRanges ranges = SampleRanges.of(call);
                    return Listing.of(
                            call,
                            call.visibleVhosts(),
                            VirtualHost::name,
                            vhost -> document(vhost, connections, ranges));
                })
                .get(
                        "/vhosts/{vhost}",
                        call -> Listing.of(
                                call, document(call.visibleVhost(), statistics.connections(), SampleRanges.of(call))))
                .put("/vhosts/{vhost}", Call::requireAdministrator, this::putVhost)
                .delete("/vhosts/{vhost}", this::deleteVhost)
                .get("/vhosts/{vhost}/permissions", call -> {
                    call.requireAdministrator();
                    String vhost = call.visibleVhost().name();
                    return permissions(call, permission -> permission.vhost.equals(vhost));
                })
                .get("/vhost-limits", call -> limits(call, call.visibleVhosts()))
                .get("/vhost-limits/{vhost}", call -> limits(call, List.of(call.visibleVhost())))
                .put("/vhost-limits/{vhost}/{name}", Call::requireAdministrator, this::putLimit)
                .delete("/vhost-limits/{vhost}/{name}", this::deleteLimit)
                .get("/users", call -> {
                    call.requireAdministrator();
                    return users(call, user -> true);
                })
                .get("/users/without-permissions", call -> {
                    call.requireAdministrator();
                    return users(call, user -> user.permissions().isEmpty());
                })
                .post("/users/bulk-delete", Call::requireAdministrator, this::deleteUsers)
                .get("/users/{user}", call -> {
                    call.requireAdministrator();
                    return Listing.of(call, Documents.user(call.namedUser()));
                })
                .put("/users/{user}", Call::requireAdministrator, this::putUser)
                .delete("/users/{user}", this::deleteUser)
                .get("/users/{user}/permissions", call -> {
                    call.requireAdministrator();
                    String user = call.namedUser().name();
                    return permissions(call, permission -> permission.user.equals(user));
                })
                .get("/permissions", call -> {
                    call.requireAdministrator();
                    return permissions(call, permission -> true);
                })
                .get("/permissions/{vhost}/{user}", call -> {
                    call.requireAdministrator();
                    Permission permission = call.namedUser().permissions().get(call.at("vhost"));
                    if (permission == null) {
                        throw HttpError.notFound();
                    }
                    return Listing.of(call, Documents.permission(call.at("user"), call.at("vhost"), permission));
                })
                .put("/permissions/{vhost}/{user}", Call::requireAdministrator, this::putPermission)
                .delete("/permissions/{vhost}/{user}", this::deletePermission);
    }

    // Virtual hosts.

    private Map<String, @Nullable Object> document(
            VirtualHost vhost, List<ConnectionInfo> connections, SampleRanges ranges) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", vhost.name());
        map.put("description", vhost.description());
        map.put("tags", new TreeSet<>(vhost.tags()));
        map.put("default_queue_type", vhost.defaultQueueType().isEmpty() ? "undefined" : vhost.defaultQueueType());
        map.put("metadata", metadata(vhost));
        map.put("tracing", vhost.isTraced());
        map.put("cluster_state", Map.of(node.name(), "running"));
        statistics.describe(map, vhost, connections, ranges);
        return map;
    }

    /** What RabbitMQ keeps about a virtual host in one place. */
    static Map<String, @Nullable Object> metadata(VirtualHost vhost) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("description", vhost.description());
        map.put("tags", new TreeSet<>(vhost.tags()));
        if (!vhost.defaultQueueType().isEmpty()) {
            map.put("default_queue_type", vhost.defaultQueueType());
        }
        return map;
    }

    /**
     * What queues of a virtual host are unless they say it, from {@code default_queue_type}; empty: classic.
     *
     * @throws HttpError when there are no such queues
     */
    static String queueType(Fields fields) {
        String type =
                fields.text("default_queue_type", fields.object("metadata").text("default_queue_type", ""));
        return switch (type) {
            case "", "undefined" -> "";
            case "classic", "rabbit_classic_queue" -> "classic";
            case "quorum", "rabbit_quorum_queue" -> "quorum";
            default -> throw HttpError.badRequest("default_queue_type must be classic or quorum, not '" + type + "'");
        };
    }

    private Answer putVhost(Call call) {
        Fields fields = call.json();
        String name = call.at("vhost");
        VirtualHost existing = node.broker().catalog().vhost(name);
        List<Command> commands = new ArrayList<>();
        if (existing == null || fields.has("description") || fields.has("tags") || fields.has("default_queue_type")) {
            commands.add(new Command.CreateVhost(
                    name,
                    fields.text("description", existing == null ? "" : existing.description()),
                    fields.has("tags") || existing == null ? tags(fields.node().get("tags")) : existing.tags(),
                    fields.has("default_queue_type")
                            ? queueType(fields)
                            : existing == null ? node.defaultQueueType() : existing.defaultQueueType()));
        }
        if (existing == null) {
            // As in RabbitMQ, whoever makes a virtual host may use it.
            commands.add(new Command.SetPermission(name, call.user().name(), Permission.ALL));
        }
        if (!commands.isEmpty()) {
            call.carryOut(commands.toArray(Command[]::new));
        }
        VirtualHost made = node.broker().catalog().vhost(name);
        if (fields.has("tracing") && made != null) {
            made.trace(fields.truth("tracing", false) ? node.name() : "");
        }
        return Answer.put(existing == null);
    }

    private Answer deleteVhost(Call call) {
        call.requireAdministrator();
        if (node.broker().catalog().vhost(call.at("vhost")) == null) {
            throw HttpError.notFound();
        }
        call.carryOut(new Command.DeleteVhost(call.at("vhost")));
        return Answer.done();
    }

    // Limits.

    private static Answer limits(Call call, List<VirtualHost> vhosts) {
        return Listing.of(
                call,
                vhosts.stream()
                        .filter(vhost -> !vhost.limits().equals(VhostLimits.NONE))
                        .toList(),
                VirtualHost::name,
                vhost -> {
                    Map<String, @Nullable Object> map = new LinkedHashMap<>();
                    map.put("vhost", vhost.name());
                    map.put("value", value(vhost.limits()));
                    return map;
                });
    }

    static Map<String, Object> value(VhostLimits limits) {
        Map<String, Object> value = new LinkedHashMap<>();
        limits.maxConnections().ifPresent(max -> value.put(MAX_CONNECTIONS, max));
        limits.maxQueues().ifPresent(max -> value.put(MAX_QUEUES, max));
        return value;
    }

    private Answer putLimit(Call call) {
        Fields fields = call.json();
        fields.require("value");
        setLimit(call, limit(fields, "value"));
        return Answer.done();
    }

    private Answer deleteLimit(Call call) {
        call.requireAdministrator();
        setLimit(call, OptionalInt.empty());
        return Answer.done();
    }

    /** A negative one is none. */
    static OptionalInt limit(Fields fields, String name) {
        if (!fields.has(name)) {
            return OptionalInt.empty();
        }
        long value = fields.number(name, 0);
        if (value > Integer.MAX_VALUE) {
            throw HttpError.badRequest(name + " must be at most " + Integer.MAX_VALUE + ", not " + value);
        }
        return value < 0 ? OptionalInt.empty() : OptionalInt.of((int) value);
    }

    private static void setLimit(Call call, OptionalInt value) {
        VirtualHost vhost = call.visibleVhost();
        VhostLimits limits = switch (call.at("name")) {
            case MAX_CONNECTIONS -> new VhostLimits(value, vhost.limits().maxQueues());
            case MAX_QUEUES -> new VhostLimits(vhost.limits().maxConnections(), value);
            default ->
                throw HttpError.badRequest("Unrecognised terms [{" + call.at("name") + "}] in limits: known are "
                        + MAX_CONNECTIONS + " and " + MAX_QUEUES);
        };
        call.carryOut(new Command.SetVhostLimits(vhost.name(), limits));
    }

    // Users.

    private Answer users(Call call, Predicate<User> which) {
        return Listing.of(
                call, node.broker().catalog().users().stream().filter(which).toList(), User::name, Documents::user);
    }

    private Answer putUser(Call call) {
        String name = call.at("user");
        boolean isNew = node.broker().catalog().user(name) == null;
        call.carryOut(command(name, call.json()));
        return Answer.put(isNew);
    }

    /**
     * The command that makes a user as described.
     *
     * @throws HttpError when password or tags are missing or make no sense
     */
    static Command.PutUser command(String name, Fields fields) {
        if (!fields.has("tags")) {
            throw HttpError.badRequest("tags_not_present");
        }
        return new Command.PutUser(
                name, password(name, fields), tags(fields.node().get("tags")));
    }

    private static PasswordHash password(String name, Fields fields) {
        String password = fields.text("password");
        String hash = fields.text("password_hash");
        if (password != null && hash != null) {
            throw HttpError.badRequest("both password and password_hash are given for user '" + name + "'");
        }
        if (password != null) {
            if (password.isEmpty()) {
                throw HttpError.badRequest("user '" + name + "' needs a password that is not empty; leave it out, and"
                        + " give an empty password_hash, for a user who cannot log in with one");
            }
            byte[] salt = new byte[PasswordHash.SALT_BYTES];
            RANDOM.nextBytes(salt);
            return PasswordHash.of(password, salt);
        }
        if (hash == null) {
            return PasswordHash.NONE;
        }
        try {
            PasswordHash parsed = PasswordHash.parse(hash);
            String algorithm = fields.text("hashing_algorithm");
            if (!hash.isEmpty() && algorithm != null && !algorithm.equals(parsed.algorithm())) {
                throw HttpError.badRequest("the password_hash of user '" + name + "' is as long as one by "
                        + parsed.algorithm() + ", not by " + algorithm + ": set the password anew");
            }
            return parsed;
        } catch (IllegalArgumentException e) {
            throw HttpError.badRequest("the password_hash of user '" + name + "' is none: " + e.getMessage());
        }
    }

    /** From an array, or a text with commas, as older exports have it. */
    static Set<String> tags(@Nullable JsonNode node) {
        Set<String> tags = new LinkedHashSet<>();
        if (node == null || node.isNull()) {
            return tags;
        }
        if (node.isTextual()) {
            Arrays.stream(node.textValue().split(",", -1))
                    .map(String::strip)
                    .filter(tag -> !tag.isEmpty())
                    .forEach(tags::add);
            return tags;
        }
        if (!node.isArray()) {
            throw HttpError.badRequest("tags must be an array of strings");
        }
        for (JsonNode tag : node) {
            if (!tag.isTextual()) {
                throw HttpError.badRequest("tags must be an array of strings");
            }
            tags.add(tag.textValue());
        }
        return tags;
    }

    private Answer deleteUser(Call call) {
        call.requireAdministrator();
        call.carryOut(new Command.DeleteUser(call.namedUser().name()));
        return Answer.done();
    }

    private Answer deleteUsers(Call call) {
        JsonNode names = call.json().node().get("users");
        if (names == null || !names.isArray()) {
            throw HttpError.badRequest("[{key_missing,users}]");
        }
        List<Command> commands = new ArrayList<>();
        for (JsonNode name : names) {
            if (!name.isTextual() || node.broker().catalog().user(name.textValue()) == null) {
                throw HttpError.badRequest("there is no user " + name + ": none was deleted");
            }
            commands.add(new Command.DeleteUser(name.textValue()));
        }
        if (!commands.isEmpty()) {
            call.carryOut(commands.toArray(Command[]::new));
        }
        return Answer.done();
    }

    // Permissions.

    private record Permitted(String user, String vhost, Permission permission) {}

    private Answer permissions(Call call, Predicate<Permitted> which) {
        List<Permitted> all = new ArrayList<>();
        for (User user : node.broker().catalog().users()) {
            user.permissions().forEach((vhost, permission) -> all.add(new Permitted(user.name(), vhost, permission)));
        }
        return Listing.of(
                call,
                all.stream().filter(which).toList(),
                permitted -> permitted.user + '\0' + permitted.vhost,
                permitted -> Documents.permission(permitted.user, permitted.vhost, permitted.permission));
    }

    private Answer putPermission(Call call) {
        Fields fields = call.json();
        fields.require("configure", "write", "read");
        User user = node.broker().catalog().user(call.at("user"));
        if (user == null || node.broker().catalog().vhost(call.at("vhost")) == null) {
            throw HttpError.badRequest("vhost_or_user_not_found");
        }
        boolean isNew = !user.permissions().containsKey(call.at("vhost"));
        call.carryOut(new Command.SetPermission(call.at("vhost"), user.name(), permission(fields)));
        return Answer.put(isNew);
    }

    /** The patterns in {@code configure}, {@code write} and {@code read}. */
    static Permission permission(Fields fields) {
        try {
            return Permission.of(
                    fields.requiredText("configure"), fields.requiredText("write"), fields.requiredText("read"));
        } catch (PatternSyntaxException e) {
            throw HttpError.badRequest("\"" + e.getPattern() + "\" is no regular expression: " + e.getDescription());
        }
    }

    private Answer deletePermission(Call call) {
        call.requireAdministrator();
        User user = node.broker().catalog().user(call.at("user"));
        if (user == null || !user.permissions().containsKey(call.at("vhost"))) {
            throw HttpError.notFound();
        }
        call.carryOut(new Command.ClearPermission(call.at("vhost"), user.name()));
        return Answer.done();
    }
}
