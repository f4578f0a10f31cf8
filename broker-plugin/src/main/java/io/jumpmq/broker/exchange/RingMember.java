package io.jumpmq.broker.exchange;

import io.jumpmq.metrics.EpochCounter;
import io.jumpmq.plugin.Destination;
import org.jspecify.annotations.Nullable;

/** A destination on a ring, and how many messages went its way. Equal when the destinations are. */
public final class RingMember {
    private final Destination destination;
    private final EpochCounter routed = new EpochCounter();

    /** A member nothing has been routed to. */
    public RingMember(Destination destination) {
        this.destination = destination;
    }

    public Destination destination() {
        return destination;
    }

    /** Messages that went to it, those of earlier epochs among them. */
    public EpochCounter routed() {
        return routed;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RingMember that && destination.equals(that.destination);
    }

    @Override
    public int hashCode() {
        return destination.hashCode();
    }

    @Override
    public String toString() {
        return destination.toString();
    }
}
