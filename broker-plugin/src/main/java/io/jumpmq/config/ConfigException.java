package io.jumpmq.config;

/** A setting that makes no sense: where it is, what it says, and what is allowed. Stops the start. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ConfigException(String message) {
        super(message);
    }
}
