package io.jumpmq.broker.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A routing key as a map's key. */
@SuppressWarnings("ArrayRecordComponent") // Compared by content below.
record KeyBytes(byte[] bytes, int hash) {
    KeyBytes(byte[] bytes) {
        this(bytes, Arrays.hashCode(bytes));
    }

    static KeyBytes of(String key) {
        return new KeyBytes(key.getBytes(UTF_8));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyBytes that && hash == that.hash && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
