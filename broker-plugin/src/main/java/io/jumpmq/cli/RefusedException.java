package io.jumpmq.cli;

/** A broker that was asked over AMQP cannot be reached, or has refused: printed as one line, exit code 3. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
        super(message);
    }
}
