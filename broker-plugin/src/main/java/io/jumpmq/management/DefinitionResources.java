package io.jumpmq.management;

import io.jumpmq.broker.catalog.VirtualHost;
import java.util.Map;

/** {@code /definitions}: everything but messages, to keep and to bring elsewhere. */
final class DefinitionResources {
    private final Definitions definitions;

    DefinitionResources(Definitions definitions) {
        this.definitions = definitions;
    }

    void addTo(Routes routes) {
        routes.get("/definitions", call -> {
                    call.requireAdministrator();
                    return attached(call, definitions.export());
                })
                .post("/definitions", call -> {
                    call.requireAdministrator();
                    synchronized (definitions) { // One in memory at a time.
                        definitions.load(call.json());
                    }
                    return Answer.done();
                })
                .get("/definitions/{vhost}", call -> {
                    call.requireAdministrator();
                    return attached(call, definitions.export(vhost(call)));
                })
                .post("/definitions/{vhost}", call -> {
                    call.requireAdministrator();
                    synchronized (definitions) {
                        definitions.load(call.json(), call.visibleVhost());
                    }
                    return Answer.done();
                });
    }

    /** One that is not there makes a bad request, as in RabbitMQ: the file is not missing, the question is wrong. */
    private static VirtualHost vhost(Call call) {
        if (call.broker().catalog().vhost(call.at("vhost")) == null) {
            throw HttpError.badRequest("vhost_not_found");
        }
        return call.visibleVhost();
    }

    /** Browsers are to keep it as a file of the name that is asked for. */
    private static Answer attached(Call call, Map<String, ?> document) {
        String name = call.query("download");
        boolean plain = name != null && name.matches("[\\w.-]{1,100}");
        return new Answer(
                200, document, plain ? Map.of("content-disposition", "attachment; filename=" + name) : Map.of());
    }
}
