package io.jumpmq.session;

import io.jumpmq.broker.message.MessageFormat;
import java.util.List;

/**
 * A protocol that clients may speak on the server's ports. What a client sends first is eight bytes that name the protocol, as
 * all versions of AMQP have it; they choose who makes the connection. Any thread.
 */
public interface Protocol {
    /** How many bytes a client names its protocol with. */
    int HEADER_BYTES = Long.BYTES;

    /** The name of its version, for the log. */
    String name();

    /** What a client of it sends first, as a big-endian number; the server answers so who speaks nothing that it knows. */
    long header();

    /** Whether a client that begins like this speaks it. */
    default boolean recognizes(long header) {
        return header == header();
    }

    /** How messages of its clients may be encoded; none if it carries no messages. */
    List<MessageFormat> formats();

    /**
     * The connection of a client that speaks it. On the connection's loop.
     *
     * @param header what the client has begun with, which the connection is not given again
     */
    Connection open(long header, ConnectionContext context);
}
