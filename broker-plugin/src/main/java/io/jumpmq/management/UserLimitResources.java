package io.jumpmq.management;

import io.jumpmq.broker.catalog.Command;
import io.jumpmq.security.User;
import io.jumpmq.security.UserLimits;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@code /user-limits}: how many connections and channels users may have. */
final class UserLimitResources {
    private static final String MAX_CONNECTIONS = "max-connections";
    private static final String MAX_CHANNELS = "max-channels";

    private final Node node;

    UserLimitResources(Node node) {
        this.node = node;
    }

    void addTo(Routes routes) {
        String one = "/user-limits/{user}/{name}";
        routes.get("/user-limits", call -> list(call, user -> true))
                .get("/user-limits/{user}", call -> {
                    String name = user(call).name();
                    return list(call, user -> user.name().equals(name));
                })
                .put(one, Call::requireAdministrator, call -> {
                    User user = user(call);
                    Fields fields = call.json();
                    fields.require("value");
                    return set(call, user, AccessResources.limit(fields, "value"));
                })
                .delete(one, call -> set(call, user(call), OptionalInt.empty()));
    }

    private static User user(Call call) {
        call.requireAdministrator();
        return call.namedUser();
    }

    private Answer list(Call call, Predicate<User> which) {
        call.requireAdministrator();
        return Listing.of(
                call,
                node.broker().catalog().users().stream()
                        .filter(which.and(user -> !user.limits().equals(UserLimits.NONE)))
                        .toList(),
                User::name,
                user -> {
                    Map<String, @Nullable Object> map = new LinkedHashMap<>();
                    map.put("user", user.name());
                    map.put("value", value(user.limits()));
                    return map;
                });
    }

    static Map<String, Object> value(UserLimits limits) {
        Map<String, Object> value = new LinkedHashMap<>();
        limits.maxConnections().ifPresent(max -> value.put(MAX_CONNECTIONS, max));
        limits.maxChannels().ifPresent(max -> value.put(MAX_CHANNELS, max));
        return value;
    }

    /** The limits that an object describes. */
    static UserLimits limits(Fields value) {
        return new UserLimits(
                AccessResources.limit(value, MAX_CONNECTIONS), AccessResources.limit(value, MAX_CHANNELS));
    }

    private static Answer set(Call call, User user, OptionalInt value) {
        UserLimits limits = switch (call.at("name")) {
            case MAX_CONNECTIONS -> new UserLimits(value, user.limits().maxChannels());
            case MAX_CHANNELS -> new UserLimits(user.limits().maxConnections(), value);
            default ->
                throw HttpError.badRequest("Unrecognised terms [{" + call.at("name") + "}] in limits: known are "
                        + MAX_CONNECTIONS + " and " + MAX_CHANNELS);
        };
        call.carryOut(new Command.SetUserLimits(user.name(), limits));
        return Answer.done();
    }
}
