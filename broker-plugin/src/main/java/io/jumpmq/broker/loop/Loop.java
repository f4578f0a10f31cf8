package io.jumpmq.broker.loop;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * A single-threaded event loop. Everything that belongs to it is touched by its thread alone; whatever another loop has
 * to say to it comes as a pair of {@link Receiver} and message, so that a message costs no object of its own.
 *
 * <p>What one turn of a loop sends is batched per target and handed over when the turn ends: one queue operation and at
 * most one wake-up for the whole batch. Messages from one loop to another, or to itself, arrive in the order sent and
 * never within the call that sent them. They are handed over before the actions of {@link #atTurnEnd} run, so that a
 * client that reads an answer finds its effect wherever it looks.
 *
 * <p>Threads: {@link #submit} and what tells how the loop is doing may be called by any, all else by the loop's own.
 */
public final class Loop {
    /** Batches taken in one turn before other work of the thread, such as sockets, gets its chance. */
    private static final int BATCHES_PER_TURN = 64;

    private static final int MAILBOX_CHUNK = 256;

    private final int index;
    private final LoopThread thread;
    /** The variant without Unsafe, which newer Java versions warn of: one operation a batch costs nothing that shows. */
    private final MpscUnboundedAtomicArrayQueue<Batch> mailbox = new MpscUnboundedAtomicArrayQueue<>(MAILBOX_CHUNK);

    private final AtomicBoolean awake = new AtomicBoolean();
    private final AtomicLong backlog = new AtomicLong();
    private final AtomicLong backlogBytes = new AtomicLong();
    private final Runnable turn = this::takeTurn;

    /** The batches of this turn, by the target's index. */
    private @Nullable Batch[] outbox = new Batch[2];

    private Runnable[] turnEnds = new Runnable[8];
    private int turnEndCount;
    private boolean inTurn;
    private long turnMillis;

    // Written by the loop, read by operators.
    private long turns;
    private long received;

    /**
     * A new loop.
     *
     * @param index its place among the loops of one broker, from 0 on
     */
    public Loop(int index, LoopThread thread) {
        this.index = index;
        this.thread = thread;
    }

    public int index() {
        return index;
    }

    /** The time of this turn, in milliseconds since 1970: read once a turn. It does not jump when a clock is set. */
    public long nowMillis() {
        if (!inTurn) {
            return thread.nowMillis(); // Nobody would forget it in time.
        }
        if (turnMillis == 0) {
            turnMillis = thread.nowMillis();
        }
        return turnMillis;
    }

    /** The time for people, in milliseconds since 1970; it follows the machine's clock. */
    public long wallMillis() {
        return thread.wallMillis();
    }

    /** Sends a message, to be received on the target's thread after the current call. */
    public <M> void send(Loop target, Receiver<M> receiver, M message) {
        if (target.index >= outbox.length) {
            outbox = Arrays.copyOf(outbox, target.index + 1);
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

    /** Runs {@code action} in a turn of its own in about {@code delayMillis}. */
    public void schedule(Runnable action, long delayMillis) {
        thread.schedule(() -> run(action), delayMillis);
    }

    /** Runs something that comes from outside, such as a socket's event, as one turn. */
    public void run(Runnable action) {
        inTurn = true;
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            thread.failed(e);
        }
        endTurn();
    }

    /** Has {@code action} run once when this turn ends. Callers remember that they asked; the loop does not. */
    public void atTurnEnd(Runnable action) {
        if (turnEndCount == turnEnds.length) {
            turnEnds = Arrays.copyOf(turnEnds, turnEndCount * 2);
        }
        turnEnds[turnEndCount++] = action;
    }

    /** Tells of a defect that left nothing half done, after an error was given to whoever it hit. */
    public void survived(Throwable defect) {
        thread.survived(defect);
    }

    private void endTurn() {
        int rounds = 0;
        try {
            do {
                receiveOwn(rounds);
                handOver();
                rounds += runTurnEnds();
            } while (hasPending());
        } catch (RuntimeException | Error e) {
            thread.failed(e); // Out of memory, most likely: nothing else here can fail.
        }
        inTurn = false;
        turnMillis = 0;
        turns++;
    }

    /** How many messages wait here. The answer is a moment old. */
    public long backlog() {
        return backlog.get();
    }

    /** How much memory the messages take that wait here, as far as they {@linkplain Sized tell}. A moment old. */
    public long backlogBytes() {
        return backlogBytes.get();
    }

    /** How many turns there were. The answer is a moment old. */
    public long turns() {
        return turns;
    }

    /** How many messages were received from loops, this one among them. The answer is a moment old. */
    public long received() {
        return received;
    }

    /** How long its thread has worked, in nanoseconds of a processor; -1: nobody can tell. */
    public long busyNanos() {
        return thread.busyNanos();
    }

    private void receiveOwn(int roundsBefore) {
        for (int round = roundsBefore; round < BATCHES_PER_TURN; round++) {
            Batch own = index < outbox.length ? outbox[index] : null;
            if (own == null) {
                return;
            }
            outbox[index] = null;
            receive(own);
        }
    }

    /** Delivers all batches; the loop's own one, if any is left, too: talking to itself must not starve the sockets. */
    private void handOver() {
        for (int i = 0; i < outbox.length; i++) {
            Batch batch = outbox[i];
            if (batch != null) {
                outbox[i] = null;
                batch.target.deliver(batch);
            }
        }
    }

    private boolean hasPending() {
        for (Batch batch : outbox) {
            if (batch != null) {
                return true;
            }
        }
        return turnEndCount > 0;
    }

    private int runTurnEnds() {
        int count = turnEndCount;
        Runnable[] actions = turnEnds;
        turnEnds = new Runnable[actions.length];
        turnEndCount = 0;
        for (int i = 0; i < count; i++) {
            try {
                actions[i].run();
            } catch (RuntimeException | Error e) {
                thread.failed(e);
            }
        }
        return 1;
    }

    private void deliver(Batch batch) {
        backlog.addAndGet(batch.size);
        if (batch.bytes > 0) {
            backlogBytes.addAndGet(batch.bytes);
        }
        mailbox.offer(batch);
        wake();
    }

    private void wake() {
        if (awake.compareAndSet(false, true)) {
            thread.execute(turn);
        }
    }

    private void takeTurn() {
        inTurn = true;
        awake.set(false); // From here on, a new batch wakes the loop again.
        for (int i = 0; i < BATCHES_PER_TURN; i++) {
            Batch batch = mailbox.poll();
            if (batch == null) {
                break;
            }
            receive(batch);
            backlog.addAndGet(-batch.size);
            if (batch.bytes > 0) {
                backlogBytes.addAndGet(-batch.bytes);
            }
        }
        endTurn();
        if (!mailbox.isEmpty()) {
            wake();
        }
    }

    @SuppressWarnings("unchecked") // Batch.add is only called with a receiver of the message's type.
    private void receive(Batch batch) {
        received += batch.size;
        for (int i = 0; i < batch.size; i++) {
            try {
                ((Receiver<Object>) batch.pairs[i * 2]).receive(batch.pairs[i * 2 + 1]);
            } catch (RuntimeException | Error e) {
                thread.failed(e);
            }
        }
    }

    @Override
    public String toString() {
        return "loop-" + index;
    }

    /** Receivers and their messages in turn, for one target. */
    private static final class Batch {
        private final Loop target;
        private Object[] pairs = new Object[16];
        private int size;
        private long bytes;

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
            if (message instanceof Sized sized) {
                bytes += sized.footprint();
            }
        }
    }
}
