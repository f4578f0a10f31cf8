package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.Method;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.queue.LogListener.Stored;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.simulation.SimulatedClient;
import io.jumpmq.simulation.SimulatedNode;
import io.jumpmq.store.SimulatedDisk.Call;
import io.jumpmq.store.SimulatedDisk.Fault;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The same life of a broker again and again, each time with something going wrong at another call to one of its disks. What
 * becomes of the node is as {@code docs/store-format.md} says, and what was confirmed is there afterwards, each time.
 */
class DiskFaultsTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final int MESSAGES = 40;

    /** Larger than a segment together with what is left of the ones before. */
    private static final int BODY = 4_500;

    private static final MessageProperties PERSISTENT =
            new MessageProperties(null, null, null, 2, null, null, null, null, null, null, null, null, null, null);

    /** What the clients know. */
    private static final class Ledger {
        final Set<String> confirmed = new HashSet<>();
        final Set<String> acknowledged = new HashSet<>();
        final Set<String> declared = new TreeSet<>();
    }

    private enum Phase {
        START,
        RUN,
        STOP
    }

    /** One life on two disks. */
    private static final class Life implements SimulatedClient.Listener {
        final Ledger ledger;
        final SimulatedDisk catalogDisk;
        final SimulatedDisk messageDisk;
        private final List<String> published = new ArrayList<>();
        private int confirms;
        private Phase phase = Phase.START;

        /** When something went wrong first. */
        @Nullable Phase wrong;

        private @Nullable SimulatedNode node;

        Life(SimulatedDisk catalogDisk, SimulatedDisk messageDisk, Ledger ledger) {
            this.catalogDisk = catalogDisk;
            this.messageDisk = messageDisk;
            this.ledger = ledger;
        }

        /** Starts, works and stops; what came of it. */
        String tell() {
            try {
                SimulatedNode started =
                        SimulatedStore.node(catalogDisk, messageDisk, new SplittableRandom(7), NOW, 1L << 30);
                node = started;
                started.settle();
                enter(Phase.RUN);
                if (!started.isBroken()) {
                    work(started);
                }
                assertThat(started.failures()).isEmpty();
                enter(Phase.STOP);
                if (started.isBroken()) {
                    return started.isRestless() ? "goes on" : "ends";
                }
                started.stop();
                enter(Phase.STOP);
                return "goes on";
            } catch (IOException e) {
                enter(Phase.STOP);
                assertThat(e).hasMessageMatching(".*(simulated|no room).*");
                return node == null ? "refused" : "ends";
            }
        }

        private void enter(Phase next) {
            if (wrong == null && (catalogDisk.hasFired() || messageDisk.hasFired())) {
                wrong = phase;
            }
            phase = next;
        }

        private void work(SimulatedNode running) {
            SimulatedClient peer =
                    new SimulatedClient(running, 1, running.loops().get(1), this);
            peer.send(1, new Method.ChannelOpen());
            peer.send(1, new Method.ConfirmSelect(false));
            declare(peer, "kept");
            declare(peer, "own" + ledger.declared.size());
            hear(peer);
            for (int i = 0; i < MESSAGES && !running.isBroken(); i++) {
                publish(peer, "kept", "new" + i);
                if (i % 10 == 9) {
                    hear(peer);
                    running.advance(1_000);
                }
            }
            for (int i = 0; i < MESSAGES && !running.isBroken(); i++) {
                peer.send(1, new Method.BasicGet("kept", true));
                if (i % 10 == 9) {
                    hear(peer);
                }
            }
            running.advance(2_000);
            SimulatedStore.snapshot(running);
            running.settle();
            declare(peer, "later");
            hear(peer);
            publish(peer, "later", "last");
            hear(peer);
            running.advance(2_000);
            peer.hangUp();
            running.settle();
        }

        private void hear(SimulatedClient peer) {
            Objects.requireNonNull(node).settle();
            peer.listen();
        }

        private void declare(SimulatedClient peer, String queue) {
            peer.send(1, new Method.QueueDeclare(queue, false, true, false, false, false, FieldTable.EMPTY));
        }

        private void publish(SimulatedClient peer, String queue, String name) {
            published.add(name);
            peer.publish(1, "", queue, PERSISTENT, name + ":" + "x".repeat(BODY));
        }

        @Override
        public void received(int channel, Method method, SimulatedClient.@Nullable Content content) {
            if (method instanceof Method.BasicAck ack) {
                while (confirms < ack.deliveryTag()) {
                    ledger.confirmed.add(published.get(confirms++));
                }
            } else if (method instanceof Method.BasicGetOk) {
                ledger.acknowledged.add(name(Objects.requireNonNull(content).body()));
            } else if (method instanceof Method.QueueDeclareOk ok) {
                ledger.declared.add(ok.queue());
            }
        }
    }

    private static String name(String body) {
        return body.substring(0, body.indexOf(':'));
    }

    /** The life that all begin with, which nothing disturbs. */
    private static Life undisturbed() {
        Life life = new Life(new SimulatedDisk(), new SimulatedDisk(), new Ledger());
        assertThat(life.tell()).isEqualTo("goes on");
        assertThat(life.ledger.confirmed).hasSize(MESSAGES + 1);
        assertThat(life.ledger.acknowledged).hasSize(MESSAGES);
        return life;
    }

    /** A node that starts on these has all that was promised. */
    private static void check(SimulatedDisk catalogDisk, SimulatedDisk messageDisk, Ledger ledger, String what) {
        try {
            SimulatedNode node = SimulatedStore.node(catalogDisk, messageDisk, new SplittableRandom(1), NOW, 1L << 30);
            MessageSegments log = MessageSegments.open(
                    messageDisk.kill(), MessageSegmentsTest.supply(messageDisk.kill()), SimulatedStore.SEGMENT);
            Set<String> queues = new TreeSet<>();
            Set<String> found = new HashSet<>();
            for (QueueRecord queue :
                    Objects.requireNonNull(node.broker().catalog().vhost("/")).queues()) {
                queues.add(queue.name());
                for (Stored stored : new SlotReader(List.of(BasicFormat.INSTANCE))
                        .read(log.find(queue.id(), 0, Integer.MAX_VALUE, Integer.MAX_VALUE))
                        .messages()) {
                    found.add(name(new String(stored.message().body(), UTF_8)));
                }
            }
            Set<String> expected = new TreeSet<>(ledger.confirmed);
            expected.removeAll(ledger.acknowledged);
            assertThat(queues).as(what).containsAll(ledger.declared);
            assertThat(found).as(what).containsAll(expected);
        } catch (IOException e) {
            throw new AssertionError(what + ": no start afterwards", e);
        }
    }

    /** What becomes of the node, by when it happens. */
    private static String outcomes(Life before, boolean ofCatalog, Call call, Fault fault, boolean forever) {
        Map<Phase, Set<String>> outcomes = new EnumMap<>(Phase.class);
        for (Phase phase : Phase.values()) {
            outcomes.put(phase, new TreeSet<>());
        }
        boolean more = true;
        for (int calls = 0; more; calls++) {
            Ledger ledger = new Ledger();
            ledger.declared.addAll(before.ledger.declared);
            ledger.confirmed.addAll(before.ledger.confirmed);
            ledger.confirmed.removeAll(before.ledger.acknowledged);
            Life life = new Life(before.catalogDisk.kill(), before.messageDisk.kill(), ledger);
            SimulatedDisk faulty = ofCatalog ? life.catalogDisk : life.messageDisk;
            faulty.plan(call, calls, fault, forever);
            String what = (ofCatalog ? "catalog " : "messages ") + call + " " + fault + " after " + calls
                    + (forever ? ", forever" : ", once");
            String outcome;
            try {
                outcome = life.tell();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(what, e);
            }
            more = faulty.hasFired();
            if (more) {
                Objects.requireNonNull(outcomes.get(Objects.requireNonNull(life.wrong)))
                        .add(outcome);
                check(life.catalogDisk.kill(), life.messageDisk.kill(), ledger, what + ", killed");
                SplittableRandom random = new SplittableRandom(calls);
                check(
                        life.catalogDisk.crash(random),
                        life.messageDisk.crash(random),
                        ledger,
                        what + ", power lost, seed " + calls);
            }
        }
        return String.join(
                " | ",
                outcomes.values().stream()
                        .map(some -> String.join(" or ", some))
                        .toList());
    }

    /** A line of the table; nothing for what never happens. */
    private static List<String> row(boolean ofCatalog, Call call, String fault, String outcomes) {
        String disk = ofCatalog ? "catalog" : "messages";
        String line = "| " + disk + " | " + call + " | " + fault + " | " + outcomes + " |";
        return outcomes.replace("|", "").isBlank() ? List.of() : List.of(line.toLowerCase(Locale.ROOT));
    }

    @Test
    void whateverCallFailsNothingPromisedIsLostAndTheTableIsRight() throws IOException {
        Life before = undisturbed();
        List<String> table = new ArrayList<>();
        for (boolean ofCatalog : List.of(true, false)) {
            for (Call call : Call.values()) {
                String once = outcomes(before, ofCatalog, call, Fault.ERROR, false);
                String ever = outcomes(before, ofCatalog, call, Fault.ERROR, true);
                if (once.equals(ever)) {
                    table.addAll(row(ofCatalog, call, "error", once));
                } else {
                    table.addAll(row(ofCatalog, call, "error, once", once));
                    table.addAll(row(ofCatalog, call, "error, ever after", ever));
                }
                if (call.compareTo(Call.CREATE) >= 0) { // The others change nothing.
                    table.addAll(row(
                            ofCatalog,
                            call,
                            "done, and an error",
                            outcomes(before, ofCatalog, call, Fault.LATE_ERROR, false)));
                    table.addAll(row(
                            ofCatalog,
                            call,
                            "full from then on",
                            outcomes(before, ofCatalog, call, Fault.FULL, false)));
                }
            }
        }
        System.out.println(String.join(System.lineSeparator(), table));
        assertThat(Files.readAllLines(Path.of("..", "docs", "store-format.md"))).containsAll(table);
    }
}
