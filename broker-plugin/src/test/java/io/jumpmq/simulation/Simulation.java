package io.jumpmq.simulation;

import io.jumpmq.broker.loop.LoopThread;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happens, one step after the other on the caller's thread, and the time. A seed decides whose step comes next,
 * so that any step may be the last one before something breaks, and a seed tells the same story each time. Without a seed,
 * what was asked for first is done first.
 */
public final class Simulation {
    /** After so many steps at one moment, it does not come to rest. */
    private static final int MAX_STEPS = 50_000;

    /** What is carried from one file to another waits for its flush. */
    private static final int IDLE_STEPS = 3;

    /** What somebody's thread does of its own accord. */
    public interface Work {
        /** Does a bit of it; false when there is nothing to do. */
        boolean step();
    }

    private record Task(long order, Runnable action) {}

    private record Timer(long dueMillis, long order, Actor actor, Runnable action) {}

    private final @Nullable SplittableRandom random;
    private final List<Actor> actors = new ArrayList<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::dueMillis).thenComparingLong(Timer::order));
    private long nowMillis;
    private long asked;

    private Simulation(@Nullable SplittableRandom random, long nowMillis) {
        this.random = random;
        this.nowMillis = nowMillis;
    }

    /** One in which steps come in the order in which they were asked for. */
    public static Simulation inOrder(long nowMillis) {
        return new Simulation(null, nowMillis);
    }

    /** One in which anybody may be next. */
    public static Simulation anyOrder(SplittableRandom random, long nowMillis) {
        return new Simulation(random, nowMillis);
    }

    public long nowMillis() {
        return nowMillis;
    }

    /** Somebody who does one thing at a time, in the order in which it was asked for. */
    public final class Actor {
        private final ArrayDeque<Task> tasks = new ArrayDeque<>();
        private final @Nullable Work work;
        private boolean gone;

        private Actor(@Nullable Work work) {
            this.work = work;
        }

        /** Has something done in a step of its own. */
        public void execute(Runnable task) {
            if (!gone) {
                tasks.add(new Task(asked++, task));
            }
        }

        /** Has something done before all else that was asked for. */
        void executeFirst(Runnable task) {
            tasks.addFirst(new Task(asked++, task));
        }

        /** Has something done later; or in its turn, if it is due already. */
        public void schedule(Runnable task, long delayMillis) {
            if (delayMillis <= 0) {
                execute(task);
            } else if (!gone) {
                timers.add(new Timer(nowMillis + delayMillis, asked++, this, task));
            }
        }

        /** Does one thing; false when there is nothing to do. */
        public boolean step() {
            Task next = tasks.poll();
            if (next != null) {
                next.action.run();
                return true;
            }
            return work != null && !gone && work.step();
        }

        boolean hasTasks() {
            return !tasks.isEmpty();
        }

        private long next() {
            Task next = tasks.peek();
            return next == null ? Long.MAX_VALUE : next.order;
        }

        /** Does nothing any more, like a process that was killed. */
        public void leave() {
            gone = true;
            tasks.clear();
            timers.removeIf(timer -> timer.actor == this);
            actors.remove(this);
        }

        /** The thread of a loop. */
        LoopThread asLoopThread(List<Throwable> failures) {
            return new LoopThread() {
                @Override
                public void execute(Runnable task) {
                    Actor.this.execute(task);
                }

                @Override
                public void schedule(Runnable task, long delayMillis) {
                    Actor.this.schedule(task, delayMillis);
                }

                @Override
                public long nowMillis() {
                    return nowMillis;
                }

                @Override
                public void failed(Throwable failure) {
                    failures.add(failure);
                }
            };
        }
    }

    /** Somebody who does what he is told. */
    public Actor actor() {
        return join(null);
    }

    /** Somebody who also has work that nobody tells him to do. */
    public Actor actor(Work work) {
        return join(work);
    }

    private Actor join(@Nullable Work work) {
        Actor actor = new Actor(work);
        actors.add(actor);
        return actor;
    }

    /** Something that happens once in so many times; never without a seed. */
    public boolean oneIn(int times) {
        return pick(times) == 0 && random != null;
    }

    /** One of so many; the first without a seed. */
    public int pick(int count) {
        return random == null ? 0 : random.nextInt(count);
    }

    /** Somebody takes a step; false when nobody has anything to do. */
    public boolean step() {
        if (actors.isEmpty()) {
            return false;
        }
        return random == null ? stepInOrder() : stepFrom(pick(actors.size()));
    }

    private boolean stepInOrder() {
        Actor first = null;
        for (Actor actor : actors) {
            if (actor.hasTasks() && (first == null || actor.next() < first.next())) {
                first = actor;
            }
        }
        return first == null ? stepFrom(0) : first.step();
    }

    private boolean stepFrom(int first) {
        for (int i = 0; i < actors.size(); i++) {
            if (actors.get((first + i) % actors.size()).step()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Lets everything happen that can happen now.
     *
     * @return false when there is no end of it
     */
    public boolean settle() {
        int idle = 0;
        for (int steps = 0; idle < IDLE_STEPS; steps++) {
            if (steps > MAX_STEPS) {
                return false;
            }
            idle = step() ? 0 : idle + 1;
        }
        return true;
    }

    /**
     * Lets time pass, and then all happen that was to happen by then.
     *
     * @return as {@link #settle}
     */
    public boolean advance(long millis) {
        standStill(millis);
        for (Timer timer = timers.peek(); timer != null && timer.dueMillis <= nowMillis; timer = timers.peek()) {
            timers.remove(timer);
            timer.actor.execute(timer.action);
        }
        return settle();
    }

    /** Time passes and nobody does anything, as when the whole process stands still. */
    public void standStill(long millis) {
        nowMillis += millis;
    }
}
