package io.jumpmq.broker.queue;

/**
 * What a queue asks of its broker. Called on the queue's loop, in the middle of the queue's work: take note and return;
 * whatever is wanted of the queue in answer has to wait until its call has ended.
 */
public interface QueueOutput {
    /**
     * A message has left the queue and is to be published to the dead-letter exchange; called only if the queue has
     * one. Answered with {@link MessageQueue#deadLettered} once the dead letter is as safe as the message was (or has
     * nowhere to go): until then the log keeps the original, so that a crash in between loses nothing. If dead letters must
     * not get lost, one that has nowhere to go, or that a queue refused, is answered with {@link
     * MessageQueue#deadLetterFailed}, and this is called again after a while.
     */
    void deadLetter(QueueEntry entry, DeathReason reason);

    /** A message has died, whatever becomes of it. For those who count. */
    default void died(DeathReason reason) {}

    /**
     * Whether there is memory for more messages from the log, although consumers hold many already. If not,
     * {@link MessageQueue#tick} is to be called when it may be asked again.
     */
    default boolean mayLoad() {
        return true;
    }

    /** The queue should be deleted. Said once each time it falls out of use; it works on until it is deleted. */
    void unused(UnusedReason reason);
}
