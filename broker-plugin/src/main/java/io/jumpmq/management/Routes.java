package io.jumpmq.management;

import io.undertow.server.HttpHandler;
import io.undertow.server.RoutingHandler;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Which request is answered by what. Paths are templates below {@code /api}, as {@code /queues/{vhost}/{name}}. */
final class Routes {
    /** Of a body that describes one thing. */
    static final int SMALL_BODY = 1 << 20;

    private static final String API = "/api";

    private final RoutingHandler handler = new RoutingHandler(false);
    private final Function<Route, HttpHandler> shell;
    private final List<String> changing = new ArrayList<>();

    /**
     * How a request is answered.
     *
     * @param gate refuses who may not do this, as far as the head of the request tells, before the body is read; cheap
     * @param maxBodyBytes of the body
     * @param cheap whether the answer takes no time worth mentioning and waits for nothing
     * @param changes whether it may change something
     */
    record Route(
            Consumer<Call> gate, int maxBodyBytes, boolean cheap, boolean changes, Function<Call, Answer> answer) {}

    /** Routes whose answers {@code shell} fetches and sends. */
    Routes(Function<Route, HttpHandler> shell) {
        this.shell = shell;
    }

    Routes get(String path, Function<Call, Answer> answer) {
        return add(Methods.GET, path, withoutBody(answer, false, false))
                .add(Methods.HEAD, path, withoutBody(answer, false, false));
    }

    /** What is answered at once, whatever else is being done. */
    Routes check(String path, Function<Call, Answer> answer) {
        return add(Methods.GET, path, withoutBody(answer, true, false))
                .add(Methods.HEAD, path, withoutBody(answer, true, false));
    }

    Routes put(String path, Consumer<Call> gate, Function<Call, Answer> answer) {
        return add(Methods.PUT, path, new Route(gate, SMALL_BODY, false, true, answer));
    }

    Routes post(String path, Consumer<Call> gate, Function<Call, Answer> answer) {
        return add(Methods.POST, path, new Route(gate, SMALL_BODY, false, true, answer));
    }

    /** As {@link #put}, of something that may be large. */
    Routes putLarge(String path, Consumer<Call> gate, Function<Call, Answer> answer) {
        return add(Methods.PUT, path, new Route(gate, HttpThreads.LARGEST_BODY, false, true, answer));
    }

    /** As {@link #post}, of something that may be large. */
    Routes postLarge(String path, Consumer<Call> gate, Function<Call, Answer> answer) {
        return add(Methods.POST, path, new Route(gate, HttpThreads.LARGEST_BODY, false, true, answer));
    }

    /** A question that takes a body, which may be large: as {@link #postLarge}, but nothing changes. */
    Routes ask(String path, Consumer<Call> gate, Function<Call, Answer> answer) {
        return add(Methods.POST, path, new Route(gate, HttpThreads.LARGEST_BODY, false, false, answer));
    }

    Routes delete(String path, Function<Call, Answer> answer) {
        return add(Methods.DELETE, path, withoutBody(answer, false, true));
    }

    /** If there is a body, it is of no use; the answer itself tells who may have it. */
    private static Route withoutBody(Function<Call, Answer> answer, boolean cheap, boolean changes) {
        return new Route(call -> {}, SMALL_BODY, cheap, changes, answer);
    }

    private Routes add(HttpString method, String path, Route route) {
        handler.add(method, API + path, shell.apply(route));
        if (route.changes) {
            changing.add(method + " " + API + path);
        }
        return this;
    }

    /** What changes something: method, space, template of the path. */
    List<String> changing() {
        return List.copyOf(changing);
    }

    RoutingHandler handler() {
        return handler;
    }
}
