package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.http.ManagementClient;
import java.util.List;
import java.util.Map;

/** The verbs about what binds users: topic permissions and limits. */
final class UserVerbs {
    private static final List<String> LIMITS = List.of("max-connections", "max-channels");

    private UserVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put(
                "set_topic_permissions",
                new Verb("set_topic_permissions <username> <exchange> <write> <read>", 4, 4, UserVerbs::setTopics));
        all.put(
                "clear_topic_permissions",
                new Verb("clear_topic_permissions <username> [<exchange>]", 1, 2, UserVerbs::clearTopics));
        all.put("list_topic_permissions", Listings.TOPIC_PERMISSIONS.verb("list_topic_permissions", 0));
        all.put(
                "list_user_topic_permissions",
                Listings.USER_TOPIC_PERMISSIONS.verb("list_user_topic_permissions <username>", 1));
        all.put("set_user_limits", new Verb("set_user_limits <username> <definition>", 2, 2, UserVerbs::setLimits));
        all.put(
                "clear_user_limits",
                new Verb("clear_user_limits <username> <limit | all>", 2, 2, UserVerbs::clearLimits));
        all.put(
                "list_user_limits",
                new Verb("list_user_limits [--user <username> | --global]", 0, 0, UserVerbs::limits));
    }

    private static String inVhost(CtlCommand ctl) {
        return " for user \"%s\" in vhost \"" + ctl.vhost + "\" ...";
    }

    private static void setTopics(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        ctl.banner("Setting topic permissions on \"" + arguments.get(1) + '"'
                + inVhost(ctl).formatted(name));
        Verbs.requireUser(ctl, name);
        ctl.client()
                .put(
                        ManagementClient.path("topic-permissions", ctl.vhost, name),
                        Map.of("exchange", arguments.get(1), "write", arguments.get(2), "read", arguments.get(3)));
    }

    private static void clearTopics(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        boolean one = arguments.size() > 1;
        ctl.banner("Clearing topic permissions" + (one ? " on \"" + arguments.get(1) + '"' : "")
                + inVhost(ctl).formatted(name));
        Verbs.requireUser(ctl, name);
        Verbs.deleteIfThere(
                ctl,
                ManagementClient.path("topic-permissions", ctl.vhost, name)
                        + (one ? "?exchange=" + ManagementClient.encoded(arguments.get(1)) : ""));
    }

    private static void setLimits(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        ctl.banner("Setting user limits to \"" + arguments.get(1) + "\" for user \"" + name + "\" ...");
        JsonNode limits = Verbs.json(arguments.get(1));
        Verbs.requireUser(ctl, name);
        limits.properties().forEach(limit -> {
            if (!LIMITS.contains(limit.getKey())) {
                throw new CtlException(
                        CtlException.UNAVAILABLE,
                        "Error:\nUnrecognised terms [" + limit.getKey() + "] in user-limits: known are "
                                + String.join(", ", LIMITS));
            }
        });
        limits.properties()
                .forEach(limit -> ctl.client()
                        .put(
                                ManagementClient.path("user-limits", name, limit.getKey()),
                                Map.of("value", limit.getValue())));
    }

    private static void clearLimits(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        String limit = arguments.get(1);
        boolean all = limit.equals("all");
        ctl.banner("Clearing " + (all ? "all limits" : '"' + limit + "\" limit") + " for user \"" + name + "\" ...");
        Verbs.requireUser(ctl, name);
        (all ? LIMITS : List.of(limit))
                .forEach(one -> ctl.client().delete(ManagementClient.path("user-limits", name, one)));
    }

    private static void limits(CtlCommand ctl, List<String> arguments) {
        if (ctl.global) {
            ctl.banner("Listing limits for all users ...");
            ctl.print(Listings.USER_LIMITS.rows(ctl, arguments));
            return;
        }
        ctl.banner("Listing limits for user \"" + ctl.user + "\" ...");
        Verbs.requireUser(ctl, ctl.user);
        JsonNode limits = ctl.client().get(ManagementClient.path("user-limits", ctl.user));
        ctl.console()
                .print((limits.isEmpty() ? "{}" : limits.get(0).path("value").toString()) + "\n");
    }
}
