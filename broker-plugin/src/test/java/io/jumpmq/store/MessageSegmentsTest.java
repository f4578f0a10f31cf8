package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.LogListener.Stored;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.store.MessageSegments.Commit;
import io.jumpmq.value.MessageProperties;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The message log against a ledger, over crashes at any call, torn writes and flipped bits. What was flushed is there, what was
 * deleted and flushed is not, in order, and nothing is ever made up.
 */
class MessageSegmentsTest {
    private static final long SEGMENT = 1 << 16;
    private static final int QUEUES = 3;

    /** What must be there, and what may be: by queue and position, the body. */
    private static final class Ledger {
        final Map<Long, NavigableMap<Long, String>> flushed = new HashMap<>();
        final Map<Long, NavigableMap<Long, String>> now = new HashMap<>();

        /** Deleted, and not flushed yet: may be there or not. */
        final Map<Long, Set<Long>> deletedUnflushed = new HashMap<>();

        NavigableMap<Long, String> now(long queue) {
            return now.computeIfAbsent(queue, unused -> new TreeMap<>());
        }

        void delete(long queue, long position) {
            if (now(queue).remove(position) != null) {
                deletedUnflushed
                        .computeIfAbsent(queue, unused -> new HashSet<>())
                        .add(position);
            }
        }

        void flush() {
            flushed.clear();
            now.forEach((queue, messages) -> flushed.put(queue, new TreeMap<>(messages)));
            deletedUnflushed.clear();
        }
    }

    /** A log under random work. */
    private static final class Subject {
        final SplittableRandom random;
        final SimulatedDisk disk;
        final MessageSegments log;
        final Ledger ledger;
        final long[] next = new long[QUEUES + 1];

        Subject(SimulatedDisk disk, Ledger ledger, long seed) throws IOException {
            this.random = new SplittableRandom(seed);
            this.disk = disk;
            this.ledger = ledger;
            this.log = MessageSegments.open(disk, supply(disk), SEGMENT);
            for (long queue = 1; queue <= QUEUES; queue++) {
                next[(int) queue] = log.index().recovered(queue).last() + 1;
            }
        }

        /** One random step; flushing comes often enough. */
        void step() throws IOException {
            long queue = 1L + random.nextInt(QUEUES);
            NavigableMap<Long, String> messages = ledger.now(queue);
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> {
                    long position = next[(int) queue]++;
                    String body = queue + "/" + position + "/" + "x".repeat(random.nextInt(3000));
                    // In the ledger first: when the disk fails in the middle, it may be there.
                    messages.put(position, told(body));
                    log.append(queue, position, message(body), Long.MAX_VALUE, 0, true);
                }
                case 4, 5 -> {
                    if (!messages.isEmpty()) {
                        long position = random.nextInt(3) == 0 ? messages.lastKey() : messages.firstKey();
                        ledger.delete(queue, position);
                        log.delete(queue, position);
                    }
                }
                case 6 -> {
                    if (random.nextInt(20) == 0 && !messages.isEmpty()) {
                        long first = messages.firstKey();
                        long last = first + random.nextInt(20);
                        for (long position : List.copyOf(
                                messages.subMap(first, true, last, true).keySet())) {
                            ledger.delete(queue, position);
                        }
                        log.deleteRange(queue, first, last);
                    }
                }
                case 7 -> {
                    Segment useless = log.compact();
                    if (useless != null) {
                        log.discard(useless);
                    }
                }
                case 8 -> {
                    Segment sealed = log.segments().nextSealed();
                    if (sealed != null) {
                        disk.replace(
                                Summary.name(sealed.number),
                                Summary.file(sealed.summary.toByteArray(), sealed.number, sealed.end));
                    }
                }
                default -> flush();
            }
        }

        void flush() throws IOException {
            Commit commit = log.write();
            if (commit != null) {
                commit.flush();
                log.flushed(commit);
                ledger.flush();
            }
        }
    }

    static MessageSegments.Supply supply(Disk disk) {
        return new MessageSegments.Supply() {
            @Override
            public Disk.File take(long number, long size) throws IOException {
                return disk.create(Segment.name(number), size, Segment.head(number));
            }

            @Override
            public boolean isReady(long size) {
                return true;
            }
        };
    }

    /** Deletions find no room and no new segment: they wait, and what they delete is gone for whoever asks. */
    @Test
    void deletionsWaitForRoomOnAFullDisk() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        boolean[] full = {false};
        MessageSegments.Supply supply = new MessageSegments.Supply() {
            @Override
            public Disk.File take(long number, long size) throws IOException {
                if (full[0]) {
                    throw new NotWrittenException("no room", null);
                }
                return disk.create(Segment.name(number), size, Segment.head(number));
            }

            @Override
            public boolean isReady(long size) {
                return !full[0];
            }
        };
        MessageSegments log = MessageSegments.open(disk, supply, SEGMENT);
        int count = (int) (3 * SEGMENT / 100);
        for (int position = 0; position < count; position++) {
            log.append(1, position, message(""), Long.MAX_VALUE, 0, true);
            log.append(2, position, message(""), Long.MAX_VALUE, 0, true);
        }
        Objects.requireNonNull(log.write()).flush();
        full[0] = true;
        for (int position = 0; position < count - 10; position++) {
            log.delete(1, position);
            log.returned(2, position, 1);
            log.write(); // Each in a record of its own.
        }
        log.deleteRange(2, 0, count / 2);
        log.deleteQueue(3);
        log.write();
        assertThat(log.find(1, 0, count, Integer.MAX_VALUE)).hasSize(10);
        assertThat(log.stop(Map.of(1L, 5L))).as("a stop in order").isFalse();
        SimulatedDisk stopped = disk.kill();
        assertThat(MessageSegments.open(stopped, supply(stopped), SEGMENT)
                        .index()
                        .recovered(1)
                        .count())
                .as("what waited for room is back after a stop without room")
                .isBetween(11, count);

        full[0] = false;
        assertThat(log.stop(Map.of(1L, 5L))).isTrue();
        SimulatedDisk after = disk.kill();
        MessageSegments again = MessageSegments.open(after, supply(after), SEGMENT);
        assertThat(again.index().recovered(1).count()).isEqualTo(10);
        assertThat(again.index().recovered(2).count()).isEqualTo(count - count / 2 - 1);
    }

    private static Message message(String body) {
        return new Message(
                "ex", "key".getBytes(UTF_8), BasicFormat.INSTANCE.header(MessageProperties.NONE), body.getBytes(UTF_8));
    }

    /** A body in short, so that a failure can be read. */
    private static String told(String body) {
        String tail = body.replaceAll("[xy]+$", "");
        return tail + "+" + (body.length() - tail.length());
    }

    /** What a log holds of a queue. */
    private static NavigableMap<Long, String> content(MessageSegments log, long queue) {
        NavigableMap<Long, String> found = new TreeMap<>();
        SlotReader reader = new SlotReader(List.of(BasicFormat.INSTANCE));
        long from = 0;
        while (true) {
            List<Stored> some = reader.read(log.find(queue, from, 100, 1 << 16)).messages();
            if (some.isEmpty()) {
                return found;
            }
            for (Stored stored : some) {
                assertThat(found.put(
                                stored.position(),
                                told(new String(stored.message().body(), UTF_8))))
                        .isNull();
                from = stored.position() + 1;
            }
        }
    }

    /** Every flushed message is there and unharmed; beyond that only what was published and perhaps not deleted. */
    private static void compare(MessageSegments log, Ledger ledger, String what) {
        for (long queue = 1; queue <= QUEUES; queue++) {
            NavigableMap<Long, String> found = content(log, queue);
            NavigableMap<Long, String> now = ledger.now(queue);
            Set<Long> perhapsDeleted = ledger.deletedUnflushed.getOrDefault(queue, Set.of());
            NavigableMap<Long, String> must = ledger.flushed.getOrDefault(queue, new TreeMap<>());
            must.forEach((position, body) -> {
                if (!perhapsDeleted.contains(position)) {
                    assertThat(found).as(what).containsEntry(position, body);
                }
            });
            found.forEach((position, body) -> {
                String published = must.getOrDefault(position, now.getOrDefault(position, ""));
                if (!published.equals(body) && !perhapsDeleted.contains(position)) {
                    fail(what + ": queue " + position + " holds what it should not at " + position);
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatWasFlushedSurvivesAPowerLossAtAnyMoment(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Ledger ledger = new Ledger();
        SimulatedDisk disk = new SimulatedDisk();
        for (int life = 0; life < 25; life++) {
            Subject subject = new Subject(disk, ledger, random.nextLong());
            String what = "seed " + seed + ", life " + life;
            compare(subject.log, ledger, what);
            settle(ledger, subject.log);
            for (int step = random.nextInt(600); step > 0; step--) {
                subject.step();
            }
            assertThat(subject.log.segments().diskBytes())
                    .as("disk against what is of use: " + what)
                    .isLessThan(2 * subject.log.index().liveBytes() + 30 * SEGMENT);
            disk = random.nextInt(3) == 0 ? disk.kill() : disk.crash(random);
        }
    }

    /** After a crash what is there is the truth: the ledger follows. */
    private static void settle(Ledger ledger, MessageSegments log) {
        for (long queue = 1; queue <= QUEUES; queue++) {
            ledger.now.put(queue, content(log, queue));
        }
        ledger.flush();
    }

    @Test
    void everyPrefixOfAWorkloadIsCrashedOnce() throws IOException {
        int total = run(Integer.MAX_VALUE, new Ledger(), new SimulatedDisk());
        assertThat(total).isGreaterThan(200);
        for (int calls = 1; calls < total; calls++) {
            Ledger ledger = new Ledger();
            SimulatedDisk disk = new SimulatedDisk();
            run(calls, ledger, disk);
            for (SimulatedDisk after : List.of(disk.kill(), disk.crash(new SplittableRandom(calls)))) {
                compare(
                        MessageSegments.open(after, supply(after), SEGMENT),
                        ledger,
                        "a failure at call " + calls + " of " + total);
            }
        }
    }

    /** The same work each time, until the disk fails; how many calls it took. */
    private static int run(int callsUntilFailure, Ledger ledger, SimulatedDisk disk) {
        disk.failAfter(callsUntilFailure);
        try {
            Subject subject = new Subject(disk, ledger, 99);
            for (int step = 0; step < 900; step++) {
                subject.step();
            }
        } catch (IOException expected) {
            assertThat(expected).hasMessageContaining("simulated");
        }
        return disk.changes();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void aFlippedBitIsFoundOrHarmless(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Ledger ledger = new Ledger();
        SimulatedDisk disk = new SimulatedDisk();
        Subject subject = new Subject(disk, ledger, seed);
        for (int step = 0; step < 800; step++) {
            subject.step();
        }
        subject.flush();
        subject.flush(); // Notes that the last one was flushed.
        int told = 0;
        for (int flip = 0; flip < 400; flip++) {
            SimulatedDisk damaged = disk.kill();
            List<String> names = damaged.list();
            String name = names.get(random.nextInt(names.size()));
            if (flip % 2 == 0) {
                name = Segment.name(subject.log.find(1, 0, 1000, 1 << 20).stream()
                        .mapToLong(slot -> slot.segment().number)
                        .max()
                        .orElseThrow());
            }
            byte[] content = damaged.content(name);
            int at = random.nextInt(flip % 2 == 0 ? content.length / 16 : content.length);
            content[at] ^= (byte) (1 << random.nextInt(8));
            String what = "seed " + seed + ", " + name + " at " + at;
            try {
                MessageSegments log = MessageSegments.open(damaged, supply(damaged), SEGMENT);
                for (long queue = 1; queue <= QUEUES; queue++) {
                    // A sealed segment's messages are checked when they are read: one may be missing, none be wrong.
                    NavigableMap<Long, String> expected = ledger.now(queue);
                    content(log, queue)
                            .forEach((position, body) ->
                                    assertThat(expected).as(what).containsEntry(position, body));
                }
            } catch (DamagedException e) {
                told++;
                assertThat(e).as(what).hasMessageContaining(name);
            }
        }
        assertThat(told).as("flips that were told of at once").isGreaterThan(20);
    }

    @Test
    void spaceIsGivenBack() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        MessageSegments log = MessageSegments.open(disk, supply(disk), SEGMENT);
        // One message stays behind in the oldest segment, thousands come and go.
        log.append(1, 0, message("stays"), Long.MAX_VALUE, 0, true);
        for (int position = 1; position < 5000; position++) {
            log.append(1, position, message("x".repeat(500)), Long.MAX_VALUE, 0, true);
            log.delete(1, position);
            if (position % 10 == 0) {
                Commit commit = Objects.requireNonNull(log.write());
                commit.flush();
                log.flushed(commit);
                Segment useless = log.compact();
                if (useless != null) {
                    log.discard(useless);
                }
            }
            assertThat(log.segments().diskBytes())
                    .isLessThanOrEqualTo(2 * log.index().liveBytes() + 4 * SEGMENT);
        }
        assertThat(content(log, 1)).isEqualTo(Map.of(0L, "stays+0"));
        assertThat(disk.list()).hasSizeLessThan(6);
    }

    @Test
    void nothingFollowsTheNoteOfAStopInOrder() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        MessageSegments log = MessageSegments.open(disk, supply(disk), SEGMENT);
        log.append(1, 0, message("one"), Long.MAX_VALUE, 0, true);
        MessageSegments.Commit first = Objects.requireNonNull(log.write());
        log.append(1, 1, message("two"), Long.MAX_VALUE, 0, true);
        MessageSegments.Commit second = Objects.requireNonNull(log.write());
        first.flush();
        log.flushed(first); // Not noted yet.
        log.stop(Map.of(1L, 0L));
        log.flushed(second); // As by the flushing thread, late.
        assertThat(log.write()).isNull();
        assertThat(MessageSegments.open(disk, supply(disk), SEGMENT)
                        .index()
                        .recovered(1)
                        .seen())
                .isZero();
    }

    @Test
    void deliveryCountsAndTheEndOfDeliveriesSurvive() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        MessageSegments log = MessageSegments.open(disk, supply(disk), SEGMENT);
        for (int position = 0; position < 3; position++) {
            log.append(1, position, message("m" + position), 1000 + position, 0, true);
        }
        log.returned(1, 1, 4);
        log.stop(Map.of(1L, 1L));
        MessageSegments again = MessageSegments.open(disk, supply(disk), SEGMENT);
        assertThat(again.index().recovered(1).seen()).isEqualTo(1);
        List<Stored> stored = new SlotReader(List.of(BasicFormat.INSTANCE))
                .read(again.find(1, 0, 10, 1 << 20))
                .messages();
        assertThat(stored).extracting(Stored::deliveryCount).containsExactly(0, 4, 0);
        assertThat(stored).extracting(Stored::expiresAtMillis).containsExactly(1000L, 1001L, 1002L);
        assertThat(stored.get(2).message().exchange()).isEqualTo("ex");
        assertThat(stored.get(2).message().routingKeyText()).isEqualTo("key");
        again.append(1, 3, message("later"), Long.MAX_VALUE, 0, true);
        Objects.requireNonNull(again.write()).flush();
        SimulatedDisk killed = disk.kill();
        assertThat(MessageSegments.open(killed, supply(killed), SEGMENT)
                        .index()
                        .recovered(1)
                        .seen())
                .as("opened again and not stopped in order")
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatIsNotPersistentIsGoneAfterARestart() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        MessageSegments log = MessageSegments.open(disk, supply(disk), SEGMENT);
        log.append(1, 0, message("lasting"), Long.MAX_VALUE, 0, true);
        log.append(1, 1, message("paged"), Long.MAX_VALUE, 0, false);
        Objects.requireNonNull(log.write()).flush();
        assertThat(content(log, 1)).hasSize(2);
        assertThat(content(MessageSegments.open(disk, supply(disk), SEGMENT), 1))
                .isEqualTo(Map.of(0L, "lasting+0"));
    }

    @Test
    void aMessageLargerThanASegmentGetsOneOfItsOwn() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        MessageSegments log = MessageSegments.open(disk, supply(disk), SEGMENT);
        String large = "y".repeat(3_000_000);
        log.append(1, 0, message("small"), Long.MAX_VALUE, 0, true);
        log.append(1, 1, message(large), Long.MAX_VALUE, 0, true);
        log.append(1, 2, message("small too"), Long.MAX_VALUE, 0, true);
        Objects.requireNonNull(log.write()).flush();
        Map<Long, String> expected = Map.of(0L, "small+0", 1L, "+3000000", 2L, "small too+0");
        assertThat(content(log, 1)).isEqualTo(expected);
        assertThat(content(MessageSegments.open(disk, supply(disk), SEGMENT), 1))
                .isEqualTo(expected);
    }

    @Test
    void anotherVersionsFilesAreRefusedAndLeftAlone() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        MessageSegments.open(disk, supply(disk), SEGMENT);
        byte[] head = disk.content(Segment.name(1));
        head[11] = 9;
        CRC32C crc = new CRC32C();
        crc.update(head, 0, 20);
        ByteBuffer.wrap(head).putInt(20, (int) crc.getValue());
        List<String> before = new ArrayList<>(disk.list());
        assertThatThrownBy(() -> MessageSegments.open(disk, supply(disk), SEGMENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has format version 9, and this JumpMQ knows versions 1 to 2");
        assertThat(disk.list()).isEqualTo(before);
    }

    @Test
    void aMissingFileIsDamage() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        MessageSegments log = MessageSegments.open(disk, supply(disk), SEGMENT);
        for (int position = 0; position < 400; position++) {
            log.append(1, position, message("x".repeat(1000)), Long.MAX_VALUE, 0, true);
        }
        Objects.requireNonNull(log.write()).flush();
        disk.delete(Segment.name(3));
        assertThatThrownBy(() -> MessageSegments.open(disk, supply(disk), SEGMENT))
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining("0000000000000003.log");
    }

    @Test
    void givingBackSpaceTakesNoneFromAFullDisk() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        boolean[] room = {true};
        MessageSegments.Supply supply = new MessageSegments.Supply() {
            @Override
            public Disk.File take(long number, long size) throws IOException {
                if (!room[0]) {
                    throw new IOException("no room for segment " + number);
                }
                return disk.create(Segment.name(number), size, Segment.head(number));
            }

            @Override
            public boolean isReady(long size) {
                return room[0];
            }
        };
        MessageSegments log = MessageSegments.open(disk, supply, SEGMENT);
        for (int i = 0; i < 1000; i++) {
            log.append(1, i, message("m" + i + "x".repeat(1000)), Long.MAX_VALUE, 0, true);
        }
        room[0] = false;
        for (int i = 0; i < 1000; i++) {
            if (i % 10 != 0) {
                log.delete(1, i);
            }
        }
        compact(log);
        assertThat(log.find(1, 0, 1000, Integer.MAX_VALUE)).hasSize(100);
        long full = log.segments().diskBytes();
        room[0] = true;
        compact(log);
        assertThat(log.segments().diskBytes()).isLessThan(full / 2);
        assertThat(log.find(1, 0, 1000, Integer.MAX_VALUE)).hasSize(100);
        assertThat(content(MessageSegments.open(disk, supply, SEGMENT), 1)).hasSize(100);
    }

    /** What was set aside lies in a later segment, and takes another size there than where it was. */
    @Test
    void messagesBesideThoseThatWereSetAsideOutliveARestart() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        MessageSegments log = MessageSegments.open(disk, supply(disk), SEGMENT);
        int count = 20;
        for (int position = 0; position < count; position++) {
            log.append(1, position, message("m"), Long.MAX_VALUE, 0, true);
        }
        Objects.requireNonNull(log.write()).flush();
        log = MessageSegments.open(disk, supply(disk), SEGMENT);
        for (int position = 0; position < count - 1; position++) {
            assertThat(log.setAside(1, position)).isTrue();
        }
        Objects.requireNonNull(log.write()).flush();
        log = MessageSegments.open(disk, supply(disk), SEGMENT);
        compact(log);
        SlotReader reader = new SlotReader(List.of(BasicFormat.INSTANCE));
        assertThat(reader.read(log.find(1, count - 1, 1, Integer.MAX_VALUE)).messages())
                .hasSize(1);
    }

    private static void compact(MessageSegments log) throws IOException {
        for (int i = 0; i < 100; i++) {
            Segment useless = log.compact();
            if (useless != null) {
                log.discard(useless);
            }
            Commit commit = log.write();
            if (commit != null) {
                commit.flush();
                log.flushed(commit);
            }
        }
    }
}
