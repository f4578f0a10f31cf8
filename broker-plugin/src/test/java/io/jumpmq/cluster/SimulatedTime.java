package io.jumpmq.cluster;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Virtual time: tasks run when they are due, one after the other, and no time passes in between. */
final class SimulatedTime {
    private record Event(long dueMillis, long order, Runnable task) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::dueMillis).thenComparingLong(Event::order));
    private long nowMillis;
    private long scheduled;

    long nowMillis() {
        return nowMillis;
    }

    void after(long millis, Runnable task) {
        events.add(new Event(nowMillis + millis, scheduled++, task));
    }

    /** Runs the next task unless it is due later; whether there was one. */
    boolean step(long untilMillis) {
        Event next = events.peek();
        if (next == null || next.dueMillis() > untilMillis) {
            nowMillis = Math.max(nowMillis, untilMillis);
            return false;
        }
        events.remove();
        nowMillis = next.dueMillis();
        next.task().run();
        return true;
    }
}
