package io.jumpmq.ring;

import java.nio.charset.StandardCharsets;

/** How a destination is written into a snapshot. Equal destinations, and only they, have equal bytes. */
public interface DestinationCodec<D> {
    /** Destinations that are names: UTF-8. */
    DestinationCodec<String> TEXT = new DestinationCodec<>() {
        @Override
        public byte[] encode(String destination) {
            return destination.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    };

    /** The destination's bytes. */
    byte[] encode(D destination);

    /**
     * The destination with these bytes.
     *
     * @throws IllegalArgumentException when there is none
     */
    D decode(byte[] bytes);
}
