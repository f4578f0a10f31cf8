package io.jumpmq.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file could not be made or replaced, mostly for want of room; everything is as it was before. */
final class NotWrittenException extends IOException {
    private static final long serialVersionUID = 1L;

    NotWrittenException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
