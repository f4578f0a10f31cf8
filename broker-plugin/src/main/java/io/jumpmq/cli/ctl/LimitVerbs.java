package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.http.ManagementClient;
import java.util.List;
import java.util.Map;

/** The verbs about limits of users and of virtual hosts. */
final class LimitVerbs {
    private static final List<String> OF_USERS = List.of("max-connections", "max-channels");
    private static final List<String> OF_VHOSTS = List.of("max-connections", "max-queues");

    private LimitVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put("set_vhost_limits", new Verb("set_vhost_limits <definition>", 1, 1, LimitVerbs::setVhostLimits));
        all.put("clear_vhost_limits", new Verb("clear_vhost_limits", 0, 0, LimitVerbs::clearVhostLimits));
        all.put("list_vhost_limits", new Verb("list_vhost_limits", 0, 0, LimitVerbs::listVhostLimits));
        all.put(
                "set_user_limits",
                new Verb("set_user_limits <username> <definition>", 2, 2, LimitVerbs::setUserLimits));
        all.put(
                "clear_user_limits",
                new Verb("clear_user_limits <username> <limit | all>", 2, 2, LimitVerbs::clearUserLimits));
        all.put(
                "list_user_limits",
                new Verb("list_user_limits [--user <username> | --global]", 0, 0, LimitVerbs::listUserLimits));
    }

    private static void setVhostLimits(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Setting vhost limits to \"" + arguments.get(0) + "\" for vhost \"" + ctl.vhost + "\" ...");
        JsonArgument.object(arguments.get(0))
                .properties()
                .forEach(limit -> ctl.client()
                        .put(
                                ManagementClient.path("vhost-limits", ctl.vhost, limit.getKey()),
                                Map.of("value", limit.getValue())));
    }

    private static void clearVhostLimits(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Clearing vhost \"" + ctl.vhost + "\" limits ...");
        for (String limit : OF_VHOSTS) {
            ctl.client().delete(ManagementClient.path("vhost-limits", ctl.vhost, limit));
        }
    }

    private static void listVhostLimits(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Listing limits for vhost \"" + ctl.vhost + "\" ...");
        JsonNode limits = ctl.client().get(ManagementClient.path("vhost-limits", ctl.vhost));
        print(ctl, limits);
    }

    private static void setUserLimits(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        ctl.banner("Setting user limits to \"" + arguments.get(1) + "\" for user \"" + name + "\" ...");
        JsonNode limits = JsonArgument.object(arguments.get(1));
        UserVerbs.require(ctl, name);
        limits.properties().forEach(limit -> {
            if (!OF_USERS.contains(limit.getKey())) {
                throw new CtlException(
                        CtlException.UNAVAILABLE,
                        "Error:\nUnrecognised terms [" + limit.getKey() + "] in user-limits: known are "
                                + String.join(", ", OF_USERS));
            }
        });
        limits.properties()
                .forEach(limit -> ctl.client()
                        .put(
                                ManagementClient.path("user-limits", name, limit.getKey()),
                                Map.of("value", limit.getValue())));
    }

    private static void clearUserLimits(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        String limit = arguments.get(1);
        boolean all = limit.equals("all");
        ctl.banner("Clearing " + (all ? "all limits" : '"' + limit + "\" limit") + " for user \"" + name + "\" ...");
        UserVerbs.require(ctl, name);
        (all ? OF_USERS : List.of(limit))
                .forEach(one -> ctl.client().delete(ManagementClient.path("user-limits", name, one)));
    }

    private static void listUserLimits(CtlCommand ctl, List<String> arguments) {
        if (ctl.global) {
            ctl.banner("Listing limits for all users ...");
            ctl.print(Listings.USER_LIMITS.rows(ctl, arguments));
            return;
        }
        ctl.banner("Listing limits for user \"" + ctl.user + "\" ...");
        UserVerbs.require(ctl, ctl.user);
        JsonNode limits = ctl.client().get(ManagementClient.path("user-limits", ctl.user));
        print(ctl, limits);
    }

    private static void print(CtlCommand ctl, JsonNode limits) {
        ctl.console()
                .print((limits.isEmpty() ? "{}" : limits.get(0).path("value").toString()) + "\n");
    }
}
