package io.jumpmq.broker.queue;

/** Why a queue has outlived its use. */
public enum UnusedReason {
    /** It is an auto-delete queue, and its last consumer has gone. */
    LAST_CONSUMER_GONE,
    /** Nobody consumed from it, got from it or declared it again for as long as {@code x-expires} allows. */
    EXPIRED
}
