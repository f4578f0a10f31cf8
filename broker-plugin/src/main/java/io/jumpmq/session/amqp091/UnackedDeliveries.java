package io.jumpmq.session.amqp091;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a channel has delivered and not had acknowledged, by delivery tag. Tags count up, so this is a ring of places,
 * some of them emptied before their turn. A few that stay while many come and go are set aside, so that it takes memory for
 * what is there only.
 */
final class UnackedDeliveries<T> {
    /** Is told what is taken out. */
    interface Taker<T> {
        void take(long tag, T delivery);
    }

    /** By tag modulo its length, which is a power of two. */
    private @Nullable Object[] places = new Object[8];

    /** Those of tags before {@link #oldest}. */
    private final NavigableMap<Long, T> aside = new TreeMap<>();

    private long oldest = 1;
    private long next = 1;
    private int count;

    /** The tag that the next {@link #add} or {@link #skip} will give. */
    long nextTag() {
        return next;
    }

    int size() {
        return count;
    }

    /** Keeps a delivery under the next tag. */
    long add(T delivery) {
        makeRoom();
        places[slot(next)] = delivery;
        count++;
        return next++;
    }

    /** Uses up a tag for a delivery that needs no acknowledgement. */
    long skip() {
        if (inRing() == 0) {
            oldest = next + 1;
        } else {
            makeRoom();
        }
        return next++;
    }

    private void makeRoom() {
        if (next - oldest >= places.length) {
            if (inRing() < places.length / 2) {
                setAside(next - places.length / 2);
            } else {
                grow();
            }
        }
    }

    private int inRing() {
        return count - aside.size();
    }

    /** How many places there are. */
    int capacity() {
        return places.length;
    }

    @SuppressWarnings("unchecked")
    private void setAside(long end) {
        for (; oldest < end; oldest++) {
            T delivery = (T) places[slot(oldest)];
            if (delivery != null) {
                aside.put(oldest, delivery);
                places[slot(oldest)] = null;
            }
        }
    }

    private void grow() {
        @Nullable Object[] larger = new @Nullable Object[places.length * 2];
        for (long tag = oldest; tag < next; tag++) {
            larger[(int) tag & larger.length - 1] = places[slot(tag)];
        }
        places = larger;
    }

    /** Keeps a delivery again that was taken out, under its old tag. */
    void putBack(long tag, T delivery) {
        if (tag < oldest) {
            aside.put(tag, delivery);
        } else {
            places[slot(tag)] = delivery;
        }
        count++;
    }

    /** Whether the delivery of this tag is there. */
    boolean holds(long tag) {
        return tag < oldest ? aside.containsKey(tag) : tag < next && places[slot(tag)] != null;
    }

    /** Takes one delivery out; null when the tag is unknown or was settled before. */
    @SuppressWarnings("unchecked") // Only add puts anything in.
    @Nullable T take(long tag) {
        if (tag < oldest) {
            T delivery = aside.remove(tag);
            count -= delivery == null ? 0 : 1;
            return delivery;
        } else if (tag >= next) {
            return null;
        }
        T delivery = (T) places[slot(tag)];
        if (delivery != null) {
            places[slot(tag)] = null;
            count--;
            advance();
        }
        return delivery;
    }

    /** Takes out all deliveries up to and including a tag, the oldest first. */
    @SuppressWarnings("unchecked")
    void takeUpTo(long tag, Taker<? super T> taker) {
        while (!aside.isEmpty() && aside.firstKey() <= tag) {
            Map.Entry<Long, T> first = aside.pollFirstEntry();
            count--;
            taker.take(first.getKey(), first.getValue());
        }
        long end = Math.min(tag + 1, next);
        for (long at = oldest; at < end; at++) {
            T delivery = (T) places[slot(at)];
            if (delivery != null) {
                places[slot(at)] = null;
                count--;
                taker.take(at, delivery);
            }
        }
        oldest = Math.max(oldest, end);
        advance();
    }

    /** Tells all deliveries, the oldest first. Nothing may be taken out or kept meanwhile. */
    @SuppressWarnings("unchecked")
    void forEach(Taker<? super T> visitor) {
        aside.forEach(visitor::take);
        for (long at = oldest; at < next; at++) {
            T delivery = (T) places[slot(at)];
            if (delivery != null) {
                visitor.take(at, delivery);
            }
        }
    }

    /** Puts something in the place of a delivery that is there. */
    void replace(long tag, T delivery) {
        if (tag < oldest) {
            aside.put(tag, delivery);
        } else {
            places[slot(tag)] = delivery;
        }
    }

    private void advance() {
        if (inRing() == 0) {
            oldest = next;
            return;
        }
        while (places[slot(oldest)] == null) {
            oldest++;
        }
    }

    private int slot(long tag) {
        return (int) tag & places.length - 1;
    }
}
