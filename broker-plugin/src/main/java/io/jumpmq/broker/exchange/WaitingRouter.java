package io.jumpmq.broker.exchange;

import io.jumpmq.plugin.Destination;
import io.jumpmq.plugin.DestinationNames;
import io.jumpmq.plugin.PublishedMessage;
import io.jumpmq.plugin.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * In the place of a router whose type is not there: its plugin is missing. Routes nothing, and keeps all that the router will
 * have to know when it is back.
 */
public final class WaitingRouter implements Router {
    private byte @Nullable [] state;
    private final List<KeptState.Step> since = new ArrayList<>();

    @Override
    public void bind(io.jumpmq.plugin.Binding binding) {
        since.add(new KeptState.Step(true, (Binding) binding));
    }

    @Override
    public void unbind(io.jumpmq.plugin.Binding binding) {
        since.add(new KeptState.Step(false, (Binding) binding));
    }

    @Override
    public void route(PublishedMessage message, byte[] routingKey, Consumer<Destination> found) {}

    @Override
    public boolean mayRepeat() {
        return true;
    }

    @Override
    public byte[] snapshot(DestinationNames names) {
        return new KeptState(state, since).encode(names);
    }

    @Override
    public void restore(byte[] snapshot, DestinationNames names) {
        KeptState kept = KeptState.decode(snapshot, names);
        state = kept.state();
        since.clear();
        since.addAll(kept.since());
    }
}
