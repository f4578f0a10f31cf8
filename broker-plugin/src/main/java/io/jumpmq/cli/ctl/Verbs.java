package io.jumpmq.cli.ctl;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All verbs, by name. */
final class Verbs {
    private static final int ANY_NUMBER = 64;

    static final Map<String, Verb> ALL = all();

    private Verbs() {}

    private static Map<String, Verb> all() {
        Map<String, Verb> all = new TreeMap<>();
        UserVerbs.addTo(all);
        PermissionVerbs.addTo(all);
        LimitVerbs.addTo(all);
        VhostVerbs.addTo(all);
        PolicyVerbs.addTo(all);
        QueueVerbs.addTo(all);
        ExchangeVerbs.addTo(all);
        ConnectionVerbs.addTo(all);
        DefinitionVerbs.addTo(all);
        GlobalVerbs.addTo(all);
        NodeVerbs.addTo(all);
        StatusVerbs.addTo(all);
        CheckVerbs.addTo(all);
        all.put("list_parameters", Listings.PARAMETERS.verb("list_parameters", 0));
        for (String verb : List.of(
                "stop",
                "reset",
                "force_reset",
                "join_cluster",
                "forget_cluster_node",
                "eval",
                "shutdown",
                "sync_queue",
                "set_parameter",
                "clear_parameter")) {
            all.put(verb, new Verb(verb, 0, ANY_NUMBER, (ctl, args) -> {
                throw new CtlException(
                        CtlException.SOFTWARE, "Error:\n'" + verb + "' has no meaning for JumpMQ" + instead(verb));
            }));
        }
        return all;
    }

    private static String instead(String verb) {
        return switch (verb) {
            case "stop", "shutdown" -> ": stop the process with SIGTERM";
            default -> "";
        };
    }

    static String help() {
        StringBuilder text = new StringBuilder("Usage: jumpmq ctl [OPTIONS] VERB [ARGUMENTS]\n\n");
        ALL.forEach((name, verb) -> {
            if (verb.max() != ANY_NUMBER || name.startsWith("list_")) {
                text.append("  ").append(verb.usage()).append('\n');
            }
        });
        return text.append("\n'jumpmq ctl --help' tells the options.\n").toString();
    }
}
