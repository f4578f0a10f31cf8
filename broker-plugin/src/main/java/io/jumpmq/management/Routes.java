package io.jumpmq.management;

import io.undertow.server.HttpHandler;
import io.undertow.server.RoutingHandler;
import io.undertow.util.Methods;
import java.util.function.Function;

/** Which request is answered by what. Paths are templates below {@code /api}, as {@code /queues/{vhost}/{name}}. */
final class Routes {
    private static final String API = "/api";

    private final RoutingHandler handler = new RoutingHandler(false);
    private final Function<Function<Call, Answer>, HttpHandler> shell;

    /** Routes whose answers {@code shell} fetches and sends. */
    Routes(Function<Function<Call, Answer>, HttpHandler> shell) {
        this.shell = shell;
    }

    Routes get(String path, Function<Call, Answer> answer) {
        handler.add(Methods.GET, API + path, shell.apply(answer));
        handler.add(Methods.HEAD, API + path, shell.apply(answer));
        return this;
    }

    Routes put(String path, Function<Call, Answer> answer) {
        handler.add(Methods.PUT, API + path, shell.apply(answer));
        return this;
    }

    Routes post(String path, Function<Call, Answer> answer) {
        handler.add(Methods.POST, API + path, shell.apply(answer));
        return this;
    }

    Routes delete(String path, Function<Call, Answer> answer) {
        handler.add(Methods.DELETE, API + path, shell.apply(answer));
        return this;
    }

    RoutingHandler handler() {
        return handler;
    }
}
