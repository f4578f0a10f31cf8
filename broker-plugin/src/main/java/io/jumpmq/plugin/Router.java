package io.jumpmq.plugin;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The bindings of one exchange, and the way of messages through it. {@link io.jumpmq.plugin} says which threads call what. */
public interface Router {
    /**
     * Whether a binding can be made, before it is. Changes nothing.
     *
     * @throws RefusedException when not
     */
    default void validate(Binding binding) {}

    /** Makes a binding that is not there yet. What {@link #validate} has let pass must succeed. */
    void bind(Binding binding);

    /** Takes a binding away that is there: a client wants it, or its destination goes. Must succeed. */
    void unbind(Binding binding);

    /**
     * Adds where a message goes. Any thread.
     *
     * @param routingKey the message's own, or one of those that its CC and BCC headers add: it is asked for each of them
     * @param found takes destinations; giving it one twice makes no difference
     */
    void route(PublishedMessage message, byte[] routingKey, Consumer<Destination> found);

    /**
     * Whether the answer for a routing key may be used again for the next messages, without asking, until a binding changes:
     * true makes routing cheap. Not for a type that looks at more than the key, or wants to see every message. Always the same.
     */
    default boolean mayRepeat() {
        return false;
    }

    /**
     * Its state, if its bindings in the order in which they were made do not tell it; null if they do.
     *
     * <p>It is kept as it is, and may be read by later versions of the plugin: it should begin with a version of its own.
     */
    default byte @Nullable [] snapshot(DestinationNames names) {
        return null;
    }

    /**
     * Takes on a state in the place of what it has. All bindings that it comes from, and no others, have been made before.
     *
     * @throws IllegalArgumentException when it is none that it knows
     */
    default void restore(byte[] snapshot, DestinationNames names) {
        throw new IllegalArgumentException("this type of exchange has no state but its bindings");
    }
}
