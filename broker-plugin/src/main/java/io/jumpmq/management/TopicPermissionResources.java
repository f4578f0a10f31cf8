package io.jumpmq.management;

import io.jumpmq.broker.catalog.Command;
import io.jumpmq.security.TopicPermission;
import io.jumpmq.security.User;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** {@code /topic-permissions}: with which routing keys users may use topic exchanges. */
final class TopicPermissionResources {
    private final Node node;

    private record Permitted(String user, String vhost, String exchange, TopicPermission permission) {}

    TopicPermissionResources(Node node) {
        this.node = node;
    }

    void addTo(Routes routes) {
        String one = "/topic-permissions/{vhost}/{user}";
        routes.get("/topic-permissions", call -> list(call, permitted -> true))
                .get("/users/{user}/topic-permissions", call -> {
                    String user = user(call).name();
                    return list(call, permitted -> permitted.user.equals(user));
                })
                .get("/vhosts/{vhost}/topic-permissions", call -> {
                    String vhost = call.visibleVhost().name();
                    return list(call, permitted -> permitted.vhost.equals(vhost));
                })
                .get(one, call -> {
                    User user = user(call);
                    String vhost = call.visibleVhost().name();
                    if (!user.topicPermissions().containsKey(vhost)) {
                        throw HttpError.notFound();
                    }
                    return list(call, permitted -> permitted.user.equals(user.name()) && permitted.vhost.equals(vhost));
                })
                .put(one, Call::requireAdministrator, this::put)
                .delete(one, this::delete);
    }

    private static User user(Call call) {
        call.requireAdministrator();
        return call.namedUser();
    }

    private Answer list(Call call, Predicate<Permitted> which) {
        call.requireAdministrator();
        return Listing.of(
                call,
                node.broker().catalog().users().stream()
                        .flatMap(user -> of(user).stream())
                        .filter(which)
                        .toList(),
                permitted -> permitted.user + '\0' + permitted.vhost + '\0' + permitted.exchange,
                TopicPermissionResources::document);
    }

    private static List<Permitted> of(User user) {
        List<Permitted> all = new ArrayList<>();
        user.topicPermissions()
                .forEach((vhost, exchanges) -> exchanges.forEach(
                        (exchange, permission) -> all.add(new Permitted(user.name(), vhost, exchange, permission))));
        return all;
    }

    /** As in definitions. */
    static List<Map<String, @Nullable Object>> documents(User user) {
        return of(user).stream().map(TopicPermissionResources::document).toList();
    }

    private static Map<String, @Nullable Object> document(Permitted permitted) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("user", permitted.user);
        map.put("vhost", permitted.vhost);
        map.put("exchange", permitted.exchange);
        map.put("write", permitted.permission.write());
        map.put("read", permitted.permission.read());
        return map;
    }

    private Answer put(Call call) {
        call.requireAdministrator();
        User user = node.broker().catalog().user(call.at("user"));
        if (user == null || node.broker().catalog().vhost(call.at("vhost")) == null) {
            throw HttpError.badRequest("vhost_or_user_not_found");
        }
        Fields fields = call.json();
        fields.require("exchange", "write", "read");
        Command.SetTopicPermission set = command(call.at("vhost"), user.name(), fields);
        boolean isNew = user.topicPermission(set.vhost(), set.exchange()) == null;
        call.carryOut(set);
        return Answer.put(isNew);
    }

    /**
     * The command that sets what is described.
     *
     * @throws HttpError when it makes no sense
     */
    static Command.SetTopicPermission command(String vhost, String user, Fields fields) {
        try {
            return new Command.SetTopicPermission(
                    vhost,
                    user,
                    fields.requiredText("exchange"),
                    TopicPermission.of(user, vhost, fields.requiredText("write"), fields.requiredText("read")));
        } catch (PatternSyntaxException e) {
            throw HttpError.badRequest("\"" + e.getPattern() + "\" is no regular expression: " + e.getDescription());
        }
    }

    /** Of one exchange if the query names it, else of all. */
    private Answer delete(Call call) {
        User user = user(call);
        if (!user.topicPermissions().containsKey(call.at("vhost"))) {
            throw HttpError.notFound();
        }
        call.carryOut(new Command.ClearTopicPermissions(call.at("vhost"), user.name(), call.query("exchange")));
        return Answer.done();
    }
}
