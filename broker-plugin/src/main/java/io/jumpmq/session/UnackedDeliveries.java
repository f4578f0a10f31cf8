package io.jumpmq.session;

import org.jspecify.annotations.Nullable;

/**
 * What a channel has delivered and not had acknowledged, by delivery tag. Tags count up, so this is a ring of places,
 * some of them emptied before their turn.
 */
final class UnackedDeliveries<T> {
    /** Is told what is taken out. */
    interface Taker<T> {
        void take(long tag, T delivery);
    }

    /** By tag modulo its length, which is a power of two. */
    private @Nullable Object[] places = new Object[8];

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
        if (count == 0) {
            oldest = next + 1;
        } else {
            makeRoom();
        }
        return next++;
    }

    private void makeRoom() {
        if (next - oldest >= places.length) {
            grow();
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
        while (next - tag > places.length) {
            grow();
        }
        oldest = Math.min(oldest, tag);
        places[slot(tag)] = delivery;
        count++;
    }

    /** Whether the delivery of this tag is there. */
    boolean holds(long tag) {
        return tag >= oldest && tag < next && places[slot(tag)] != null;
    }

    /** Takes one delivery out; null when the tag is unknown or was settled before. */
    @SuppressWarnings("unchecked") // Only add puts anything in.
    @Nullable T take(long tag) {
        if (tag < oldest || tag >= next) {
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
        for (long at = oldest; at < next; at++) {
            T delivery = (T) places[slot(at)];
            if (delivery != null) {
                visitor.take(at, delivery);
            }
        }
    }

    /** Puts something in the place of a delivery that is there. */
    void replace(long tag, T delivery) {
        places[slot(tag)] = delivery;
    }

    private void advance() {
        if (count == 0) {
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
