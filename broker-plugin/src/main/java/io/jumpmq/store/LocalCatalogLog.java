package io.jumpmq.store;

import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.RefusedCommandException;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalog's order on a node of its own: a journal. What is decided is written to it, then applied; who waits for it is
 * answered when it is flushed, for which the store's threads see. So nothing builds on what a killed process would not find
 * again, and nobody is told of what a loss of power could take.
 */
final class LocalCatalogLog implements CatalogLog {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.store");

    /** A snapshot for which there was no room is tried again after so long. */
    private static final long SNAPSHOT_RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final CatalogJournal journal;
    private final Supplier<Set<Long>> queues;
    private final Consumer<Runnable> flushed;
    private final Consumer<Throwable> onFailure;
    private final LongSupplier nanoTime;

    /** Who waits for a flush. */
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

    private @Nullable Machine machine;
    private volatile @Nullable Throwable failure;
    private boolean snapshotFailed;
    private long snapshotFailedNanos;

    /** Told by identity. */
    private static final class Waiting {
        private final List<Change> changes;
        private final Consumer<Outcome> answer;

        Waiting(List<Change> changes, Consumer<Outcome> answer) {
            this.changes = changes;
            this.answer = answer;
        }
    }

    /**
     * A log that has not begun.
     *
     * @param queues ids of all queues that have messages, or may still get some
     * @param flushed has something run when all that was written so far is flushed
     * @param onFailure told when the disk fails
     */
    LocalCatalogLog(
            CatalogJournal journal,
            Supplier<Set<Long>> queues,
            Consumer<Runnable> flushed,
            Consumer<Throwable> onFailure,
            LongSupplier nanoTime) {
        this.journal = journal;
        this.queues = queues;
        this.flushed = flushed;
        this.onFailure = onFailure;
        this.nanoTime = nanoTime;
    }

    @Override
    public void attach(Machine newMachine) {
        machine = newMachine;
    }

    private Machine machine() {
        return Objects.requireNonNull(machine, "attached");
    }

    @Override
    public void propose(Batch batch, Consumer<Outcome> answer) {
        Decision decision;
        try {
            decision = machine().decide(batch);
        } catch (RefusedCommandException e) {
            answer.accept(new Outcome.Refused(e.index(), e.reason()));
            return;
        }
        if (decision.changes().isEmpty()) {
            answer.accept(new Outcome.Committed(List.of()));
            return;
        }
        Outcome refused = record(decision);
        if (refused != null) {
            answer.accept(refused);
        } else if (decision.durable()) {
            answerWhenFlushed(new Waiting(decision.changes(), answer));
        } else {
            flushed.accept(() -> {});
            answer.accept(new Outcome.Committed(decision.changes()));
        }
        if (journal.isLong() && !isSnapshotTooSoon()) {
            snapshot();
        }
    }

    /** Writes a decision and applies it; what came of it if that cannot be. */
    private @Nullable Outcome record(Decision decision) {
        Throwable failed = failure;
        if (failed != null) {
            return failed(failed);
        }
        long bytes = CatalogJournal.bytes(decision.changes());
        if (bytes > CatalogJournal.MAX_DECISION_BYTES && !decision.isShrinking()) {
            return new Outcome.TooLarge(bytes, CatalogJournal.MAX_DECISION_BYTES);
        }
        try {
            List<Change> recorded = write(decision);
            if (recorded.isEmpty()) {
                return new Outcome.Refused(
                        -1,
                        new AmqpException(
                                ReplyCode.RESOURCE_ERROR,
                                "the disk is full: nothing can be added until there is room again; what there is can be"
                                        + " deleted"));
            }
            apply(recorded);
            return null;
        } catch (IOException e) {
            onFailure.accept(e);
            return failed(e);
        }
    }

    private static Outcome failed(Throwable cause) {
        return new Outcome.Failed("the store has failed: " + cause.getMessage());
    }

    /** With its notes, or without if there is no room for them; empty: there is none. */
    private List<Change> write(Decision decision) throws IOException {
        boolean isShrinking = decision.isShrinking();
        if (journal.append(decision.noted(), false)) {
            return decision.noted();
        }
        return journal.append(decision.changes(), isShrinking) ? decision.changes() : List.of();
    }

    private void apply(List<Change> changes) throws IOException {
        boolean applied = false;
        try {
            machine().apply(changes);
            applied = true;
        } finally {
            if (!applied) {
                journal.retract();
            }
        }
    }

    private void answerWhenFlushed(Waiting one) {
        waiting.add(one);
        flushed.accept(() -> tell(one, new Outcome.Committed(one.changes)));
        Throwable failed = failure;
        if (failed != null) {
            tell(one, failed(failed)); // Nobody flushes any more.
        }
    }

    private void tell(Waiting one, Outcome outcome) {
        if (waiting.remove(one)) {
            one.answer.accept(outcome);
        }
    }

    /** The disk has failed, and nobody knows what is flushed: tells all that wait. Any thread. */
    void fail(Throwable cause) {
        failure = cause;
        waiting.forEach(one -> tell(one, failed(cause)));
    }

    /**
     * Begins a generation with the whole catalog.
     *
     * @param catalog the changes that lead to it
     * @throws NotWrittenException when the disk has no room
     */
    void begin(List<Change> catalog) throws IOException {
        journal.snapshot(catalog, beyond(catalog));
    }

    /** Begins a generation, if there is room for it. On the catalog's loop. */
    void snapshot() {
        try {
            begin(machine().snapshot());
            snapshotFailed = false;
        } catch (NotWrittenException e) {
            LOG.warn("The catalog's journal goes on without a new snapshot for now: {}", e.getMessage());
            snapshotFailed = true;
            snapshotFailedNanos = nanoTime.getAsLong();
        } catch (IOException e) {
            onFailure.accept(e);
        }
    }

    private boolean isSnapshotTooSoon() {
        return snapshotFailed && nanoTime.getAsLong() - snapshotFailedNanos < SNAPSHOT_RETRY_NANOS;
    }

    /** Queues with messages that this catalog does not have: they are deleted, and their messages will be. */
    private Set<Long> beyond(List<Change> catalog) {
        Set<Long> beyond = new HashSet<>(queues.get());
        for (Change change : catalog) {
            if (change instanceof Change.QueueDeclared declared) {
                beyond.remove(declared.id());
            }
        }
        return beyond;
    }
}
