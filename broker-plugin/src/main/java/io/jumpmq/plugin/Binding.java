package io.jumpmq.plugin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One binding of an exchange. Two are equal when destination, key and arguments are. */
public interface Binding {
    Destination destination();

    /** At most 255 bytes in UTF-8. */
    String key();

    /** In their order. Made from what the client sent at each call: to be kept rather than asked for at each message. */
    Map<String, @Nullable Object> arguments();
}
