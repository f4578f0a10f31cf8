package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.CatalogObserver;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.Policy;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VhostLimits;
import io.jumpmq.broker.exchange.ConsistentHashExchange.ConsistentHashRouter;
import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.broker.node.NodeId;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.TopicPermission;
import io.jumpmq.security.UserLimits;
import io.jumpmq.value.FieldTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The catalog in its files: every change comes back as it was, rings above all, whenever the disk stops. */
class CatalogJournalTest {
    private static final String V = "/";
    private static final long STEP = 64;

    /** A catalog and a journal that follows it. */
    private static final class Subject implements CatalogObserver {
        final Catalog catalog = new Catalog(ServiceLoader.load(ExchangeType.class), this);
        final CatalogJournal journal;
        final ConnectionId client;

        Subject(SimulatedDisk disk) throws IOException {
            CatalogJournal.Opened opened = CatalogJournal.open(disk, STEP);
            journal = opened.journal();
            opened.changes().forEach(catalog::apply);
            Incarnation last = opened.found().incarnation();
            Incarnation incarnation = last == null ? TestIds.NODE : last.next();
            client = new ConnectionId(incarnation, 1);
            catalog.decide(new Command.ReleaseNode(incarnation)).forEach(catalog::apply);
            journal.belongTo(incarnation);
            if (catalog.vhost(V) == null) {
                catalog.decide(new Command.CreateVhost(V, "", Set.of())).forEach(catalog::apply);
            }
            journal.snapshot(catalog.snapshot());
        }

        void run(Command command) throws IOException {
            List<Change> changes = catalog.decide(command);
            changes.forEach(catalog::apply);
            assertThat(journal.append(changes, false)).isTrue();
        }

        void queue(String name, boolean durable) throws IOException {
            run(new Command.DeclareQueue(
                    V, name, durable, false, false, FieldTable.of(Map.of("x-max-length", 5)), client));
        }

        void bind(String queue, int weight) throws IOException {
            run(new Command.Bind(
                    V, "ch", DestinationKind.QUEUE, queue, String.valueOf(weight), FieldTable.EMPTY, client));
        }

        /** The ring, bucket by bucket. */
        List<String> ring() {
            List<String> owners = new ArrayList<>();
            ConsistentHashRouter router = (ConsistentHashRouter) Objects.requireNonNull(catalog.vhost(V))
                    .requireExchange("ch")
                    .router();
            owners.add("epoch " + router.state().epoch());
            router.state()
                    .forEachRun(
                            (owner, length) -> owners.add(((QueueRecord) owner.destination()).name() + "*" + length));
            return owners;
        }

        /** Everything, in words. */
        Set<String> all() {
            Set<String> all = new TreeSet<>();
            catalog.snapshot().forEach(change -> {
                if (!(change instanceof Change.RingRestored
                        || change instanceof Change.NodeStarted
                        || change instanceof Change.QueueIdsReserved)) {
                    all.add(change.toString());
                }
            });
            return all;
        }

        @Override
        public @Nullable QueuePort queueDeclared(QueueRecord queue) {
            return null;
        }

        @Override
        public void queueDeleted(QueueRecord queue) {}

        @Override
        public void queueSettingsChanged(QueueRecord queue) {}

        @Override
        public void vhostDeleted(String vhost) {}

        @Override
        public void userDeleted(String user) {}
    }

    private static void fill(Subject subject) throws IOException {
        subject.run(new Command.DeclareExchange(
                V, "ch", "x-consistent-hash", true, false, false, FieldTable.EMPTY, subject.client));
        subject.run(new Command.PutUser("ann", PasswordHash.of("s", new byte[4]), Set.of("management")));
        subject.run(new Command.SetPermission(V, "ann", Permission.of("a", "", ".*")));
        subject.run(new Command.SetVhostLimits(V, new VhostLimits(OptionalInt.of(9), OptionalInt.empty())));
        subject.run(new Command.SetPolicy(
                V,
                Policy.of(
                        "p", "^d", Policy.Target.QUEUES, 3, Map.of("max-length", 7, "overflow", "drop-head"), false)));
        subject.run(new Command.CreateVhost("other", "tests", Set.of("t")));
        subject.run(new Command.CreateVhost("quorum", "", Set.of(), "quorum"));
        for (String exchange : List.of("amq.topic", "t")) {
            subject.run(new Command.SetTopicPermission(
                    V, "ann", exchange, TopicPermission.of("ann", V, "^{username}\\.", "")));
        }
        subject.run(new Command.ClearTopicPermissions(V, "ann", "t"));
        subject.run(new Command.SetUserLimits("ann", new UserLimits(OptionalInt.of(2), OptionalInt.empty())));
        subject.run(new Command.SetGlobalParameter("a", "{\"b\":[1]}"));
        subject.run(new Command.SetGlobalParameter("gone", "1"));
        subject.run(new Command.ClearGlobalParameter("gone"));
        for (int i = 0; i < 5; i++) {
            subject.queue("d" + i, true);
            subject.bind("d" + i, i + 1);
        }
        subject.bind("d1", 9);
        subject.run(new Command.Unbind(V, "ch", DestinationKind.QUEUE, "d0", "1", FieldTable.EMPTY, subject.client));
    }

    @Test
    void everythingComesBackFromJournalAndFromSnapshot() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        Subject first = new Subject(disk);
        fill(first);
        Subject fromJournal = new Subject(disk);
        assertThat(fromJournal.all()).isEqualTo(first.all()).hasSizeGreaterThan(20);
        assertThat(fromJournal.ring()).isEqualTo(first.ring());
        Subject fromSnapshot = new Subject(disk);
        assertThat(fromSnapshot.all()).isEqualTo(first.all());
        assertThat(fromSnapshot.ring())
                .as("an array that its bindings do not tell")
                .isEqualTo(first.ring());
        assertThat(disk.list().stream().filter(name -> CatalogJournal.number(name) > 0))
                .as("older generations are gone")
                .hasSize(2);
    }

    @Test
    void aRingIsAsAfterTheEndOfItsTransientQueues() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        Subject first = new Subject(disk);
        fill(first);
        first.queue("t1", false);
        first.bind("t1", 4);
        first.queue("d9", true);
        first.bind("d9", 2);
        first.queue("t2", false);
        first.bind("t2", 3);
        Subject again = new Subject(disk.kill());
        // What would have been, had they been deleted.
        for (String queue : List.of("t1", "t2")) {
            QueueRecord record = Objects.requireNonNull(
                    Objects.requireNonNull(first.catalog.vhost(V)).queue(queue));
            first.catalog.decide(new Command.DeleteQueue(V, queue, record.id())).forEach(first.catalog::apply);
        }
        assertThat(again.ring().subList(1, again.ring().size()))
                .containsExactlyInAnyOrderElementsOf(
                        first.ring().subList(1, first.ring().size()));
        assertThat(again.all()).isEqualTo(first.all());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyPrefixOfTheWorkComesBackAsAPrefix(long seed) throws IOException {
        int total = run(Integer.MAX_VALUE, new SimulatedDisk(), new ArrayList<>());
        for (int calls = 0; calls < total; calls++) {
            SimulatedDisk disk = new SimulatedDisk();
            List<Set<String>> states = new ArrayList<>();
            run(calls, disk, states);
            for (SimulatedDisk after : List.of(disk.kill(), disk.crash(new SplittableRandom(seed * 1000 + calls)))) {
                Set<String> found = new Subject(after).all();
                Set<String> empty = new Subject(new SimulatedDisk()).all();
                assertThat(states.contains(found) || found.equals(empty) || states.isEmpty())
                        .as("seed " + seed + ", failure at call " + calls + ": " + found)
                        .isTrue();
            }
        }
    }

    /** States of the catalog after each command, until the disk fails. */
    private static int run(int callsUntilFailure, SimulatedDisk disk, List<Set<String>> states) {
        disk.failAfter(callsUntilFailure);
        try {
            Subject subject = new Subject(disk);
            states.add(subject.all());
            for (int i = 0; i < 12; i++) {
                subject.queue("q" + i, true);
                states.add(subject.all());
                if (i % 4 == 3) {
                    subject.journal.flush();
                }
                if (i == 6) {
                    subject.journal.snapshot(subject.catalog.snapshot());
                }
            }
        } catch (IOException expected) {
            assertThat(expected).hasMessageContaining("simulated");
        }
        return disk.changes();
    }

    @Test
    void whatWasFlushedSurvivesAPowerLoss() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            SimulatedDisk disk = new SimulatedDisk();
            Subject subject = new Subject(disk);
            fill(subject);
            subject.journal.flush();
            Set<String> flushed = subject.all();
            subject.queue("later", true);
            Set<String> found = new Subject(disk.crash(new SplittableRandom(seed))).all();
            assertThat(found).as("seed " + seed).containsAll(flushed);
        }
    }

    @Test
    void damageThatIsNoTornEndIsToldOf() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        Subject subject = new Subject(disk);
        fill(subject);
        subject.journal.flush();
        subject.journal.noteFlushed();
        for (String name : disk.list()) {
            int size = disk.content(name).length;
            Map<Integer, String> outcomes = new LinkedHashMap<>();
            for (int at = 0; at < size - 40; at += 7) {
                SimulatedDisk damaged = disk.kill();
                damaged.content(name)[at] ^= 4;
                try {
                    Subject opened = new Subject(damaged);
                    if (!opened.all().equals(subject.all())) {
                        outcomes.put(at, "silently other");
                    }
                } catch (DamagedException e) {
                    assertThat(e).hasMessageContaining(name);
                }
            }
            assertThat(outcomes).as(name).isEmpty();
        }
    }

    @Test
    void aSnapshotThatIsCutShortIsDamage() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        fill(new Subject(disk));
        new Subject(disk);
        String snapshot = disk.list().stream()
                .filter(name -> name.endsWith(".snapshot"))
                .findFirst()
                .orElseThrow();
        byte[] content = disk.content(snapshot);
        disk.replace(snapshot, ByteBuffer.wrap(content, 0, content.length - 9).slice());
        assertThatThrownBy(() -> CatalogJournal.open(disk, STEP)).isInstanceOf(DamagedException.class);
    }

    @Test
    void aLongJournalAsksForASnapshot() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        Subject subject = new Subject(disk);
        int declared = 0;
        while (!subject.journal.isLong()) {
            String name = "q" + declared++;
            subject.queue(name, true);
            subject.run(new Command.DeleteQueue(
                    V,
                    name,
                    Objects.requireNonNull(Objects.requireNonNull(subject.catalog.vhost(V))
                                    .queue(name))
                            .id()));
            assertThat(declared).isLessThan(100_000);
        }
        subject.journal.snapshot(subject.catalog.snapshot());
        assertThat(subject.journal.isLong()).isFalse();
        assertThat(new Subject(disk).all()).isEqualTo(subject.all());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aPowerLossWhileStoppingIsNotTakenForDamage(long seed) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        Subject subject = new Subject(disk);
        for (int i = 0; i < 100; i++) {
            subject.queue("d" + i, true);
        }
        subject.journal.noteFlushed();
        SimulatedDisk after = disk.crash(new SplittableRandom(seed));
        assertThat(new Subject(after).all()).as("seed %d", seed).isEqualTo(subject.all());
    }

    private static List<Change> decisionOf(Catalog catalog, int queues) {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < queues; i++) {
            Command declare = new Command.DeclareQueue(
                    V,
                    "import-" + i,
                    true,
                    false,
                    false,
                    FieldTable.EMPTY,
                    TestIds.NODE.next().operator());
            List<Change> some = catalog.decide(declare);
            some.forEach(catalog::apply);
            changes.addAll(some);
        }
        return changes;
    }

    private static long imported(Subject subject) {
        return subject.all().stream()
                .filter(text -> text.contains("name=import-"))
                .count();
    }

    /** Large enough for several records, and for the power to go between any two of its sectors. */
    @Test
    void aDecisionComesBackWholeOrNotAtAll() throws IOException {
        int whole = 0;
        int none = 0;
        for (int seed = 0; seed < 200; seed++) {
            SimulatedDisk disk = new SimulatedDisk();
            Subject subject = new Subject(disk);
            fill(subject);
            subject.journal.flush();
            int queues = seed % 10 == 0 ? 12_000 : 1 + seed;
            List<Change> changes = decisionOf(subject.catalog, queues);
            assertThat(subject.journal.append(changes, false)).isTrue();
            long found = imported(new Subject(disk.crash(new SplittableRandom(seed))));
            assertThat(found).as("seed %d", seed).isIn(0L, (long) queues);
            whole += found > 0 ? 1 : 0;
            none += found > 0 ? 0 : 1;
            assertThat(imported(new Subject(disk.kill()))).as("killed").isEqualTo(queues);
        }
        assertThat(whole).isPositive();
        assertThat(none).isPositive();
    }

    @Test
    void whatWasTakenBackDoesNotComeBack() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        Subject subject = new Subject(disk);
        fill(subject);
        Set<String> before = subject.all();
        Catalog other = new Catalog(ServiceLoader.load(ExchangeType.class), CatalogObserver.NONE);
        subject.catalog.snapshot().forEach(other::apply);
        assertThat(subject.journal.append(decisionOf(other, 3), false)).isTrue();
        subject.journal.retract();
        subject.queue("after", true);
        subject.journal.flush();
        Subject again = new Subject(disk.kill());
        assertThat(again.all()).containsAll(before).hasSize(before.size() + 1);
        assertThat(imported(again)).isZero();
    }

    /** A repair must not take back the one before it instead. */
    @Test
    void whereADecisionIsLostNoOtherIsTakenBack() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        Subject subject = new Subject(disk);
        fill(subject);
        subject.queue("before", true);
        Catalog other = new Catalog(ServiceLoader.load(ExchangeType.class), CatalogObserver.NONE);
        subject.catalog.snapshot().forEach(other::apply);
        assertThat(subject.journal.append(decisionOf(other, 1), false)).isTrue();
        subject.journal.retract();
        subject.journal.noteFlushed();
        SimulatedDisk damaged = disk.kill();
        byte[] journal = damaged.content(damaged.list().stream()
                .filter(name -> name.endsWith(".journal"))
                .findFirst()
                .orElseThrow());
        journal[new String(journal, ISO_8859_1).indexOf("import-0")] ^= 1;
        List<String> findings = new ArrayList<>();
        CatalogRecovery.Found found = CatalogRecovery.read(damaged, (file, offset, what) -> findings.add(what));
        assertThat(findings).anyMatch(what -> what.contains("takes back a decision that is not there"));
        assertThat(found.plain())
                .anyMatch(change -> change instanceof Change.QueueDeclared queue
                        && queue.name().equals("before"))
                .noneMatch(change -> change instanceof Change.QueueDeclared queue
                        && queue.name().startsWith("import-"));
    }

    /** One of an earlier start, or of another directory, would have nobody to take away what is transient. */
    @Test
    void theIdentityOfAnotherTimeOrPlaceIsDamage() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        new Subject(disk).journal.close();
        byte[] first = disk.content(Identity.NAME).clone();
        Subject second = new Subject(disk);
        second.run(new Command.ReleaseNode(second.client.node()));
        second.journal.close();
        new Subject(disk.kill());
        SimulatedDisk elsewhere = new SimulatedDisk();
        Identity.create(elsewhere, new Incarnation(NodeId.of(7, 7), 90));
        for (byte[] other : List.of(first, elsewhere.content(Identity.NAME))) {
            SimulatedDisk swapped = disk.kill();
            System.arraycopy(other, 0, swapped.content(Identity.NAME), 0, other.length);
            assertThatThrownBy(() -> new Subject(swapped))
                    .isInstanceOf(DamagedException.class)
                    .hasMessageContaining(Identity.NAME)
                    .hasMessageContaining("it names the node");
        }
    }
}
