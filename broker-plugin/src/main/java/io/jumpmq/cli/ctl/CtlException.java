package io.jumpmq.cli.ctl;

/** A verb that has failed: what is said, and the exit code, which is rabbitmqctl's (those of sysexits.h). */
final class CtlException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    static final int USAGE = 64;
    static final int DATA = 65;
    static final int NO_USER = 67;
    static final int UNAVAILABLE = 69;
    static final int SOFTWARE = 70;
    static final int TIMEOUT = 75;

    private final int code;

    CtlException(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    static CtlException usage(String message) {
        return new CtlException(USAGE, "Error (argument validation): " + message);
    }

    int code() {
        return code;
    }
}
