package io.jumpmq.session;

/**
 * What the server offers and asks of every connection.
 *
 * @param frameMaxBytes largest frame, in bytes, the eight of its envelope included; 0: no limit
 * @param channelMax most channels; 0: no limit but the protocol's own
 * @param heartbeatSeconds suggested interval; 0: none
 * @param maxMessageBytes largest message body
 * @param handshakeMillis how long a client may take to open its connection
 * @param sendTimeoutMillis a client is closed to which no byte could be sent for so long; 0: never
 * @param consumerTimeoutMillis how long a consumer may take to acknowledge a delivery, where its queue does not say; 0: for
 *     ever
 */
public record ConnectionSettings(
        int frameMaxBytes,
        int channelMax,
        int heartbeatSeconds,
        long maxMessageBytes,
        long handshakeMillis,
        long sendTimeoutMillis,
        long consumerTimeoutMillis) {
    /** The smallest frame size that the protocol allows to agree on. */
    public static final int FRAME_MIN_BYTES = 4096;

    /** RabbitMQ's defaults. */
    public static final ConnectionSettings DEFAULT =
            new ConnectionSettings(131_072, 2047, 60, 16 << 20, 10_000, 30_000, 1_800_000);

    public ConnectionSettings {
        if (frameMaxBytes != 0 && frameMaxBytes < FRAME_MIN_BYTES) {
            throw new IllegalArgumentException(
                    "frame_max must be 0 or at least " + FRAME_MIN_BYTES + ", not " + frameMaxBytes);
        }
        if (channelMax < 0 || channelMax > 65_535) {
            throw new IllegalArgumentException("channel_max must be from 0 to 65535, not " + channelMax);
        }
        if (heartbeatSeconds < 0 || heartbeatSeconds > 65_535) {
            throw new IllegalArgumentException("heartbeat must be from 0 to 65535 seconds, not " + heartbeatSeconds);
        }
        if (maxMessageBytes < 1 || maxMessageBytes > 512L << 20) {
            throw new IllegalArgumentException(
                    "max_message_size must be from 1 to 536870912 bytes, not " + maxMessageBytes);
        }
        if (handshakeMillis < 1) {
            throw new IllegalArgumentException("handshake_timeout must be at least 1 ms, not " + handshakeMillis);
        }
        if (sendTimeoutMillis < 0) {
            throw new IllegalArgumentException("send_timeout must be 0 or more ms, not " + sendTimeoutMillis);
        }
        if (consumerTimeoutMillis < 0) {
            throw new IllegalArgumentException("consumer_timeout must not be negative: " + consumerTimeoutMillis);
        }
    }
}
