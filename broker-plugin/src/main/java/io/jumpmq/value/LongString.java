package io.jumpmq.value;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A long string in a table: bytes, most often text. */
public final class LongString {
    private final byte[] bytes;

    /** Wraps the bytes, which nobody may change any more. */
    public LongString(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The bytes themselves, not a copy. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LongString that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The bytes as UTF-8. */
    @Override
    public String toString() {
        return new String(bytes, UTF_8);
    }
}
