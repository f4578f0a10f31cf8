package io.jumpmq.plugin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An exchange that a client wants, or that is made again at a start. */
public interface NewExchange {
    String virtualHost();

    String name();

    /** In their order; those that every exchange may have, such as {@code alternate-exchange}, among them. */
    Map<String, @Nullable Object> arguments();
}
