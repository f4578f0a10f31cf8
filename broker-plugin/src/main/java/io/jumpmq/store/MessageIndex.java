package io.jumpmq.store;

import io.jumpmq.broker.DamagedMessage;
import io.jumpmq.broker.queue.LogListener.Died;
import io.jumpmq.broker.queue.LogListener.Recovered;
import io.jumpmq.store.MessageSegments.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Where the messages of all queues are, and how much of each segment they take. */
final class MessageIndex {
    private final SegmentTable segments;
    private final Map<Long, QueueIndex> queues = new ConcurrentHashMap<>();
    private final SetAside setAside = new SetAside();
    private final QueueIndex.Replaced free = this::free;
    private long liveBytes;
    private boolean stoppedInOrder;

    MessageIndex(SegmentTable segments) {
        this.segments = segments;
    }

    static long place(Segment segment, long offset) {
        return segment.number << Integer.SIZE | offset;
    }

    static long offset(long place) {
        return place & 0xffff_ffffL;
    }

    /** Messages that cannot be read any more, and what is known of them. */
    SetAside setAside() {
        return setAside;
    }

    /** Bytes of records of messages that are there. Any thread; a moment old. */
    long liveBytes() {
        return liveBytes;
    }

    // What was found when the log was opened.

    /** For recovery: whether the broker stopped in order, as far as has been read. */
    void stoppedInOrder(boolean inOrder) {
        stoppedInOrder = inOrder;
    }

    /** What there is of a queue. */
    Recovered recovered(long queue) {
        QueueIndex index = queues.get(queue);
        if (index == null || index.count() == 0) {
            return Recovered.NOTHING;
        }
        List<Died> dead = index.dead();
        return new Recovered(
                index.first(),
                index.last(),
                index.count() - dead.size(),
                index.bodyBytes() - dead.stream().mapToLong(Died::bodyBytes).sum(),
                stoppedInOrder ? index.seen : Long.MAX_VALUE,
                dead);
    }

    /** The highest queue number that is known here. */
    long highestQueue() {
        return queues.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** The ids of all queues that have messages here. */
    Set<Long> queues() {
        return Set.copyOf(queues.keySet());
    }

    /** Where the foremost of a queue's messages lies; null when it has none. */
    @Nullable Watermark firstPlace(long queue) {
        long[] first = {Long.MAX_VALUE};
        QueueIndex index = queues.get(queue);
        if (index != null) {
            index.visit(0, (position, place, size, body) -> {
                first[0] = Math.min(first[0], place);
                return true;
            });
        }
        return first[0] == Long.MAX_VALUE ? null : new Watermark(first[0] >>> Integer.SIZE, offset(first[0]));
    }

    // What comes, moves and goes.

    /** The index of a queue, a new one if need be. */
    QueueIndex of(long queue) {
        return queues.computeIfAbsent(queue, unused -> new QueueIndex());
    }

    /** The index of a queue; null when nothing is known of it. */
    @Nullable QueueIndex known(long queue) {
        return queues.get(queue);
    }

    /**
     * A message is there, and no longer where it was before, if it was.
     *
     * @return its queue's index
     */
    QueueIndex put(long queue, long position, Segment segment, long offset, int size, int bodyBytes) {
        QueueIndex index = of(queue);
        index.put(position, place(segment, offset), size, bodyBytes, free);
        segment.liveBytes += size;
        liveBytes += size;
        return index;
    }

    private void free(long place, int size) {
        Segment segment = segments.get(place >>> Integer.SIZE);
        if (segment != null) {
            segment.liveBytes -= size;
        }
        liveBytes -= size;
    }

    /** Forgets a message; false when it is not there. */
    boolean remove(long queue, long position) {
        QueueIndex index = queues.get(queue);
        long place = index == null ? QueueIndex.NOWHERE : index.place(position);
        if (index == null || place == QueueIndex.NOWHERE) {
            return false;
        }
        free(place, index.size(position));
        index.remove(position);
        setAside.remove(queue, position);
        return true;
    }

    /** Forgets all messages of a queue from one position to another, and tells which these were. */
    void removeRange(long queue, long first, long last, LongConsumer removed) {
        QueueIndex index = queues.get(queue);
        if (index == null) {
            return;
        }
        long[] some = new long[Records.MAX_DELETIONS];
        int[] count = {Records.MAX_DELETIONS};
        while (count[0] == Records.MAX_DELETIONS) {
            count[0] = 0;
            index.visit(first, (position, place, size, body) -> {
                if (position > last) {
                    return false;
                }
                free(place, size);
                some[count[0]++] = position;
                return count[0] < Records.MAX_DELETIONS;
            });
            for (int i = 0; i < count[0]; i++) {
                index.remove(some[i]);
                setAside.remove(queue, some[i]);
                removed.accept(some[i]);
            }
        }
    }

    /** Forgets a queue with all its messages. */
    void removeQueue(long queue) {
        setAside.remove(queue);
        QueueIndex index = queues.remove(queue);
        if (index != null) {
            index.visit(0, (position, place, size, body) -> {
                free(place, size);
                return true;
            });
        }
    }

    // Where to read.

    /** Where the next messages of a queue are, from a position on; at least one if there is any. */
    List<Slot> find(long queue, long from, int maxMessages, int maxBytes) {
        List<Slot> found = new ArrayList<>();
        QueueIndex index = queues.get(queue);
        if (index != null) {
            long[] bytes = {0};
            index.visit(from, (position, place, size, body) -> {
                Segment segment = segments.get(place >>> Integer.SIZE);
                if (segment == null) {
                    throw new IllegalStateException("message " + position + " of queue " + queue + " is nowhere");
                }
                if (!found.isEmpty() && bytes[0] + size > maxBytes) {
                    return false;
                }
                found.add(new Slot(
                        position,
                        segment,
                        offset(place),
                        size,
                        body,
                        index.deliveryCount(position),
                        setAside.contains(queue, position)));
                bytes[0] += size;
                return found.size() < maxMessages;
            });
        }
        return found;
    }

    /** The messages that lie between two offsets. Looks at all there are: for damage only. */
    List<DamagedMessage> messagesIn(Segment segment, long from, long to) {
        List<DamagedMessage> found = new ArrayList<>();
        queues.forEach((queue, index) -> index.visit(0, (position, place, size, body) -> {
            if (place >= place(segment, from) && place < place(segment, to)) {
                found.add(new DamagedMessage(queue, position, segment.file.name(), offset(place)));
            }
            return true;
        }));
        return found;
    }
}
