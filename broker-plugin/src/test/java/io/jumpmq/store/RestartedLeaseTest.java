package io.jumpmq.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.simulation.SimulatedNode;
import io.jumpmq.value.FieldTable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A queue's lease runs from its declaration, and again from each start of the broker, whether or not anybody comes. */
class RestartedLeaseTest {
    private static final long LEASE_MILLIS = 10_000;

    private final SplittableRandom random = new SplittableRandom(6);
    private final SimulatedDisk catalogDisk = new SimulatedDisk();
    private final SimulatedDisk messageDisk = new SimulatedDisk();

    private SimulatedNode start(long nowMillis) throws Exception {
        SimulatedNode node = SimulatedStore.node(catalogDisk, messageDisk, random.split(), nowMillis, Long.MAX_VALUE);
        node.settle();
        return node;
    }

    private static VirtualHost vhost(SimulatedNode node) {
        return Objects.requireNonNull(node.broker().catalog().vhost(SimulatedNode.VHOST));
    }

    @Test
    void aQueueThatNobodyTouchesAfterARestartExpires() throws Exception {
        SimulatedNode first = start(1_000_000);
        CompletableFuture<?> declared = first.broker()
                .administer(List.of(new Command.DeclareQueue(
                        SimulatedNode.VHOST,
                        "q",
                        true,
                        false,
                        false,
                        FieldTable.of(Map.of("x-expires", LEASE_MILLIS)),
                        TestIds.CLIENT)));
        first.settle();
        assertThat(declared).isCompleted();
        first.advance(LEASE_MILLIS - 1);
        assertThat(vhost(first).queue("q")).isNotNull();
        first.stop();

        SimulatedNode second = start(first.nowMillis());
        second.advance(LEASE_MILLIS - 1);
        assertThat(vhost(second).queue("q")).as("its lease begins anew").isNotNull();
        second.advance(1);
        assertThat(vhost(second).queue("q")).isNull();
        assertThat(second.failures()).isEmpty();
    }
}
