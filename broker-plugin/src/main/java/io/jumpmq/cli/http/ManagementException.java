package io.jumpmq.cli.http;

/** The broker could not be reached, or has refused; the message says what to do next. */
public final class ManagementException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Of requests that were never answered. */
    public static final int NO_ANSWER = 0;

    private final int status;

    /**
     * A failure.
     *
     * @param status the HTTP status, or {@link #NO_ANSWER}
     */
    public ManagementException(int status, String message) {
        super(message);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
