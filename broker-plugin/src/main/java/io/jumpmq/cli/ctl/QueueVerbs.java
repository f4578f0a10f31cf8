package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.http.ManagementClient;
import io.jumpmq.cli.http.ManagementException;
import java.util.List;
import java.util.Map;

/** The verbs about queues. */
final class QueueVerbs {
    private QueueVerbs() {}

    static void addTo(Map<String, Verb> all) {
        all.put("list_queues", Listings.QUEUES.verb("list_queues [<column>, ...]", 0));
        all.put("purge_queue", new Verb("purge_queue <queue>", 1, 1, QueueVerbs::purgeQueue));
        all.put(
                "delete_queue",
                new Verb("delete_queue [--if-empty] [--if-unused] <queue>", 1, 1, QueueVerbs::deleteQueue));
    }

    private static void purgeQueue(CtlCommand ctl, List<String> arguments) {
        ctl.banner("Purging queue '" + arguments.get(0) + "' in vhost '" + ctl.vhost + "' ...");
        try {
            ctl.client().delete(ManagementClient.path("queues", ctl.vhost, arguments.get(0), "contents"));
        } catch (ManagementException e) {
            throw e.isNotFound() ? new CtlException(CtlException.UNAVAILABLE, "Error:\nnot_found") : e;
        }
    }

    private static void deleteQueue(CtlCommand ctl, List<String> arguments) {
        String name = arguments.get(0);
        ctl.banner("Deleting queue '" + name + "' on vhost '" + ctl.vhost + "' "
                + (ctl.ifEmpty ? "if queue is empty " : "") + (ctl.ifUnused ? "if queue is unused " : "") + "...");
        try {
            JsonNode queue = ctl.client().get(ManagementClient.path("queues", ctl.vhost, name));
            ctl.client()
                    .delete(ManagementClient.path("queues", ctl.vhost, name) + "?if-empty=" + ctl.ifEmpty
                            + "&if-unused=" + ctl.ifUnused);
            ctl.say("Queue was successfully deleted with "
                    + queue.path("messages_ready").asLong() + " ready messages");
        } catch (ManagementException e) {
            throw e.isNotFound() ? new CtlException(CtlException.USAGE, "Error:\nQueue not found") : e;
        }
    }
}
