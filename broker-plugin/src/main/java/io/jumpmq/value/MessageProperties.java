package io.jumpmq.value;

import org.jspecify.annotations.Nullable;

/**
 * What a publisher says of a message beside its key and its body, in whichever protocol; null where it says nothing.
 *
 * @param deliveryMode 2: persistent
 * @param expiration in milliseconds, as decimal text
 * @param timestamp seconds since 1970
 */
public record MessageProperties(
        @Nullable String contentType,
        @Nullable String contentEncoding,
        @Nullable FieldTable headers,
        @Nullable Integer deliveryMode,
        @Nullable Integer priority,
        @Nullable String correlationId,
        @Nullable String replyTo,
        @Nullable String expiration,
        @Nullable String messageId,
        @Nullable Long timestamp,
        @Nullable String type,
        @Nullable String userId,
        @Nullable String appId,
        @Nullable String clusterId) {
    /** No properties at all. */
    public static final MessageProperties NONE = ofHeaders(null);

    /** Headers alone. */
    public static MessageProperties ofHeaders(@Nullable FieldTable headers) {
        return new MessageProperties(
                null, null, headers, null, null, null, null, null, null, null, null, null, null, null);
    }
}
