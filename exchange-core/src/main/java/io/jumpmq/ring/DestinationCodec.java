package io.jumpmq.ring;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** How a destination is written into a snapshot. Equal destinations, and only they, have equal bytes. */
public interface DestinationCodec<D> {
    /** Destinations that are names: UTF-8. Half characters are refused: replacing them would make two names one. */
    DestinationCodec<String> TEXT = new DestinationCodec<>() {
        @Override
        public byte[] encode(String destination) {
            byte[] bytes = destination.getBytes(StandardCharsets.UTF_8);
            if (!new String(bytes, StandardCharsets.UTF_8).equals(destination)) {
                throw new IllegalArgumentException("a name that is not Unicode text");
            }
            return bytes;
        }

        @Override
        public String decode(byte[] bytes) {
            String destination = new String(bytes, StandardCharsets.UTF_8);
            if (!Arrays.equals(destination.getBytes(StandardCharsets.UTF_8), bytes)) {
                throw new IllegalArgumentException("a name that is not UTF-8");
            }
            return destination;
        }
    };

    /**
     * The destination's bytes.
     *
     * @throws IllegalArgumentException when it cannot be written
     */
    byte[] encode(D destination);

    /**
     * The destination with these bytes.
     *
     * @throws IllegalArgumentException when there is none
     */
    D decode(byte[] bytes);
}
