package io.jumpmq.broker.exchange;

import io.jumpmq.broker.message.Message;
import io.jumpmq.ring.DestinationCodec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bindings of one exchange. */
public interface Router {
    /**
     * Whether a binding can be made, before it is. On the catalog's loop.
     *
     * @throws io.jumpmq.value.AmqpException when not
     */
    default void validate(Binding binding) {}

    /** Makes a binding that is not there yet. What {@link #validate} lets pass must succeed. On the catalog's loop. */
    void bind(Binding binding);

    /** Takes a binding away that is there. On the catalog's loop. */
    void unbind(Binding binding);

    /** Whether a destination has one binding at the most, so that a new one takes the place of the one there is. */
    default boolean oneBindingPerDestination() {
        return false;
    }

    /** Adds where a message goes. Any thread. */
    void route(Message message, byte[] routingKey, RouteBuffer<Destination> out);

    /** Whether the answer for a routing key may be used again for the next message, without asking. */
    default boolean mayRepeat() {
        return true;
    }

    /** Its state, if its bindings alone do not tell it; null if they do. On the catalog's loop. */
    default byte @Nullable [] snapshot(DestinationCodec<Destination> names) {
        return null;
    }

    /**
     * Takes on a state.
     *
     * @return the binding keys that it means, by destination
     * @throws IllegalArgumentException when it is none, or a destination is not there
     */
    default Map<Destination, String> restore(byte[] snapshot, DestinationCodec<Destination> names) {
        throw new IllegalArgumentException("this exchange has no state but its bindings");
    }
}
