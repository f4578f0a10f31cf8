package io.jumpmq.broker.queue;

/** Why a message left its queue without having been acknowledged. */
public enum DeathReason {
    /** A consumer refused it and did not want it requeued. */
    REJECTED("rejected"),
    /** Its time to live was over. */
    EXPIRED("expired"),
    /** The queue was full. */
    MAXLEN("maxlen"),
    /** It came back more often than a quorum queue allows. */
    DELIVERY_LIMIT("delivery_limit");

    private final String text;

    DeathReason(String text) {
        this.text = text;
    }

    /** As the {@code x-death} header spells it. */
    public String text() {
        return text;
    }
}
