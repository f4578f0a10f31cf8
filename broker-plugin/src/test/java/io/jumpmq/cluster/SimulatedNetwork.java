package io.jumpmq.cluster;

import io.microraft.model.message.RaftMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Links between nodes, each in one direction: they lose, delay, repeat and reorder messages, and can be cut. What is sent into
 * a cut link is lost, or waits until it is mended, as it does in the buffers of a connection that stays open.
 */
final class SimulatedNetwork {
    /** One direction between two nodes. */
    private record Link(NodeName from, NodeName to) {}

    /** Messages of an {@code ordered} network do not overtake each other; a {@code waiting} one keeps those of a cut link. */
    record Kind(boolean ordered, boolean waiting) {}

    /** How bad it is. Delays are up to {@code delayMillis}, those of stalled messages up to {@code stallMillis}. */
    record Weather(double loss, double repeats, int delayMillis, double stalls, int stallMillis) {
        static final Weather FAIR = new Weather(0, 0, 3, 0, 0);
    }

    private final SimulatedTime time;
    private final SplittableRandom random;
    private final Kind kind;
    private final Map<NodeName, Consumer<RaftMessage>> receivers = new HashMap<>();
    private final Set<Link> cut = new LinkedHashSet<>();
    private final Map<Link, List<RaftMessage>> held = new LinkedHashMap<>();
    private final Map<Link, Long> lastArrival = new HashMap<>();
    private Weather weather = Weather.FAIR;

    SimulatedNetwork(SimulatedTime time, SplittableRandom random, Kind kind) {
        this.time = time;
        this.random = random;
        this.kind = kind;
    }

    void attach(NodeName node, Consumer<RaftMessage> receiver) {
        receivers.put(node, receiver);
    }

    void weather(Weather next) {
        weather = next;
    }

    void cut(NodeName from, NodeName to) {
        cut.add(new Link(from, to));
    }

    void cutBoth(NodeName one, NodeName other) {
        cut(one, other);
        cut(other, one);
    }

    void isolate(NodeName node) {
        receivers.keySet().forEach(other -> cutBoth(node, other));
    }

    void mend(NodeName from, NodeName to) {
        mend(new Link(from, to));
    }

    void mendBoth(NodeName one, NodeName other) {
        mend(one, other);
        mend(other, one);
    }

    void mend() {
        List.copyOf(cut).forEach(this::mend);
    }

    private void mend(Link link) {
        cut.remove(link);
        List<RaftMessage> released = held.remove(link);
        if (released != null) {
            released.forEach(message -> carry(link, message));
        }
    }

    void send(NodeName from, NodeName to, RaftMessage message) {
        if (random.nextDouble() < weather.loss()) {
            return;
        }
        Link link = new Link(from, to);
        carry(link, message);
        if (random.nextDouble() < weather.repeats()) {
            carry(link, message);
        }
    }

    private void carry(Link link, RaftMessage message) {
        if (cut.contains(link)) {
            hold(link, message);
            return;
        }
        int most = random.nextDouble() < weather.stalls() ? weather.stallMillis() : weather.delayMillis();
        long arrival = time.nowMillis() + 1 + random.nextInt(most);
        if (kind.ordered()) {
            arrival = Math.max(arrival, lastArrival.getOrDefault(link, 0L));
            lastArrival.put(link, arrival);
        }
        time.after(arrival - time.nowMillis(), () -> arrive(link, message));
    }

    private void arrive(Link link, RaftMessage message) {
        if (cut.contains(link)) {
            hold(link, message);
            return;
        }
        Consumer<RaftMessage> receiver = receivers.get(link.to());
        if (receiver != null) {
            receiver.accept(message);
        }
    }

    private void hold(Link link, RaftMessage message) {
        if (kind.waiting()) {
            held.computeIfAbsent(link, unused -> new ArrayList<>()).add(message);
        }
    }
}
