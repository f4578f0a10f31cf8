package io.jumpmq.stats;

import java.util.ArrayList;
import java.util.List;

/**
 * RabbitMQ's ring as a reference model: the first binding of a destination wins, and an unbind drops all of its buckets
 * and shifts every higher bucket down. Written from the description of its behaviour, for comparison only.
 */
final class ShiftDownRing {
    private final List<String> buckets = new ArrayList<>();

    void bind(String destination, int weight) {
        if (!buckets.contains(destination)) {
            for (int i = 0; i < weight; i++) {
                buckets.add(destination);
            }
        }
    }

    void unbind(String destination) {
        buckets.removeIf(destination::equals);
    }

    List<String> buckets() {
        return List.copyOf(buckets);
    }
}
