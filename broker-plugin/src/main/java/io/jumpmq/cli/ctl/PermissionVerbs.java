package io.jumpmq.cli.ctl;

import io.jumpmq.cli.http.ManagementClient;
import java.util.List;
import java.util.Map;

/** The verbs about what users may do. */
final class PermissionVerbs {
    private PermissionVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put("list_permissions", Listings.PERMISSIONS.verb("list_permissions", 0));
        all.put("list_user_permissions", Listings.USER_PERMISSIONS.verb("list_user_permissions <username>", 1));
        all.put(
                "set_permissions",
                new Verb(
                        "set_permissions <username> <configure> <write> <read>",
                        4,
                        4,
                        PermissionVerbs::setPermissions));
        all.put("clear_permissions", new Verb("clear_permissions <username>", 1, 1, PermissionVerbs::clearPermissions));
        all.put(
                "set_topic_permissions",
                new Verb(
                        "set_topic_permissions <username> <exchange> <write> <read>",
                        4,
                        4,
                        PermissionVerbs::setTopics));
        all.put(
                "clear_topic_permissions",
                new Verb("clear_topic_permissions <username> [<exchange>]", 1, 2, PermissionVerbs::clearTopics));
        all.put("list_topic_permissions", Listings.TOPIC_PERMISSIONS.verb("list_topic_permissions", 0));
        all.put(
                "list_user_topic_permissions",
                Listings.USER_TOPIC_PERMISSIONS.verb("list_user_topic_permissions <username>", 1));
    }

    private static String inVhost(CtlCommand ctl) {
        return " for user \"%s\" in vhost \"" + ctl.vhost + "\" ...";
    }

    private static void setPermissions(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        ctl.banner("Setting permissions for user \"" + name + "\" in vhost \"" + ctl.vhost + "\" ...");
        UserVerbs.require(ctl, name);
        ctl.client()
                .put(
                        ManagementClient.path("permissions", ctl.vhost, name),
                        Map.of("configure", arguments.get(1), "write", arguments.get(2), "read", arguments.get(3)));
    }

    private static void clearPermissions(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Clearing permissions for user \"" + arguments.get(0) + "\" in vhost \"" + ctl.vhost + "\" ...");
        UserVerbs.require(ctl, arguments.get(0));
        ctl.deleteIfThere(ManagementClient.path("permissions", ctl.vhost, arguments.get(0)));
    }

    private static void setTopics(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        ctl.banner("Setting topic permissions on \"" + arguments.get(1) + '"'
                + inVhost(ctl).formatted(name));
        UserVerbs.require(ctl, name);
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
        UserVerbs.require(ctl, name);
        ctl.deleteIfThere(ManagementClient.path("topic-permissions", ctl.vhost, name)
                + (one ? "?exchange=" + ManagementClient.encoded(arguments.get(1)) : ""));
    }
}
