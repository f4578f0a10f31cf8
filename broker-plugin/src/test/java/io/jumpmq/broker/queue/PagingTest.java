package io.jumpmq.broker.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.broker.message.Message;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.value.MessageProperties;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A queue that pages messages out and loads them again, against one that need not: nobody outside can tell. */
class PagingTest {
    private static final long NOW = 1_000_000;

    /** A log that loads when a test says so. */
    static final class PagingLog implements MessageLog {
        final TreeMap<Long, LogListener.Stored> kept = new TreeMap<>();
        final ArrayDeque<Runnable> loads = new ArrayDeque<>();

        /** What it keeps and cannot read. */
        final Set<Long> damaged = new HashSet<>();

        long now = NOW;

        /** How many messages it has given back. */
        int read;

        @Nullable MessageQueue queue;

        @Override
        public boolean append(QueueEntry entry, boolean persistent) {
            kept.put(
                    entry.position(),
                    new LogListener.Stored(
                            entry.position(), entry.message(), entry.expiresAtMillis(), entry.deliveryCount(), null));
            return true;
        }

        @Override
        public void delete(long position) {
            assertThat(kept.remove(position)).as("deleted once").isNotNull();
        }

        @Override
        public void deleteAll(long first, long last) {
            kept.subMap(first, true, last, true).clear();
        }

        @Override
        public void returned(QueueEntry entry) {
            // Not of interest.
        }

        @Override
        public void died(QueueEntry entry, DeathReason reason) {
            kept.computeIfPresent(
                    entry.position(),
                    (position, stored) -> new LogListener.Stored(
                            position, stored.message(), stored.expiresAtMillis(), entry.deliveryCount(), reason));
        }

        @Override
        public void deleteQueue() {
            kept.clear();
        }

        @Override
        public boolean loads() {
            return true;
        }

        @Override
        public void load(long from, int maxMessages, int maxBytes, int ticket) {
            loads.add(() -> {
                List<LogListener.Stored> found = kept.tailMap(from, true).values().stream()
                        .limit(Math.min(7, maxMessages))
                        .toList();
                read += found.size();
                Objects.requireNonNull(queue)
                        .loaded(
                                new LogListener.Loaded(
                                        ticket,
                                        found.stream()
                                                .filter(one -> !damaged.contains(one.position()))
                                                .toList(),
                                        found.stream()
                                                .filter(one -> damaged.contains(one.position()))
                                                .map(one -> new LogListener.Unreadable(
                                                        one.position(),
                                                        one.message().body().length,
                                                        false))
                                                .toList(),
                                        false),
                                now);
            });
        }

        void answerOne() {
            Runnable load = loads.poll();
            if (load != null) {
                load.run();
            }
        }

        void answerAll(long nowMillis) {
            now = nowMillis;
            answerAll();
        }

        void answerAll() {
            while (!loads.isEmpty()) {
                answerOne();
            }
        }
    }

    private final PagingLog log = new PagingLog();
    private final RecordingOutput output = new RecordingOutput();
    private final MessageQueue queue = queue(QueueSettings.plain(true, false));
    private final List<Delivery> delivered = new ArrayList<>();

    private MessageQueue queue(QueueSettings settings) {
        MessageQueue made = new MessageQueue("q", settings, output, log, NOW);
        log.queue = made;
        return made;
    }

    private static Message message(int number, boolean persistent) {
        byte[] properties = persistent ? new byte[] {0x10, 0, 2} : new byte[] {0, 0};
        return new Message(
                "", "q".getBytes(UTF_8), BasicFormat.INSTANCE.header(properties), ("m" + number).getBytes(UTF_8));
    }

    private static String body(Delivery entry) {
        return new String(entry.message().body(), UTF_8);
    }

    private static int number(Delivery entry) {
        return Integer.parseInt(body(entry).substring(1));
    }

    /** Of the body of this number. */
    private static int length(int number) {
        return 1 + Integer.toString(number).length();
    }

    private QueueConsumer consumer(int prefetch) {
        return new QueueConsumer(
                new ConsumerEndpoint() {
                    @Override
                    public void deliver(QueueConsumer to, Delivery entry) {
                        delivered.add(entry);
                    }

                    @Override
                    public void cancelled(QueueConsumer whose) {
                        throw new AssertionError();
                    }

                    @Override
                    public void wantsCredit(QueueConsumer who) {
                        throw new AssertionError();
                    }

                    @Override
                    public void creditReturned(QueueConsumer whose, int count) {
                        throw new AssertionError();
                    }
                },
                "c",
                false,
                false,
                prefetch,
                false,
                0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void orderAndCountsHoldWhateverIsPagedOutAndLoaded(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Set<Integer> allPersistent = new HashSet<>();
        TreeSet<Integer> expected = new TreeSet<>();
        List<Delivery> held = new ArrayList<>();
        int published = 0;
        for (int step = 0; step < 5000; step++) {
            String what = "seed " + seed + ", step " + step;
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> {
                    boolean persistent = random.nextBoolean();
                    queue.publish(message(published, persistent), null, NOW);
                    if (persistent) {
                        allPersistent.add(published);
                    }
                    expected.add(published++);
                }
                case 4 -> queue.pageOut(random.nextInt(60));
                case 5 -> log.answerOne();
                case 6, 7, 8 -> {
                    if (!queue.awaitsLoad(NOW)) {
                        Delivery entry = queue.get(false, NOW);
                        assertThat(entry == null ? null : number(entry))
                                .as(what)
                                .isEqualTo(expected.pollFirst());
                        if (entry != null) {
                            held.add(entry);
                        }
                    }
                }
                case 9 -> {
                    if (!held.isEmpty()) {
                        queue.acknowledge(held.remove(random.nextInt(held.size())), NOW);
                    }
                }
                case 10 -> {
                    int share = random.nextInt(4);
                    List<Delivery> back = held.stream()
                            .filter(unused -> random.nextInt(3) < share)
                            .toList();
                    queue.requeue(back, NOW);
                    back.forEach(entry -> expected.add(number(entry)));
                    held.removeAll(back);
                }
                default -> {
                    if (random.nextInt(40) == 0) {
                        assertThat(queue.purge()).as(what).isEqualTo(expected.size());
                        expected.clear();
                    }
                }
            }
            assertThat(queue.ready()).as(what).isEqualTo(expected.size());
            assertThat(queue.readyBytes())
                    .as(what)
                    .isEqualTo(expected.stream().mapToLong(PagingTest::length).sum());
            assertThat(queue.unacknowledged()).as(what).isEqualTo(held.size());
            List<Integer> remaining = Stream.concat(
                            expected.stream(), held.stream().map(PagingTest::number))
                    .filter(allPersistent::contains)
                    .toList();
            assertThat(queue.persistent()).as(what).isEqualTo(remaining.size());
            assertThat(queue.persistentBytes())
                    .as(what)
                    .isEqualTo(remaining.stream().mapToLong(PagingTest::length).sum());
        }
        log.answerAll();
        queue.purge();
        held.forEach(entry -> queue.acknowledge(entry, NOW));
        assertThat(log.kept).as("what the log still has").isEmpty();
    }

    @Test
    void whatCameBackNeedsNoMemoryEitherAndIsLoadedInItsOrder() {
        for (int i = 0; i < 40; i++) {
            queue.publish(message(i, true), null, NOW);
        }
        List<Delivery> held = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            held.add(Objects.requireNonNull(queue.get(false, NOW)));
        }
        queue.requeue(held.stream().filter(entry -> entry.position() % 3 > 0).toList(), NOW);
        queue.pageOut(0);
        assertThat(queue.heldMessages())
                .as("those that wait for their acknowledgement")
                .isEqualTo(10);
        queue.requeue(held.get(3), NOW);
        queue.add(consumer(0), NOW);
        log.answerAll();
        assertThat(delivered)
                .extracting(PagingTest::number)
                .containsExactlyElementsOf(IntStream.range(0, 40)
                        .filter(number -> number == 3 || number >= 30 || number % 3 > 0)
                        .boxed()
                        .toList());
        assertThat(delivered.stream().filter(Delivery::redelivered)).hasSize(21);
        assertThat(log.read).as("nothing that is held was read again").isEqualTo(30);
    }

    @Test
    void whatCameBackIsLoadedHoweverMuchHasComeBehindIt() {
        publish(0, 1);
        queue.requeue(Objects.requireNonNull(queue.get(false, NOW)), NOW);
        queue.pageOut(0);
        queue.publish(
                new Message("", new byte[0], BasicFormat.INSTANCE.header(MessageProperties.NONE), new byte[1 << 20]),
                null,
                NOW);
        queue.add(consumer(0), NOW);
        log.answerAll();
        assertThat(delivered).extracting(Delivery::position).containsExactly(0L, 1L);
    }

    @Test
    void whatCameBackAndIsPagedOutExpiresInItsTime() {
        MessageQueue ageing =
                queue(Rules.plain().messageTtl(1_000).deadLettering().settings());
        ageing.publish(message(0, true), null, NOW);
        ageing.publish(message(1, true), null, NOW + 5);
        ageing.requeue(
                List.of(Objects.requireNonNull(ageing.get(false, NOW)), Objects.requireNonNull(ageing.get(false, NOW))),
                NOW);
        ageing.pageOut(0);
        assertThat(ageing.nextDeadline()).isEqualTo(NOW + 1_000);
        ageing.tick(NOW + 1_000);
        log.answerAll(NOW + 1_000);
        assertThat(ageing.nextDeadline()).isEqualTo(NOW + 1_005);
        assertThat(output.deadLetters).containsExactly("m0 expired");
    }

    private void publish(int from, int to) {
        for (int i = from; i < to; i++) {
            queue.publish(message(i, false), null, NOW);
        }
    }

    @Test
    void aConsumerGetsAllInOrderThroughManyLoads() {
        publish(0, 200);
        queue.pageOut(0);
        assertThat(queue.heldMessages()).isZero();
        queue.add(consumer(0), NOW);
        queue.publish(message(200, false), null, NOW);
        log.answerAll();
        assertThat(delivered)
                .extracting(PagingTest::body)
                .hasSize(201)
                .startsWith("m0", "m1")
                .endsWith("m199", "m200");
        assertThat(delivered).extracting(Delivery::redelivered).containsOnly(false);
    }

    @Test
    void whatTheLogHasFromBeforeComesFirstAndIsCalledRedeliveredWhereItMayBe() {
        for (int i = 0; i < 20; i++) {
            log.kept.put((long) i, new LogListener.Stored(i, message(i, true), Long.MAX_VALUE, 0, null));
        }
        queue.recover(new LogListener.Recovered(0, 19, 20, 50, 4, List.of()));
        queue.publish(message(20, true), null, NOW);
        assertThat(queue.ready()).isEqualTo(21);
        queue.add(consumer(0), NOW);
        log.answerAll();
        assertThat(delivered).hasSize(21).last().extracting(PagingTest::body).isEqualTo("m20");
        assertThat(delivered.stream().filter(Delivery::redelivered)).hasSize(5);
        assertThat(queue.persistent()).isEqualTo(21);
    }

    @Test
    void aQueueWithPrioritiesKnowsItsFirstAfterARestart() {
        QueueSettings settings = Rules.plain().maxPriority(5).settings();
        MessageQueue priorities = queue(settings);
        for (int i = 0; i < 20; i++) {
            byte[] properties = {0x08, 0, (byte) (i % 5)};
            Message message =
                    new Message("", new byte[0], BasicFormat.INSTANCE.header(properties), ("m" + i).getBytes(UTF_8));
            log.kept.put((long) i, new LogListener.Stored(i, message, Long.MAX_VALUE, 0, null));
        }
        priorities.recover(new LogListener.Recovered(0, 19, 20, 50, -1, List.of()));
        assertThat(priorities.awaitsLoad(NOW)).isTrue();
        log.answerAll();
        List<String> order = new ArrayList<>();
        for (Delivery entry = priorities.get(true, NOW); entry != null; entry = priorities.get(true, NOW)) {
            order.add(body(entry));
        }
        assertThat(order).hasSize(20).startsWith("m4", "m9", "m14", "m19", "m3");
    }

    @Test
    void whatExpiredWhileItWasPagedOutIsNeverDelivered() {
        for (int i = 0; i < 30; i++) {
            long expires = i < 25 ? NOW - 1 : Long.MAX_VALUE;
            log.kept.put((long) i, new LogListener.Stored(i, message(i, true), expires, 0, null));
        }
        queue.recover(new LogListener.Recovered(0, 29, 30, 80, -1, List.of()));
        queue.add(consumer(0), NOW);
        log.answerAll();
        assertThat(delivered).extracting(PagingTest::body).containsExactly("m25", "m26", "m27", "m28", "m29");
    }

    @Test
    void whoFetchesWaitsWhenTheHeadHasExpiredAndTheRestIsPagedOut() {
        for (int i = 0; i < 2; i++) {
            long expires = i == 0 ? NOW + 10 : Long.MAX_VALUE;
            log.kept.put((long) i, new LogListener.Stored(i, message(i, true), expires, 0, null));
        }
        queue.recover(new LogListener.Recovered(0, 1, 2, 4, -1, List.of()));
        log.answerAll();
        assertThat(queue.awaitsLoad(NOW)).as("m0 is at hand").isFalse();
        assertThat(queue.awaitsLoad(NOW + 10)).as("m1 is on its way").isTrue();
        log.answerAll(NOW + 10);
        assertThat(queue.get(true, NOW + 10))
                .isNotNull()
                .extracting(PagingTest::body)
                .isEqualTo("m1");
    }

    @Test
    void aLengthLimitDropsWhatIsPagedOutToo() {
        QueueSettings limited = Rules.plain().maxLength(10).settings();
        MessageQueue shortQueue = queue(limited);
        for (int i = 0; i < 40; i++) {
            log.kept.put((long) i, new LogListener.Stored(i, message(i, true), Long.MAX_VALUE, 0, null));
        }
        shortQueue.recover(new LogListener.Recovered(0, 39, 40, 110, -1, List.of()));
        log.answerAll();
        assertThat(shortQueue.ready()).isEqualTo(10);
        assertThat(log.kept).hasSize(10).containsKey(39L).doesNotContainKey(29L);
    }

    @Test
    void whatTheLogCannotGiveBackIsGone() {
        queue.recover(new LogListener.Recovered(0, 9, 10, 50, -1, List.of()));
        assertThat(queue.awaitsLoad(NOW)).isTrue();
        log.answerAll();
        assertThat(Map.of("ready", queue.ready(), "bytes", queue.readyBytes(), "lasting", queue.persistent()))
                .isEqualTo(Map.of("ready", 0, "bytes", 0L, "lasting", 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0b0100, 0b0001, 0b1000, 0b0111, 0b0110, 0b1001})
    void whatCannotBeReadIsPassedOverHoweverOftenTheRestIsPagedOut(int damaged) {
        publish(0, 4);
        List<Integer> whole = new ArrayList<>(List.of(0, 1, 2, 3));
        for (int position = 0; position < 4; position++) {
            if ((damaged & 1 << position) != 0) {
                log.damaged.add((long) position);
                whole.remove(Integer.valueOf(position));
            }
        }
        queue.pageOut(0);
        List<Integer> got = new ArrayList<>();
        for (int i = 0; i < 50 && queue.ready() > 0; i++) {
            if (queue.awaitsLoad(NOW)) {
                log.answerOne();
                continue;
            }
            Delivery next = queue.get(true, NOW);
            if (next != null) {
                got.add(number(next));
            }
            queue.pageOut(0);
        }
        assertThat(got).isEqualTo(whole);
        assertThat(queue.ready()).isZero();
        assertThat(log.kept).as("kept until the queue is purged").hasSameSizeAs(log.damaged);
    }

    @Test
    void whatIsPagedOutExpiresInItsTimeThoughNobodyComes() {
        MessageQueue ageing =
                queue(Rules.plain().messageTtl(1_000).deadLettering().settings());
        for (int i = 0; i < 40; i++) {
            ageing.publish(message(i, true), null, NOW + i);
        }
        ageing.pageOut(0);
        assertThat(ageing.nextDeadline()).isEqualTo(NOW + 1_000);
        for (long now = NOW + 1_000; ageing.ready() > 0; now = ageing.nextDeadline()) {
            assertThat(now).as("with %s ready", ageing.ready()).isLessThanOrEqualTo(NOW + 1_039);
            ageing.tick(now);
            log.answerAll(now);
        }
        assertThat(output.deadLetters).hasSize(40).startsWith("m0 expired").endsWith("m39 expired");
    }

    @Test
    void whatWasStoredBeforeARestartExpiresInItsTimeThoughNobodyComes() {
        for (int i = 0; i < 40; i++) {
            log.kept.put((long) i, new LogListener.Stored(i, message(i, true), NOW + 10 + i, 0, null));
        }
        queue.recover(new LogListener.Recovered(0, 39, 40, 110, -1, List.of()));
        for (long now = NOW; queue.ready() > 0; now = queue.nextDeadline()) {
            assertThat(now).as("with %s ready", queue.ready()).isLessThanOrEqualTo(NOW + 49);
            log.answerAll(now);
            queue.tick(now);
            log.answerAll(now);
        }
        assertThat(log.kept).isEmpty();
    }
}
