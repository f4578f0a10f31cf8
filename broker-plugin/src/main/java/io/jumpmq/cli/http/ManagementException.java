package io.jumpmq.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

/** The broker could not be reached, or has refused; the message says what to do next. */
public final class ManagementException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Of requests that were never answered. */
    public static final int NO_ANSWER = 0;

    private static final int NOT_FOUND = 404;
    private static final String PLAINLY = "Not Found";

    private final int status;
    private final transient JsonNode document;

    /**
     * A failure.
     *
     * @param status the HTTP status, or {@link #NO_ANSWER}
     * @param document what was answered; a missing node when that was nothing, or no JSON
     */
    public ManagementException(int status, String message, JsonNode document) {
        super(message);
        this.status = status;
        this.document = document;
    }

    /** Nobody has answered, or not a broker. */
    static ManagementException withoutAnswer(String message) {
        return new ManagementException(NO_ANSWER, message, MissingNode.getInstance());
    }

    public int status() {
        return status;
    }

    /** Whether the path leads to nothing, and the answer says no more than that. */
    public boolean isNotFound() {
        return status == NOT_FOUND && document.path("reason").asText(PLAINLY).equals(PLAINLY);
    }

    /** What was answered; a missing node when that was nothing, or no JSON. */
    public JsonNode document() {
        return document;
    }
}
