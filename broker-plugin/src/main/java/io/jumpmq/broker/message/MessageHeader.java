package io.jumpmq.broker.message;

import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import org.jspecify.annotations.Nullable;

/**
 * What comes before a message's body: its properties, encoded as they came, and of these what the broker looks at for every
 * message, read once. Messages whose properties are equal may share one. Immutable.
 */
public abstract class MessageHeader {
    /** For {@link #expirationMillis}: it does not expire. */
    public static final long NEVER = Long.MAX_VALUE;

    private final byte[] encoded;
    private final boolean persistent;
    private final boolean hasHeaders;
    private final int priority;
    private final long expirationMillis;

    /** A header; nobody may write to the array. */
    protected MessageHeader(
            byte[] encoded, boolean persistent, boolean hasHeaders, int priority, long expirationMillis) {
        this.encoded = encoded;
        this.persistent = persistent;
        this.hasHeaders = hasHeaders;
        this.priority = priority;
        this.expirationMillis = expirationMillis;
    }

    /** How it and its message's body are encoded. */
    public abstract MessageFormat format();

    /** As it came; nobody may write to it. */
    public final byte[] encoded() {
        return encoded;
    }

    /** Whether a durable queue keeps the message over a restart. */
    public final boolean persistent() {
        return persistent;
    }

    /** Whether there are {@link #headers}, which exchanges and CC and BCC may want; to be asked first, for they cost more. */
    public final boolean hasHeaders() {
        return hasHeaders;
    }

    /** 0 if there is none. */
    public final int priority() {
        return priority;
    }

    /** How long the message may wait in a queue; {@link #NEVER} ends it if it does not say. */
    public final long expirationMillis() {
        return expirationMillis;
    }

    /** Seconds since 1970; null if there is none. */
    public abstract @Nullable Long timestamp();

    /** The publisher's own fields; empty if there are none. */
    public abstract FieldTable headers();

    /** All that it says. */
    public abstract MessageProperties properties();

    /** The same with other headers, all else as it came. */
    public abstract MessageHeader withHeaders(FieldTable headers);

    /** The same of a message that does not expire, all else as it came. */
    public abstract MessageHeader withoutExpiration();
}
