package io.jumpmq.broker;

/** The catalog that was recorded makes no sense; the message names the change. */
public final class RecoveryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RecoveryException(int number, RuntimeException reason) {
        super(
                "The recorded catalog makes no sense at change " + number + ": " + reason.getMessage()
                        + ". Nothing was changed: look at the directory with 'jumpmq store check', or put a backup of it in"
                        + " its place.",
                reason);
    }
}
