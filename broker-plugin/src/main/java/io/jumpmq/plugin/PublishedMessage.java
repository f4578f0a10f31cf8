package io.jumpmq.plugin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What routing may look at of a message. All but the routing key is decoded when it is asked for, each time: a router asks
 * once, and only for what it needs.
 */
public interface PublishedMessage {
    /** The message's own routing key in UTF-8, whatever other keys its CC header adds. Nobody may write to the array. */
    byte[] routingKey();

    /** A header's value; null when it is void, or not there. */
    @Nullable Object header(String name);

    /** All headers in their order. */
    Map<String, @Nullable Object> headers();

    @Nullable String messageId();

    @Nullable String correlationId();

    /** When it was made, as its publisher says: in seconds since 1970. */
    @Nullable Long timestamp();
}
