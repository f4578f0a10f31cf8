package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.broker.queue.LogListener.Stored;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.store.MessageSegments.Commit;
import io.jumpmq.store.StoreInspection.Effect;
import io.jumpmq.store.StoreInspection.Finding;
import io.jumpmq.store.StoreInspection.Report;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A store as a killed process leaves it, and then one thing wrong with it: a start refuses, serves everything, or sets aside
 * what it cannot read; a check has said before which of these; a repair loses no more than it names.
 */
class StoreDamageTest {
    private static final long SEGMENT = 1 << 16;
    private static final int QUEUES = 4;
    private static final int ROUNDS = Integer.getInteger("store.damage.rounds", 400);
    private static final long SEED = Long.getLong("store.damage.seed", 20261127);

    /** By queue and position, the body. */
    static final class Ledger extends TreeMap<Long, NavigableMap<Long, String>> {
        private static final long serialVersionUID = 1L;

        NavigableMap<Long, String> of(long queue) {
            return computeIfAbsent(queue, unused -> new TreeMap<>());
        }
    }

    /** A node's life, up to the moment in which it is killed. */
    static final class Life {
        final StoreFiles files = new StoreFiles(new SimulatedDisk(), new SimulatedDisk());
        final Ledger confirmed = new Ledger();
        final List<Change> changes = new ArrayList<>();
        private final SplittableRandom random;
        private final CatalogJournal journal;
        private MessageSegments log;

        Life(long seed) throws IOException {
            random = new SplittableRandom(seed);
            journal = CatalogJournal.open(files.catalog(), 4096).journal();
            changes.add(new Change.VhostCreated("/", "", Set.of()));
            changes.add(new Change.UserPut("ann", PasswordHash.of("s", new byte[4]), Set.of("administrator")));
            changes.add(new Change.PermissionSet("/", "ann", Permission.of(".*", ".*", ".*")));
            changes.add(new Change.ExchangeDeclared(
                    "/", "ch", "x-consistent-hash", true, false, false, FieldTable.EMPTY, TestIds.NODE));
            queue(1);
            journal.snapshot(changes);
            for (long queue = 2; queue <= QUEUES; queue++) {
                int from = changes.size();
                queue(queue);
                assertThat(journal.append(changes.subList(from, changes.size()), false))
                        .isTrue();
                journal.flush();
            }
            log = MessageSegments.open(files.messages(), MessageSegmentsTest.supply(files.messages()), SEGMENT);
            for (int i = 0; i < 600; i++) {
                step(i);
            }
            flush();
            log.append(1, 10_000, message("nobody was told of this"), Long.MAX_VALUE, 0, true);
            log.write();
        }

        private void queue(long id) {
            changes.add(new Change.QueueDeclared("/", "q" + id, id, true, false, TestIds.NODE, null, FieldTable.EMPTY));
            changes.add(new Change.BindingAdded(
                    "/", "ch", DestinationKind.QUEUE, "q" + id, String.valueOf(id), FieldTable.EMPTY));
        }

        private void step(int i) throws IOException {
            long queue = 1L + random.nextInt(QUEUES);
            NavigableMap<Long, String> messages = confirmed.of(queue);
            if (random.nextInt(3) == 0 && !messages.isEmpty()) {
                long position = messages.firstKey();
                messages.remove(position);
                log.delete(queue, position);
            } else {
                String body = queue + "/" + i + "/" + "x".repeat(random.nextInt(2000));
                messages.put((long) i, body);
                log.append(queue, i, message(body), Long.MAX_VALUE, 0, true);
            }
            if (random.nextInt(8) == 0) {
                flush();
                Segment useless = log.compact();
                if (useless != null) {
                    log.discard(useless);
                }
                for (Segment sealed = log.segments().nextSealed();
                        sealed != null;
                        sealed = log.segments().nextSealed()) {
                    files.messages()
                            .replace(
                                    Summary.name(sealed.number),
                                    Summary.file(sealed.summary.toByteArray(), sealed.number, sealed.end));
                }
            }
        }

        private void flush() throws IOException {
            flush(log);
        }

        static void flush(MessageSegments log) throws IOException {
            Commit commit = log.write();
            if (commit != null) {
                commit.flush();
                log.flushed(commit);
            }
        }
    }

    private static Message message(String body) {
        return new Message(
                "", "key".getBytes(UTF_8), BasicFormat.INSTANCE.header(MessageProperties.NONE), body.getBytes(UTF_8));
    }

    /** What a start came to, and what was read afterwards. */
    static final class Outcome {
        final Ledger served = new Ledger();
        final Set<String> setAside = new HashSet<>();
        MessageSegments log;

        @SuppressWarnings("NullAway.Init")
        Outcome(StoreFiles files) throws IOException {
            StoreRecovery found = StoreRecovery.read(
                    files.catalog(),
                    files.messages(),
                    MessageSegmentsTest.supply(files.messages()),
                    SEGMENT,
                    Damage.REFUSED);
            CatalogReplay known = new CatalogReplay(found.catalog().changes());
            assertThat(known.refused()).isEmpty();
            CatalogJournal.open(files.catalog(), found.catalog(), 4096)
                    .snapshot(known.catalog().snapshot());
            log = found.messages().log();
            log.begin(found.messages());
            Set<Long> deleted = new HashSet<>(found.catalog().queues());
            known.catalog().snapshot().stream()
                    .filter(Change.QueueDeclared.class::isInstance)
                    .forEach(change -> deleted.remove(((Change.QueueDeclared) change).id()));
            log.delete(deleted);
            Life.flush(log);
            readAll();
        }

        final void readAll() throws IOException {
            served.clear();
            for (long queue : log.index().queues()) {
                SlotReader.Read read = new SlotReader(List.of(BasicFormat.INSTANCE))
                        .read(log.find(queue, 0, Integer.MAX_VALUE, Integer.MAX_VALUE));
                for (Stored stored : read.messages()) {
                    served.of(queue)
                            .put(stored.position(), new String(stored.message().body(), UTF_8));
                }
                for (MessageSegments.Slot slot : read.damaged()) {
                    log.setAside(queue, slot.position());
                    setAside.add(queue + ":" + slot.position());
                }
            }
            served.of(1).remove(10_000L); // It may be there or not.
        }

        /** Writes and deletes until every segment that was there is gone. */
        void compact() throws IOException {
            long newest = log.segments().count() == 0
                    ? 0
                    : Objects.requireNonNull(log.segments().newest()).number;
            for (int i = 0; i < 2_000 && log.segments().oldest().number <= newest; i++) {
                log.append(1, 20_000L + i, message("y".repeat(2000)), Long.MAX_VALUE, 0, true);
                log.delete(1, 20_000L + i);
                Life.flush(log);
                Segment useless = log.compact();
                if (useless != null) {
                    log.discard(useless);
                }
            }
            assertThat(log.segments().oldest().number).as("the oldest segment").isGreaterThan(newest);
        }

        Set<String> reported() {
            return log.index().setAside().messages().stream()
                    .map(message -> message.queue() + ":" + message.position())
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void anyDamageIsRefusedHarmlessOrSetAside() throws IOException {
        List<Life> lives = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            lives.add(new Life(SEED + i));
        }
        int refused = 0;
        int served = 0;
        int setAside = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Life life = lives.get(round % lives.size());
            StoreFiles damaged = life.files.copy();
            String what = damaged.damage(new SplittableRandom(SEED * 31 + round));
            String round1 = "seed " + SEED + ", round " + round + ": " + what;
            Report report = damaged.copy().check();
            StoreFiles untouched = damaged.copy();
            Outcome outcome;
            try {
                outcome = new Outcome(damaged);
            } catch (DamagedException e) {
                assertThat(report.starts()).as(round1).isFalse();
                assertThat(e.file()).as(round1).contains("/");
                assertUnchanged(round1, damaged, untouched);
                repair(round1, damaged, life);
                refused++;
                continue;
            }
            assertThat(report.starts()).as("%s: %s", round1, report.findings()).isTrue();
            assertServed(round1, outcome, life.confirmed);
            assertThat(saidSetAside(report)).as(round1).hasSameSizeAs(outcome.setAside);
            outcome.compact();
            outcome.readAll();
            assertServed(round1 + ", after compaction", outcome, life.confirmed);
            Outcome again = new Outcome(damaged.copy());
            assertServed(round1 + ", after another start", again, life.confirmed);
            assertThat(again.reported()).as(round1).isEqualTo(outcome.setAside);
            setAside += outcome.setAside.isEmpty() ? 0 : 1;
            served++;
        }
        System.out.printf(
                "damage: seed %d, %d rounds: %d refused, %d served, %d of these with something set aside%n",
                SEED, ROUNDS, refused, served, setAside);
        assertThat(List.of(refused, served, setAside))
                .as("each outcome was seen")
                .doesNotContain(0);
    }

    private static List<Finding> saidSetAside(Report report) {
        return report.findings().stream()
                .filter(finding -> finding.effect() == Effect.SET_ASIDE)
                .toList();
    }

    private static void assertServed(String round, Outcome outcome, Ledger confirmed) {
        Ledger expected = new Ledger();
        confirmed.forEach((queue, messages) -> expected.of(queue).putAll(messages));
        for (String gone : outcome.setAside) {
            String[] parts = gone.split(":", 2);
            expected.of(Long.parseLong(parts[0])).remove(Long.parseLong(parts[1]));
        }
        expected.values().removeIf(Map::isEmpty);
        outcome.served.values().removeIf(Map::isEmpty);
        assertThat(outcome.served).as(round).isEqualTo(expected);
        assertThat(outcome.reported()).as(round).isEqualTo(outcome.setAside);
    }

    private static void assertUnchanged(String round, StoreFiles now, StoreFiles before) throws IOException {
        assertThat(now.all()).as(round).isEqualTo(before.all());
        for (String path : now.all()) {
            assertThat(Arrays.equals(now.content(path), before.content(path)))
                    .as(round + ": " + path)
                    .isTrue();
        }
    }

    /** What is served after a repair was there before, and nothing is wrong any more. */
    private static void repair(String round, StoreFiles files, Life life) throws IOException {
        try (StoreInspection store = StoreInspection.open(() -> {}, files.catalog(), files.messages())) {
            assertThat(store.repair()).as(round).isNotEmpty();
        }
        Report report = files.copy().check();
        assertThat(report.findings()).as(round + ", repaired").isEmpty();
        Outcome outcome = new Outcome(files);
        int missing = 0;
        for (long queue = 1; queue <= QUEUES; queue++) {
            for (Map.Entry<Long, String> message : life.confirmed.of(queue).entrySet()) {
                String found = outcome.served.of(queue).get(message.getKey());
                if (found == null) {
                    missing++;
                } else {
                    assertThat(found).as(round).isEqualTo(message.getValue());
                }
            }
        }
        boolean fileGone = round.contains("removed") || round.contains("cut to") || round.contains("zeroed");
        assertThat(missing).as(round + ", messages lost by the repair").isLessThanOrEqualTo(fileGone ? 1_000 : 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"catalog", "messages"})
    void aDirectoryThatIsEmptyIsNoNewStoreWhileTheOtherIsThere(String directory) throws IOException {
        StoreFiles files = new Life(1).files.copy();
        for (String path : files.all()) {
            if (path.startsWith(directory)) {
                files.delete(path);
            }
        }
        assertThatThrownBy(() -> new Outcome(files))
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining(directory + "/manifest");
    }

    @Test
    void everyConfirmedRecordOfTheLastSegmentIsMissed() throws IOException {
        Life life = new Life(2);
        String last = life.files.all().stream()
                .filter(path -> path.endsWith(Segment.SUFFIX))
                .reduce((one, other) -> other)
                .orElseThrow();
        byte[] content = life.files.content(last);
        long flushed = Watermark.read(life.files.messages()).end();
        for (int at = Segment.HEAD_BYTES; at < flushed; at += 97) {
            StoreFiles damaged = life.files.copy();
            damaged.content(last)[at] ^= 1;
            Outcome outcome;
            try {
                outcome = new Outcome(damaged);
            } catch (DamagedException e) {
                assertThat(e).hasMessageContaining(last);
                continue;
            }
            assertServed("padding, offset " + at, outcome, life.confirmed);
        }
        assertThat(content.length).isGreaterThan((int) flushed);
    }

    @Test
    void messagesOfAQueueThatTheCatalogHasNeverHeardOfComeBackAfterARepair() throws IOException {
        Life life = new Life(3);
        StoreFiles files = life.files.copy();
        List<Change> without = life.changes.stream()
                .filter(change -> !change.toString().contains("q3"))
                .toList();
        CatalogJournal journal = CatalogJournal.open(files.catalog(), 4096).journal();
        journal.snapshot(without);
        journal.close();
        assertThatThrownBy(() -> new Outcome(files.copy()))
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining("a message of queue 3, of which the catalog has never heard");
        try (StoreInspection store = StoreInspection.open(() -> {}, files.catalog(), files.messages())) {
            assertThat(store.repair()).anyMatch(finding -> finding.what().contains("recovered-3"));
        }
        Outcome outcome = new Outcome(files);
        assertServed("repaired", outcome, life.confirmed);
        assertThat(CatalogRecovery.read(files.catalog(), Damage.REFUSED).plain())
                .anyMatch(change -> change instanceof Change.QueueDeclared queue
                        && queue.name().equals("recovered-3")
                        && queue.id() == 3);
    }

    @Test
    void messagesOfAQueueWhoseDeletionWasRecordedAreGarbage() throws IOException {
        Life life = new Life(4);
        StoreFiles files = life.files.copy();
        List<Change> without = life.changes.stream()
                .filter(change -> !change.toString().contains("q3"))
                .toList();
        CatalogJournal journal = CatalogJournal.open(files.catalog(), 4096).journal();
        journal.snapshot(without, Set.of(3L));
        journal.close();
        Outcome outcome = new Outcome(files);
        assertThat(outcome.served.of(3)).as("a start deletes them").isEmpty();
        assertThat(files.check().isGood()).isTrue();
    }
}
