package io.jumpmq.session.amqp091;

/** What a channel owes its client for what it publishes and settles. */
sealed interface ChannelMode permits ChannelMode.Plain, ConfirmMode, TransactionMode {
    /** Nothing. */
    enum Plain implements ChannelMode {
        PLAIN
    }

    /** The channel ends: what has not happened never will. */
    default void close() {}
}
