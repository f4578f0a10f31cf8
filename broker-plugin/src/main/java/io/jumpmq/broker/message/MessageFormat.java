package io.jumpmq.broker.message;

import io.jumpmq.value.MessageProperties;

/**
 * How a protocol encodes messages. The broker keeps them as they came: a client that speaks the same protocol is sent the same
 * bytes, and only for another one are they {@linkplain Message#in converted}, by way of what all formats can say. Any thread.
 */
public interface MessageFormat {
    /** The largest {@link #number}. */
    int MAX_NUMBER = 127;

    /** What the store knows it by, from 0, which is AMQP 0-9-1, to {@link #MAX_NUMBER}; it never changes. */
    int number();

    /** A header that was encoded in this format before, and is well formed. */
    MessageHeader header(byte[] encoded);

    /** A header that says this. */
    MessageHeader header(MessageProperties properties);

    /** What a body of this format carries. */
    default byte[] payload(byte[] body) {
        return body;
    }

    /** A body of this format that carries something. */
    default byte[] body(byte[] payload) {
        return payload;
    }
}
