package io.jumpmq.broker;

/** A recorded change of the catalog cannot be made again. */
public final class RecoveryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int number;

    RecoveryException(int number, RuntimeException reason) {
        super(reason.getMessage(), reason);
        this.number = number;
    }

    /** Which change it was, from 1 on. */
    public int number() {
        return number;
    }
}
