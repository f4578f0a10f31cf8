package io.jumpmq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.VolatileCatalogLog;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.LoopThread;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.ring.Ring;
import io.jumpmq.value.FieldTable;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What was recorded and makes no sense is refused at the start, by its number and its name. */
class RecoveryTest {
    private static final LoopThread NO_THREAD = new LoopThread() {
        @Override
        public void execute(Runnable task) {}

        @Override
        public void schedule(Runnable task, long delayMillis) {}

        @Override
        public long nowMillis() {
            return 42;
        }

        @Override
        public void failed(Throwable failure) {
            throw new AssertionError(failure);
        }
    };

    private static void recover(List<Change> changes) {
        new Broker(
                        TestIds.NODE,
                        List.of(new Loop(0, NO_THREAD)),
                        new Loop(1, NO_THREAD),
                        ServiceLoader.load(ExchangeType.class),
                        new MemoryBudget(Long.MAX_VALUE, Long.MAX_VALUE, () -> {}),
                        new VolatileCatalogLog(),
                        MessageStore.VOLATILE)
                .recover(changes, 0);
    }

    private static List<Change> ringOf(int queues) {
        List<Change> changes = new ArrayList<>();
        changes.add(new Change.VhostCreated("/", "", Set.of()));
        changes.add(new Change.ExchangeDeclared(
                "/", "ch", "x-consistent-hash", true, false, false, FieldTable.EMPTY, TestIds.NODE));
        for (int i = 0; i < queues; i++) {
            changes.add(
                    new Change.QueueDeclared("/", "q" + i, i + 1, true, false, TestIds.NODE, null, FieldTable.EMPTY));
        }
        for (int i = 0; i < queues; i++) {
            changes.add(new Change.BindingAdded(
                    "/", "ch", DestinationKind.QUEUE, "q" + i, String.valueOf(Ring.MAX_WEIGHT), FieldTable.EMPTY));
        }
        return changes;
    }

    @Test
    void aRingBeyondItsLimit() {
        int max = Ring.MAX_BUCKETS / Ring.MAX_WEIGHT;
        recover(ringOf(max));
        assertThatThrownBy(() -> recover(ringOf(max + 1)))
                .isInstanceOfSatisfying(
                        RecoveryException.class,
                        refused -> assertThat(refused.number()).isEqualTo(2 + 2 * (max + 1)))
                .hasMessageStartingWith("BindingAdded[vhost=/, source=ch, ")
                .hasMessageContaining("would give the ring 16780000 buckets; the limit is 16777216");
    }

    @Test
    void aBindingToNowhere() {
        List<Change> changes = ringOf(1);
        changes.add(new Change.BindingAdded("/", "ch", DestinationKind.QUEUE, "gone", "1", FieldTable.EMPTY));
        assertThatThrownBy(() -> recover(changes))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("no queue 'gone' in vhost '/'");
    }
}
