package io.jumpmq.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.broker.Congestion;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.simulation.SimulatedNode;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.ReplyCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The catalog on a disk that is full: what adds to it is refused, what takes away is not, and nothing is half done. */
class FullDiskTest {
    private static final String V = SimulatedNode.VHOST;
    private static final long NOW = 1_700_000_000_000L;

    /** Far more than there is room for. */
    private static final int MAX_QUEUES = 10_000;

    private final SimulatedDisk catalogDisk = new SimulatedDisk();
    private final SimulatedDisk messageDisk = new SimulatedDisk();

    private static SimulatedNode start(SimulatedDisk catalogDisk, SimulatedDisk messageDisk) throws IOException {
        SimulatedNode node = SimulatedStore.node(catalogDisk, messageDisk, new SplittableRandom(5), NOW, 1L << 30);
        node.settle();
        return node;
    }

    /** Carries a command out; why it was refused, or null. */
    private static @Nullable AmqpException refusal(SimulatedNode node, Command command) {
        CompletableFuture<?> done = node.broker().administer(List.of(command));
        node.settle();
        assertThat(node.isBroken()).as("after %s", command).isFalse();
        assertThat(done).as("%s is answered", command).isDone();
        try {
            done.join();
            return null;
        } catch (CompletionException e) {
            return (AmqpException) e.getCause();
        }
    }

    private static Command declare(String queue) {
        return new Command.DeclareQueue(
                V, queue, true, false, false, FieldTable.of(Map.of("x-max-length", 5)), TestIds.OPERATOR);
    }

    private static Command bind(String queue) {
        return new Command.Bind(V, "ch", DestinationKind.QUEUE, queue, "3", FieldTable.EMPTY, TestIds.OPERATOR);
    }

    private static VirtualHost vhost(SimulatedNode node) {
        return Objects.requireNonNull(node.broker().catalog().vhost(V));
    }

    private static Set<String> queues(SimulatedNode node) {
        Set<String> names = new TreeSet<>();
        vhost(node).queues().forEach(queue -> names.add(queue.name()));
        return names;
    }

    private static Set<String> bindings(SimulatedNode node) {
        Set<String> all = new TreeSet<>();
        node.broker().catalog().bindings(vhost(node)).forEach(binding -> all.add(binding.toString()));
        return all;
    }

    @Test
    void whatAddsIsRefusedAndWhatTakesAwayIsNot() throws IOException {
        SimulatedNode node = start(catalogDisk, messageDisk);
        assertThat(refusal(
                        node,
                        new Command.DeclareExchange(
                                V, "ch", "x-consistent-hash", true, false, false, FieldTable.EMPTY, TestIds.CLIENT)))
                .isNull();
        catalogDisk.room(0);
        List<String> declared = new ArrayList<>();
        AmqpException refused = null;
        while (refused == null && declared.size() < MAX_QUEUES) {
            String name = "q" + declared.size();
            refused = refusal(node, declare(name));
            if (refused == null) {
                declared.add(name);
                refused = refusal(node, bind(name));
            }
        }
        assertThat(refused).as("refused after %d queues", declared.size()).isNotNull();
        assertThat(refused.reply()).isEqualTo(ReplyCode.RESOURCE_ERROR);
        assertThat(refused).hasMessageContaining("disk is full").hasMessageContaining("can be deleted");
        assertThat(declared).hasSizeGreaterThan(20);
        node.advance(2_000);
        assertThat(node.broker().congestion()).as("publishers wait").isEqualTo(Congestion.DISK);

        SimulatedNode again = start(catalogDisk.kill(), messageDisk.kill());
        assertThat(queues(again)).as("what was answered is recorded").isEqualTo(queues(node));
        assertThat(bindings(again)).isEqualTo(bindings(node));

        for (String name : declared) {
            QueueRecord queue = vhost(node).requireQueue(name);
            assertThat(refusal(node, new Command.DeleteQueue(V, name, queue.id())))
                    .as("%s can be deleted", name)
                    .isNull();
        }
        SimulatedNode empty = start(catalogDisk.kill(), messageDisk.kill());
        assertThat(queues(empty)).as("deletions are recorded").isEmpty();
        assertThat(bindings(empty)).isEqualTo(bindings(node));

        catalogDisk.room(1 << 30);
        for (int i = 0; i < 200 && node.broker().congestion() != Congestion.NONE; i++) {
            node.advance(1_000);
        }
        assertThat(node.broker().congestion()).as("there is room again").isEqualTo(Congestion.NONE);
        assertThat(refusal(node, declare("later"))).isNull();
    }

    @Test
    void aCommandLargerThanWhatIsKeptReadyHasRoomMadeForIt() throws IOException {
        SimulatedNode node = start(catalogDisk, messageDisk);
        List<Command> many = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            many.add(declare("q" + i));
        }
        CompletableFuture<?> done = node.broker().administer(many);
        node.settle();
        assertThat(done).isCompleted();
        catalogDisk.room(0);
        CompletableFuture<?> more = node.broker()
                .administer(many.stream()
                        .map(command -> declare("more" + ((Command.DeclareQueue) command).name()))
                        .toList());
        node.settle();
        assertThat(more).as("all of it or nothing").isCompletedExceptionally();
        assertThat(queues(node)).hasSize(2_000);
        assertThat(queues(start(catalogDisk.kill(), messageDisk.kill()))).hasSize(2_000);
    }

    @Test
    void withoutRoomForASnapshotTheJournalGoesOn() throws IOException {
        SimulatedNode node = start(catalogDisk, messageDisk);
        assertThat(refusal(node, declare("first"))).isNull();
        catalogDisk.room(0);
        SimulatedStore.snapshot(node);
        node.settle();
        assertThat(refusal(node, declare("second"))).isNull();
        assertThat(node.isBroken()).isFalse();
        assertThat(queues(start(catalogDisk.kill(), messageDisk.kill()))).containsExactly("first", "second");
    }
}
