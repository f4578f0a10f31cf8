package io.jumpmq.broker.loop;

import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * A single-threaded event loop. Everything that belongs to it is touched by its thread alone; whatever another loop has
 * to say to it comes as a pair of {@link Receiver} and message, so that a message costs no object of its own.
 *
 * <p>What one turn of a loop sends is gathered per target and handed over when the turn ends: one queue operation and at
 * most one wake-up for the whole batch. Messages from one loop to another (or to itself) arrive in the order sent, never
 * within the call that sent them.
 *
 * <p>Threads: {@link #send}, {@link #atTurnEnd} and {@link #endTurn} belong to the loop's thread; {@link #submit} may be
 * called by any.
 */
public final class Loop {
    /** Batches taken in one turn before other work of the thread, such as sockets, gets its chance. */
    private static final int BATCHES_PER_TURN = 64;

    private static final int CHUNK = 256;

    private final String name;
    private final Executor thread;
    private final MpscUnboundedArrayQueue<Batch> mailbox = new MpscUnboundedArrayQueue<>(CHUNK);
    private final AtomicBoolean awake = new AtomicBoolean();
    private final AtomicLong backlog = new AtomicLong();
    private final Runnable turn = this::takeTurn;

    /** What this turn has gathered, by the target's {@link #index}. */
    private @Nullable Batch[] outbox = new Batch[4];

    private final int index;
    private Runnable[] turnEnds = new Runnable[8];
    private int turnEndCount;

    /**
     * A new loop.
     *
     * @param index its place among the loops of one broker, from 0 on
     * @param thread runs what it is given one after the other, always on the same thread
     */
    public Loop(int index, Executor thread) {
        this.index = index;
        this.name = "loop-" + index;
        this.thread = thread;
    }

    /** Sends a message, to be received on the target's thread after this turn. */
    public <M> void send(Loop target, Receiver<M> receiver, M message) {
        if (target.index >= outbox.length) {
            outbox = Arrays.copyOf(outbox, Math.max(target.index + 1, outbox.length * 2));
        }
        Batch batch = outbox[target.index];
        if (batch == null) {
            batch = new Batch(target);
            outbox[target.index] = batch;
        }
        batch.add(receiver, message);
    }

    /** Hands a message over from any thread. */
    public <M> void submit(Receiver<M> receiver, M message) {
        Batch batch = new Batch(this);
        batch.add(receiver, message);
        deliver(batch);
    }

    /** Has {@code action} run once when this turn ends; given often, it runs as often: callers remember that they did. */
    public void atTurnEnd(Runnable action) {
        if (turnEndCount == turnEnds.length) {
            turnEnds = Arrays.copyOf(turnEnds, turnEndCount * 2);
        }
        turnEnds[turnEndCount++] = action;
    }

    /**
     * Ends a turn: lets the loop's own messages run, hands the others over, then runs what was asked for with
     * {@link #atTurnEnd}. Whoever enters the loop's thread from outside, as a socket's events do, calls this at the end.
     */
    public void endTurn() {
        for (int round = 0; ; round++) {
            Batch own = index < outbox.length ? outbox[index] : null;
            if (own != null) {
                outbox[index] = null;
                if (round < BATCHES_PER_TURN) {
                    own.run();
                    continue;
                }
                deliver(own); // A conversation with itself must not starve the sockets.
            }
            if (turnEndCount == 0) {
                break;
            }
            runTurnEnds();
        }
        for (int i = 0; i < outbox.length; i++) {
            Batch batch = outbox[i];
            if (batch != null) {
                outbox[i] = null;
                batch.target.deliver(batch);
            }
        }
    }

    /** How many messages wait here. Any thread may ask; the answer is a moment old. */
    public long backlog() {
        return backlog.get();
    }

    private void runTurnEnds() {
        int count = turnEndCount;
        Runnable[] actions = turnEnds;
        turnEnds = new Runnable[8];
        turnEndCount = 0;
        for (int i = 0; i < count; i++) {
            actions[i].run();
        }
    }

    private void deliver(Batch batch) {
        backlog.addAndGet(batch.size);
        mailbox.offer(batch);
        if (awake.compareAndSet(false, true)) {
            thread.execute(turn);
        }
    }

    private void takeTurn() {
        awake.set(false); // From here on, a new batch wakes the loop again.
        for (int i = 0; i < BATCHES_PER_TURN; i++) {
            Batch batch = mailbox.poll();
            if (batch == null) {
                break;
            }
            batch.run();
            backlog.addAndGet(-batch.size);
        }
        endTurn();
        if (!mailbox.isEmpty() && awake.compareAndSet(false, true)) {
            thread.execute(turn);
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /** Receivers and their messages in turn, for one target. */
    private static final class Batch {
        private final Loop target;
        private Object[] pairs = new Object[16];
        private int size;

        Batch(Loop target) {
            this.target = target;
        }

        void add(Object receiver, Object message) {
            int at = size * 2;
            if (at == pairs.length) {
                pairs = Arrays.copyOf(pairs, at * 2);
            }
            pairs[at] = receiver;
            pairs[at + 1] = message;
            size++;
        }

        @SuppressWarnings("unchecked") // add is only called with a receiver of the message's type.
        void run() {
            for (int i = 0; i < size; i++) {
                ((Receiver<Object>) pairs[i * 2]).receive(pairs[i * 2 + 1]);
            }
        }
    }
}
