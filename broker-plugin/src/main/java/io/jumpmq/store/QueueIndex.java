package io.jumpmq.store;

import io.jumpmq.broker.queue.LogListener.Died;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where one queue's messages are, by position: 16 bytes each, in blocks that go when they are empty. */
final class QueueIndex {
    private static final int BLOCK = 128;

    /** Of a message that is not there. */
    static final long NOWHERE = 0;

    private final TreeMap<Long, Block> blocks = new TreeMap<>();

    /** The {@link Fate} of those that have come back or died; most queues have none. */
    private @Nullable Map<Long, Integer> deliveryCounts;

    private int count;
    private long bodyBytes;

    /** Told when the broker stopped in order. */
    long seen = -1;

    private static final class Block {
        /** Segment and offset, {@link #NOWHERE} for none. */
        final long[] places = new long[BLOCK];

        final int[] sizes = new int[BLOCK];
        final int[] bodies = new int[BLOCK];
        int live;
    }

    /** Called with each message. */
    @FunctionalInterface
    interface Visitor {
        /** Whether to go on. */
        boolean visit(long position, long place, int size, int bodyBytes);
    }

    int count() {
        return count;
    }

    long bodyBytes() {
        return bodyBytes;
    }

    /** Told where a message was before it is put elsewhere, and which size its record had there. */
    @FunctionalInterface
    interface Replaced {
        void replaced(long place, int size);
    }

    /** Puts a message there. */
    void put(long position, long place, int size, int body, Replaced replaced) {
        Block block = blocks.computeIfAbsent(position / BLOCK, unused -> new Block());
        int at = (int) (position % BLOCK);
        long before = block.places[at];
        if (before == NOWHERE) {
            block.live++;
            count++;
            bodyBytes += body;
        } else {
            replaced.replaced(before, block.sizes[at]);
        }
        block.places[at] = place;
        block.sizes[at] = size;
        block.bodies[at] = body;
    }

    long place(long position) {
        Block block = blocks.get(position / BLOCK);
        return block == null ? NOWHERE : block.places[(int) (position % BLOCK)];
    }

    int size(long position) {
        Block block = blocks.get(position / BLOCK);
        return block == null ? 0 : block.sizes[(int) (position % BLOCK)];
    }

    /** Size of a message's body, which must be there. */
    int bodyBytes(long position) {
        Block block = blocks.get(position / BLOCK);
        return block == null ? 0 : block.bodies[(int) (position % BLOCK)];
    }

    /** Those that died and are kept until their dead letters are safe, in the order of their positions. */
    List<Died> dead() {
        return deliveryCounts == null
                ? List.of()
                : deliveryCounts.entrySet().stream()
                        .filter(entry -> Fate.reason(entry.getValue()) != null)
                        .map(Map.Entry::getKey)
                        .sorted()
                        .map(position -> new Died(position, bodyBytes(position)))
                        .toList();
    }

    /** Takes a message out. */
    void remove(long position) {
        Block block = blocks.get(position / BLOCK);
        int at = (int) (position % BLOCK);
        if (block == null || block.places[at] == NOWHERE) {
            return;
        }
        block.places[at] = NOWHERE;
        count--;
        bodyBytes -= block.bodies[at];
        if (--block.live == 0) {
            blocks.remove(position / BLOCK);
        }
        if (deliveryCounts != null) {
            deliveryCounts.remove(position);
        }
    }

    /** Visits messages in the order of their positions, from one on. The visitor must not change anything. */
    void visit(long from, Visitor visitor) {
        for (Map.Entry<Long, Block> entry : blocks.tailMap(from / BLOCK, true).entrySet()) {
            long base = entry.getKey() * BLOCK;
            Block block = entry.getValue();
            for (int at = (int) Math.max(0, from - base); at < BLOCK; at++) {
                if (block.places[at] != NOWHERE
                        && !visitor.visit(base + at, block.places[at], block.sizes[at], block.bodies[at])) {
                    return;
                }
            }
        }
    }

    /** Position of the first message; -1 if there is none. */
    long first() {
        long[] found = {-1};
        visit(0, (position, place, size, body) -> {
            found[0] = position;
            return false;
        });
        return found[0];
    }

    long last() {
        Map.Entry<Long, Block> entry = blocks.lastEntry();
        if (entry != null) {
            for (int at = BLOCK - 1; at >= 0; at--) {
                if (entry.getValue().places[at] != NOWHERE) {
                    return entry.getKey() * BLOCK + at;
                }
            }
        }
        return -1;
    }

    void returned(long position, int deliveryCount) {
        if (place(position) != NOWHERE && deliveryCount > 0) {
            if (deliveryCounts == null) {
                deliveryCounts = new HashMap<>();
            }
            deliveryCounts.put(position, deliveryCount);
        }
    }

    int deliveryCount(long position) {
        return deliveryCounts == null ? 0 : deliveryCounts.getOrDefault(position, 0);
    }
}
