package io.jumpmq.broker.catalog;

import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The door through which the catalog changes. Whoever wants a change proposes commands; the log puts them into an order, has
 * the catalog decide them in that order, keeps what was decided, and only then has it applied: nobody ever sees what is not
 * recorded. One node keeps a journal; nodes that agree on an order each decide for themselves.
 */
public interface CatalogLog {
    /**
     * Commands that are carried out together, or not at all.
     *
     * @param user who wants it; empty: the broker itself
     * @param awaited whether somebody waits for the answer
     */
    record Batch(List<Command> commands, String user, boolean awaited) {}

    /**
     * What comes of a batch.
     *
     * @param changes in their order
     * @param noted the same with notes for the histories of rings, which are left out where there is no room for them
     * @param durable whether the answer has to wait until a loss of power would change nothing any more
     */
    record Decision(List<Change> changes, List<Change> noted, boolean durable) {
        /** Whether all of it takes something away, which is never refused for want of room. */
        public boolean isShrinking() {
            return changes.stream().allMatch(Change.Shrinking.class::isInstance);
        }
    }

    /** The catalog, to whoever keeps its order. On the catalog's loop. */
    interface Machine {
        /**
         * Decides a batch on the catalog as it is; changes nothing.
         *
         * @throws RefusedCommandException when one of its commands is refused
         */
        Decision decide(Batch batch);

        /** Makes the changes of a decision that is recorded. */
        void apply(List<Change> changes);

        /** The changes that lead to the present state. */
        List<Change> snapshot();
    }

    /** What became of a proposal. */
    sealed interface Outcome {
        /** It is recorded and applied. */
        record Committed(List<Change> changes) implements Outcome {}

        /**
         * It was refused; nothing has changed.
         *
         * @param index which of its commands the catalog refuses; -1: there is no room to record it
         */
        record Refused(int index, AmqpException reason) implements Outcome {}

        /** No log keeps so much at once. */
        record TooLarge(long bytes, long limit) implements Outcome {}

        /** Too few nodes can be reached to agree on it. */
        record NoQuorum(String why) implements Outcome {}

        /** Nobody knows whether it is recorded. */
        record Failed(String why) implements Outcome {}

        /** What the client is told; null when it was committed. */
        default @Nullable AmqpException failure() {
            if (this instanceof Refused refused) {
                return refused.reason();
            } else if (this instanceof TooLarge large) {
                return new AmqpException(
                        ReplyCode.PRECONDITION_FAILED,
                        "this takes " + large.bytes + " bytes to record; the limit is " + large.limit
                                + ": ask for it in parts");
            } else if (this instanceof NoQuorum none) {
                return new NoQuorumException(none.why);
            }
            return this instanceof Failed ? new AmqpException(ReplyCode.INTERNAL_ERROR, "INTERNAL_ERROR") : null;
        }

        /** What it has changed; nothing when it failed. */
        default List<Change> changes() {
            return List.of();
        }
    }

    /** Says whose order it keeps, before anything is proposed. */
    void attach(Machine machine);

    /**
     * Proposes a batch. On the catalog's loop.
     *
     * @param answer told once, by any thread
     */
    void propose(Batch batch, Consumer<Outcome> answer);
}
