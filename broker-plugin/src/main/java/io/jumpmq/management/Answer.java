package io.jumpmq.management;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request is answered with.
 *
 * @param document written as JSON; null: nothing
 * @param headers beside the usual ones
 */
record Answer(int status, @Nullable Object document, Map<String, String> headers) {
    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int NO_CONTENT = 204;
    private static final int UNAVAILABLE = 503;

    static Answer of(Object document) {
        return new Answer(OK, document, Map.of());
    }

    /** 201 if something was made, else 204. */
    static Answer put(boolean made) {
        return made ? created() : done();
    }

    static Answer created() {
        return new Answer(CREATED, null, Map.of());
    }

    static Answer done() {
        return new Answer(NO_CONTENT, null, Map.of());
    }

    /** A check has failed. */
    static Answer unhealthy(Object document) {
        return new Answer(UNAVAILABLE, document, Map.of());
    }
}
