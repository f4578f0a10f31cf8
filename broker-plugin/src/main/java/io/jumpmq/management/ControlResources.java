package io.jumpmq.management;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** {@code /ctl}: what the command line does with a node as a whole. For administrators; also while the broker is stopped. */
final class ControlResources {
    private final Control control;
    private final Node node;

    ControlResources(Control control, Node node) {
        this.control = control;
        this.node = node;
    }

    /** What can be asked of a broker that runs. */
    void addTo(Routes routes) {
        routes.get("/ctl/environment", call -> {
                    call.requireAdministrator();
                    return Answer.of(control.settings());
                })
                .put("/ctl/environment/{key}", Call::requireAdministrator, call -> {
                    String value = call.json().requiredText("value");
                    return asked(() -> control.set(call.at("key"), value));
                })
                .post("/ctl/rotate_logs", Call::requireAdministrator, call -> asked(control::rotateLogs));
        addAlways(routes, true);
    }

    /** What can be asked of one that is stopped. */
    void addStoppedTo(Routes routes) {
        routes.get("/whoami", OverviewResources::whoami);
        addAlways(routes, false);
    }

    private void addAlways(Routes routes, boolean running) {
        routes.get("/ctl/state", call -> Answer.of(Map.of("node", node.name(), "running", running)))
                .post("/ctl/stop_app", Call::requireAdministrator, call -> asked(control::stop))
                .post("/ctl/start_app", Call::requireAdministrator, call -> asked(this::start));
    }

    private void start() {
        try {
            control.start();
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw new HttpError(503, "not_started", "the broker did not start: " + e.getMessage());
        }
    }

    private static Answer asked(Runnable action) {
        try {
            action.run();
        } catch (IllegalArgumentException e) {
            throw HttpError.badRequest(String.valueOf(e.getMessage()));
        }
        return Answer.done();
    }
}
