package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.http.ManagementClient;
import io.jumpmq.cli.http.ManagementException;
import java.util.List;
import java.util.Map;

/** The verbs about what the whole cluster has in common: global parameters, its name, feature flags. */
final class GlobalVerbs {
    private GlobalVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put("list_global_parameters", Listings.GLOBAL_PARAMETERS.verb("list_global_parameters", 0));
        all.put(
                "set_global_parameter",
                new Verb("set_global_parameter <name> <value>", 2, 2, GlobalVerbs::setParameter));
        all.put("clear_global_parameter", new Verb("clear_global_parameter <name>", 1, 1, GlobalVerbs::clearParameter));
        all.put("set_cluster_name", new Verb("set_cluster_name <name>", 1, 1, GlobalVerbs::nameCluster));
        all.put("list_feature_flags", Listings.FEATURE_FLAGS.verb("list_feature_flags [<column>, ...]", 0));
        all.put("enable_feature_flag", new Verb("enable_feature_flag <flag | all>", 1, 1, GlobalVerbs::enableFlag));
    }

    private static void setParameter(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        ctl.banner("Setting global runtime parameter \"" + name + "\" to \"" + arguments.get(1) + "\" ...");
        JsonNode value = JsonArgument.any(arguments.get(1));
        ctl.client().put(ManagementClient.path("global-parameters", name), Map.of("name", name, "value", value));
    }

    private static void clearParameter(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Clearing global runtime parameter \"" + arguments.get(0) + "\" ...");
        try {
            ctl.client().delete(ManagementClient.path("global-parameters", arguments.get(0)));
        } catch (ManagementException e) {
            throw e.isNotFound() ? new CtlException(CtlException.UNAVAILABLE, "Error:\nParameter does not exist") : e;
        }
    }

    private static void nameCluster(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Setting cluster name to " + arguments.get(0) + " ...");
        ctl.client().put(ManagementClient.path("cluster-name"), Map.of("name", arguments.get(0)));
    }

    private static void enableFlag(CtlCommand ctl, List<String> arguments) {
        String flag = arguments.get(0);
        ctl.banner(flag.equals("all") ? "Enabling all feature flags ..." : "Enabling feature flag: " + flag + " ...");
        if (!flag.equals("all")) { // All that there can be are enabled.
            ctl.client().put(ManagementClient.path("feature-flags", flag, "enable"), Map.of());
        }
    }
}
