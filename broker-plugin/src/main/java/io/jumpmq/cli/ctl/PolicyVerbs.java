package io.jumpmq.cli.ctl;

import io.jumpmq.cli.http.ManagementClient;
import io.jumpmq.cli.http.ManagementException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The verbs about policies. */
final class PolicyVerbs {
    private PolicyVerbs() {}

    static void addTo(Map<String, Verb> all) {
        String policy = " [--priority <priority>] [--apply-to <apply-to>] <name> <pattern> <definition>";
        all.put("list_policies", Listings.POLICIES.verb("list_policies", 0));
        all.put("list_operator_policies", Listings.OPERATOR_POLICIES.verb("list_operator_policies", 0));
        all.put("set_policy", new Verb("set_policy" + policy, 3, 3, (ctl, args) -> setPolicy(ctl, args, false)));
        all.put(
                "set_operator_policy",
                new Verb("set_operator_policy" + policy, 3, 3, (ctl, args) -> setPolicy(ctl, args, true)));
        all.put("clear_policy", new Verb("clear_policy <name>", 1, 1, (ctl, args) -> clearPolicy(ctl, args, false)));
        all.put(
                "clear_operator_policy",
                new Verb("clear_operator_policy <name>", 1, 1, (ctl, args) -> clearPolicy(ctl, args, true)));
    }

    private static void setPolicy(CtlCommand ctl, List<String> arguments, boolean operator) {
        ctl.banner(ctl.line(
                "Setting %s \"%s\" for pattern \"%s\" to \"%s\" with priority \"%d\" for vhost \"%s\" ...",
                operator ? "operator policy override" : "policy",
                arguments.get(0),
                arguments.get(1),
                arguments.get(2),
                ctl.priority,
                ctl.vhost));
        Map<String, Object> policy = new LinkedHashMap<>();
        policy.put("pattern", arguments.get(1));
        policy.put("definition", JsonArgument.object(arguments.get(2)));
        policy.put("priority", ctl.priority);
        policy.put("apply-to", ctl.applyTo);
        ctl.client()
                .put(
                        ManagementClient.path(operator ? "operator-policies" : "policies", ctl.vhost, arguments.get(0)),
                        policy);
    }

    private static void clearPolicy(CtlCommand ctl, List<String> arguments, boolean operator) {
        ctl.banner(ctl.line(
                "Clearing %s \"%s\" on vhost \"%s\" ...",
                operator ? "operator policy" : "policy", arguments.get(0), ctl.vhost));
        try {
            ctl.client()
                    .delete(ManagementClient.path(
                            operator ? "operator-policies" : "policies", ctl.vhost, arguments.get(0)));
        } catch (ManagementException e) {
            throw e.isNotFound() ? new CtlException(CtlException.DATA, "Error:\nParameter does not exist") : e;
        }
    }
}
