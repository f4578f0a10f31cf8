package io.jumpmq.session.amqp091;

/**
 * A channel's consumer of direct replies.
 *
 * @param tag in UTF-8
 * @param address what its requests give as reply-to
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record ReplyConsumer(String name, byte[] tag, String address) {}
