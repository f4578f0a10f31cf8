package io.jumpmq.broker.queue;

import io.jumpmq.broker.message.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a log has to say to a queue. Called on any thread. */
public interface LogListener {
    /** Everything persistent up to and including this position is durable. */
    void durable(long position);

    /** What was asked for with {@link MessageLog#load}. */
    void loaded(Loaded loaded);

    /**
     * Some entries as the log has them.
     *
     * @param ticket the one of the call
     * @param messages by position
     * @param unreadable those among them that cannot be read any more; without any of either, there are no more
     * @param stops whether the queue is to deliver nothing behind the unreadable one
     */
    record Loaded(int ticket, List<Stored> messages, List<Unreadable> unreadable, boolean stops) {
        /** All could be read. */
        public Loaded(int ticket, List<Stored> messages) {
            this(ticket, messages, List.of(), false);
        }
    }

    /**
     * An entry that the log cannot read any more.
     *
     * @param died whether it was told to have died
     */
    record Unreadable(long position, int bodyBytes, boolean died) {}

    /**
     * One of them.
     *
     * @param deliveryCount how often it was told to have come back
     * @param death why it died, if it was told to have died
     */
    record Stored(
            long position,
            Message message,
            long expiresAtMillis,
            int deliveryCount,
            @Nullable DeathReason death) {}

    /** One that died and is kept until its dead letter is safe. */
    record Died(long position, int bodyBytes) {}

    /**
     * What a log has of a queue when it is opened.
     *
     * @param first position of the first entry; -1: there is none
     * @param last position of the last one
     * @param count how many there are that did not die
     * @param bytes size of their bodies
     * @param seen entries up to this position may have been delivered before
     * @param dead those that died
     */
    record Recovered(long first, long last, int count, long bytes, long seen, List<Died> dead) {
        public static final Recovered NOTHING = new Recovered(-1, -1, 0, 0, -1, List.of());
    }
}
