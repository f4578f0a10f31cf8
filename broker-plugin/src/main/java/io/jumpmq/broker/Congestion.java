package io.jumpmq.broker;

/** Why publishers have to wait. */
public enum Congestion {
    /** They need not. */
    NONE(""),
    /** For a moment: the disk has not flushed what came. */
    BUSY(""),
    MEMORY("low on memory"),
    DISK("low on disk");

    private final String reason;

    Congestion(String reason) {
        this.reason = reason;
    }

    /** Whether it may take long, so that clients are told. */
    public boolean isAlarm() {
        return !reason.isEmpty();
    }

    /** What clients are told, as by RabbitMQ. */
    public String reason() {
        return reason;
    }
}
