package io.jumpmq.cli.ctl;

import io.jumpmq.cli.http.ManagementClient;
import io.jumpmq.cli.http.ManagementException;
import java.util.List;
import java.util.Map;

/** The verbs about virtual hosts. */
final class VhostVerbs {
    private VhostVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put("list_vhosts", Listings.VHOSTS.verb("list_vhosts [<column>, ...]", 0));
        all.put("add_vhost", new Verb("add_vhost <vhost>", 1, 1, VhostVerbs::addVhost));
        all.put("delete_vhost", new Verb("delete_vhost <vhost>", 1, 1, VhostVerbs::deleteVhost));
    }

    private static void addVhost(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Adding vhost \"" + arguments.get(0) + "\" ...");
        ctl.client().put(ManagementClient.path("vhosts", arguments.get(0)), Map.of());
    }

    private static void deleteVhost(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Deleting vhost \"" + arguments.get(0) + "\" ...");
        try {
            ctl.client().delete(ManagementClient.path("vhosts", arguments.get(0)));
        } catch (ManagementException e) {
            throw e.isNotFound()
                    ? new CtlException(CtlException.DATA, "Virtual host '" + arguments.get(0) + "' does not exist")
                    : e;
        }
    }
}
