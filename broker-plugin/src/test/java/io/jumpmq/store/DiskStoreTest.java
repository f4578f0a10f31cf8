package io.jumpmq.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jumpmq.broker.Congestion;
import io.jumpmq.broker.DamagedMessage;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.LoopThread;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.broker.queue.DeathReason;
import io.jumpmq.broker.queue.Delivery;
import io.jumpmq.broker.queue.LogListener;
import io.jumpmq.broker.queue.MessageQueue;
import io.jumpmq.broker.queue.PublishTicket;
import io.jumpmq.broker.queue.QueueEntry;
import io.jumpmq.broker.queue.QueueOutput;
import io.jumpmq.broker.queue.QueueSettings;
import io.jumpmq.broker.queue.UnusedReason;
import io.jumpmq.metrics.StoreFigures;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.value.FieldTable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The store with its threads, under a real queue on a real loop, on a disk that runs full, fails or is slow. */
class DiskStoreTest {
    private static final long SEGMENT = 4L << 20;
    private static final int SIZE_OF_DAMAGED = 100_000;

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    private final Loop loop = new Loop(0, new LoopThread() {
        @Override
        public void execute(Runnable task) {
            if (!executor.isShutdown()) { // Else the test is over.
                executor.execute(task);
            }
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored")
        public void schedule(Runnable task, long delayMillis) {
            executor.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
        }

        @Override
        public long nowMillis() {
            return System.currentTimeMillis();
        }

        @Override
        public void failed(Throwable failure) {
            failures.add(failure);
        }
    });

    private final SimulatedDisk catalogDisk = new SimulatedDisk();
    private final SimulatedDisk disk = new SimulatedDisk();
    private final AtomicInteger confirmed = new AtomicInteger();
    private final List<Throwable> storeFailures = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void stop() throws InterruptedException {
        executor.shutdownNow();
        assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(failures).isEmpty();
    }

    /** A queue over a store. */
    private class Subject implements LogListener, QueueOutput {
        final DiskStore store;
        final CompletableFuture<MessageQueue> queue = new CompletableFuture<>();

        Subject(SimulatedDisk messages, StoreSettings settings) throws IOException {
            this(messages, settings, QueueSettings.plain(true, false));
        }

        Subject(SimulatedDisk messages, StoreSettings settings, QueueSettings rules) throws IOException {
            store = DiskStore.open(
                    () -> {}, catalogDisk, messages, settings, List.of(BasicFormat.INSTANCE), storeFailures::add);
            Recovered recovered = store.recovered(1);
            tell(unused -> {
                MessageQueue made = new MessageQueue("q", rules, this, store.open(1, loop, this), loop.nowMillis());
                made.recover(recovered);
                queue.complete(made);
            });
            queue.join();
            store.start(List.of(
                    new Change.VhostCreated("/", "", Set.of()),
                    new Change.QueueDeclared("/", "q", 1, true, false, TestIds.NODE, null, FieldTable.EMPTY)));
        }

        void tell(Consumer<@Nullable MessageQueue> action) {
            loop.submit((Consumer<@Nullable MessageQueue> run) -> run.accept(queue.getNow(null)), action);
        }

        <R> R ask(Function<MessageQueue, R> question) {
            CompletableFuture<R> answer = new CompletableFuture<>();
            tell(asked -> answer.complete(question.apply(queue.join())));
            return answer.join();
        }

        void publish(int from, int count, int size) {
            ask(core -> {
                for (int i = from; i < from + count; i++) {
                    core.publish(message(i, size), new Ticket(), loop.nowMillis());
                }
                return core.ready();
            });
        }

        /** Takes so many and acknowledges them; their bodies' first words. */
        List<String> take(int count) {
            List<String> taken = new ArrayList<>();
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                ask(core -> {
                    while (taken.size() < count && !core.awaitsLoad(loop.nowMillis())) {
                        Delivery entry = core.get(false, loop.nowMillis());
                        if (entry == null) {
                            return null;
                        }
                        taken.add(new String(entry.message().body(), UTF_8).trim());
                        core.acknowledge(entry, loop.nowMillis());
                    }
                    return null;
                });
                return taken.size() >= count;
            });
            return taken;
        }

        @Override
        public void durable(long position) {
            tell(unused -> queue.join().durable(position));
        }

        @Override
        public void loaded(Loaded loaded) {
            tell(unused -> queue.join().loaded(loaded, loop.nowMillis()));
        }

        @Override
        public void deadLetter(QueueEntry entry, DeathReason reason) {
            throw new AssertionError();
        }

        @Override
        public void unused(UnusedReason reason) {
            throw new AssertionError();
        }
    }

    private final class Ticket implements PublishTicket {
        @Override
        public void accepted() {
            confirmed.incrementAndGet();
        }

        @Override
        public void refused() {
            throw new AssertionError();
        }
    }

    private static Message message(int number, int size) {
        byte[] body = new byte[size];
        byte[] text = String.valueOf(number).getBytes(UTF_8);
        java.util.Arrays.fill(body, (byte) ' ');
        System.arraycopy(text, 0, body, 0, text.length);
        return new Message("", "q".getBytes(UTF_8), BasicFormat.INSTANCE.header(new byte[] {0x10, 0, 2}), body);
    }

    private static StoreSettings settings(long diskFree) {
        return new StoreSettings(SEGMENT, Duration.ZERO, diskFree, 1 << 20, StoreSettings.OnDamage.QUARANTINE);
    }

    private void awaitConfirmed(int count) {
        await().atMost(Duration.ofSeconds(20)).untilAtomic(confirmed, org.hamcrest.Matchers.equalTo(count));
    }

    @Test
    void aConfirmIsOnTheDisk() throws IOException {
        Subject subject = new Subject(disk, settings(0));
        subject.publish(0, 100, 200);
        awaitConfirmed(100);
        StoreFigures figures = subject.store.figures();
        assertThat(figures.messages().written()).isEqualTo(100);
        assertThat(figures.messages().pagedOut()).isZero();
        assertThat(figures.segments()).isEqualTo(1);
        assertThat(figures.liveBytes()).isBetween(100 * 200L, figures.diskBytes());
        assertThat(figures.disk().writes().bytes()).isGreaterThan(figures.liveBytes());
        assertThat(figures.disk().flushes().count()).isPositive();
        // The power goes at this moment: everything that was confirmed is there.
        SimulatedDisk after = disk.crash(new java.util.SplittableRandom(5));
        MessageSegments found = MessageSegments.open(after, MessageSegmentsTest.supply(after), SEGMENT);
        assertThat(found.index().recovered(1).count()).isEqualTo(100);
        subject.store.close(Map.of(1L, -1L));
    }

    @Test
    void whatIsNotFlushedIsNotConfirmed() throws IOException {
        Subject subject = new Subject(disk, settings(0));
        subject.publish(0, 10, 100);
        awaitConfirmed(10);
        disk.failFlushes();
        subject.publish(10, 10, 100);
        await().atMost(Duration.ofSeconds(20)).until(() -> !storeFailures.isEmpty());
        assertThat(confirmed).hasValue(10);
        assertThat(subject.store.congestion()).as("nothing more is taken").isEqualTo(Congestion.DISK);
        assertThat(subject.store.figures().failed()).isTrue();
        assertThat(subject.store.figures().unflushedBytes()).isGreaterThan(10 * 100);
        subject.publish(20, 10, 100);
        assertThat(subject.ask(MessageQueue::ready)).isEqualTo(30);
        assertThat(confirmed).hasValue(10);
        assertThat(storeFailures).hasSize(1);
        subject.store.close(Map.of());
    }

    @Test
    void aFullDiskStopsPublishersAndConsumersMakeRoom() throws IOException {
        disk.room(4 * SEGMENT);
        Subject subject = new Subject(disk, settings(0));
        int published = 0;
        // As publishers do: no more while the store says so, nor more than the loop can have seen.
        while (subject.store.congestion() != Congestion.DISK) {
            if (subject.store.congestion() == Congestion.NONE && published - confirmed.get() < 10_000) {
                subject.publish(published, 100, 1000);
                published += 100;
                assertThat(published).as("the disk has room for far fewer").isLessThan(60_000);
            }
        }
        assertThat(subject.store.figures().lowOnDisk()).isTrue();
        int total = published;
        int before = confirmed.get();
        assertThat(total).as("most of the room was used").isGreaterThan(5_000);
        assertThat(before).isPositive().isLessThanOrEqualTo(total);
        List<String> first = subject.take(total - 2_000);
        assertThat(first).startsWith("0", "1", "2").hasSize(total - 2_000);
        await().atMost(Duration.ofSeconds(20)).until(() -> subject.store.congestion() == Congestion.NONE);
        awaitConfirmed(total);
        assertThat(subject.store.figures().lowOnDisk()).isFalse();
        subject.publish(total, 1_000, 1000);
        awaitConfirmed(total + 1_000);
        assertThat(subject.take(3_000))
                .startsWith(String.valueOf(total - 2_000))
                .endsWith(String.valueOf(total + 999));
        assertThat(storeFailures).isEmpty();
        subject.store.close(Map.of(1L, (long) total + 999));
    }

    @Test
    void whatWaitsForRoomIsDeliveredInItsOrderAndConfirmed() throws IOException {
        disk.room(3 * SEGMENT);
        Subject subject = new Subject(disk, settings(0));
        AtomicInteger sent = new AtomicInteger();
        await().pollInterval(Duration.ofMillis(1)).until(() -> {
            boolean enough = sent.get() - confirmed.get() >= 4_000;
            if (!enough) {
                subject.publish(sent.getAndAdd(100), 100, 1000);
            }
            return enough && subject.store.congestion() == Congestion.DISK;
        });
        int published = sent.get();
        assertThat(published).as("the disk has room for far fewer").isLessThan(60_000);
        subject.tell(unused -> subject.queue.join().pageOut(0));
        List<String> all = subject.take(published);
        for (int i = 0; i < published; i++) {
            assertThat(all.get(i)).isEqualTo(String.valueOf(i));
        }
        awaitConfirmed(published);
        subject.store.close(Map.of(1L, (long) published));
    }

    @Test
    void aMessageLargerThanASegmentWaitsForRoomAndKeepsItsDeliveryCount() throws IOException {
        Subject subject = new Subject(disk, settings(0), quorum());
        await().until(() ->
                disk.list().stream().filter(name -> name.endsWith(".log")).count()
                        == 2); // The next one is ready, and too small.
        disk.room(0);
        subject.publish(0, 1, (int) SEGMENT + 1);
        await().until(() -> subject.store.congestion() == Congestion.DISK);
        subject.ask(core -> {
            Delivery entry = Objects.requireNonNull(core.get(false, loop.nowMillis()));
            core.requeue(entry, loop.nowMillis());
            return entry.position();
        });
        disk.room(4 * SEGMENT);
        awaitConfirmed(1);
        assertThat(storeFailures).isEmpty();
        subject.store.close(Map.of(1L, 0L));
        Subject again = new Subject(disk, settings(0), quorum());
        await().until(() -> again.ask(core -> !core.awaitsLoad(loop.nowMillis())));
        Delivery found = again.ask(core -> Objects.requireNonNull(core.get(true, loop.nowMillis())));
        assertThat(found.deliveryCount()).isEqualTo(1);
        assertThat(found.message().body()).hasSize((int) SEGMENT + 1);
        again.store.close(Map.of());
    }

    private static QueueSettings quorum() {
        return new QueueSettings(
                true,
                true,
                false,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                QueueSettings.Overflow.DROP_HEAD,
                null,
                null,
                false,
                0,
                OptionalInt.empty(),
                false,
                OptionalLong.empty());
    }

    @Test
    void aLongQueueKeepsNoBodiesAndComesBackInOrder() throws IOException {
        Subject subject = new Subject(disk, settings(0));
        for (int i = 0; i < 200; i++) {
            subject.publish(i * 100, 100, 1000);
            subject.tell(unused -> subject.queue.join().pageOut(50_000));
        }
        awaitConfirmed(20_000);
        assertThat(subject.ask(MessageQueue::heldBytes)).isLessThan(200_000);
        assertThat(subject.ask(MessageQueue::ready)).isEqualTo(20_000);
        List<String> all = subject.take(20_000);
        assertThat(subject.store.figures().messages().read())
                .as("what was not in memory was read")
                .isGreaterThan(15_000)
                .isLessThan(20_000);
        for (int i = 0; i < 20_000; i++) {
            assertThat(all.get(i)).isEqualTo(String.valueOf(i));
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> disk.list().size() < 8);
        subject.store.close(Map.of(1L, 19_999L));
    }

    @Test
    void afterAStopInOrderOnlyWhatWasSeenIsRedelivered() throws IOException {
        Subject subject = new Subject(disk, settings(0));
        subject.publish(0, 10, 100);
        awaitConfirmed(10);
        subject.take(3);
        // Two more are delivered and not acknowledged.
        subject.ask(core -> core.get(false, loop.nowMillis()));
        subject.ask(core -> core.get(false, loop.nowMillis()));
        subject.store.close(Map.of(1L, subject.ask(MessageQueue::noteSeen)));
        Subject again = new Subject(disk, settings(0));
        List<Boolean> redelivered = new ArrayList<>();
        for (int i = 3; i < 10; i++) {
            await().until(() -> again.ask(core -> !core.awaitsLoad(loop.nowMillis())));
            redelivered.add(again.ask(core -> {
                Delivery entry = core.get(true, loop.nowMillis());
                return entry != null && entry.redelivered();
            }));
        }
        assertThat(redelivered).containsExactly(true, true, false, false, false, false, false);
        assertThat(again.ask(MessageQueue::ready)).isZero();
        again.store.close(Map.of());
    }

    @Test
    void withAnIntervalConfirmsDoNotWaitForTheDisk() throws IOException {
        Subject subject = new Subject(
                disk, new StoreSettings(SEGMENT, Duration.ofMinutes(1), 0, 1 << 20, StoreSettings.OnDamage.QUARANTINE));
        subject.publish(0, 10, 100);
        awaitConfirmed(10);
        long began = System.nanoTime();
        subject.store.close(Map.of(1L, -1L));
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began))
                .as("a stop does not wait for the next flush")
                .isLessThan(20);
        assertThat(new Subject(disk, settings(0)).ask(MessageQueue::ready)).isEqualTo(10);
    }

    @Test
    void snapshotsDoNotDisturbFlushing() throws IOException {
        catalogDisk.slowFlushes(TimeUnit.MILLISECONDS.toNanos(2));
        Subject subject = new Subject(disk, settings(0));
        CatalogLog log = subject.store.catalogLog();
        log.attach(new VhostOfUser());
        AtomicInteger recorded = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            // Enough at a time for the flushing thread to be at work when a snapshot comes.
            subject.publish(i * 20, 20, 4_000);
            log.propose(new CatalogLog.Batch(List.of(), "v" + i, true), outcome -> recorded.incrementAndGet());
            subject.publish(10_000 + i * 20, 20, 4_000);
            ((LocalCatalogLog) log).begin(List.of(new Change.VhostCreated("/", "", Set.of())));
        }
        await().atMost(Duration.ofSeconds(20)).untilAtomic(recorded, org.hamcrest.Matchers.equalTo(100));
        assertThat(storeFailures).isEmpty();
        subject.store.close(Map.of());
    }

    /** Whatever a user asks for, he gets a virtual host. */
    private static final class VhostOfUser implements CatalogLog.Machine {
        @Override
        public CatalogLog.Decision decide(CatalogLog.Batch batch) {
            List<Change> changes = List.of(new Change.VhostCreated(batch.user(), "", Set.of()));
            return new CatalogLog.Decision(changes, changes, true);
        }

        @Override
        public void apply(List<Change> changes) {}

        @Override
        public List<Change> snapshot() {
            return List.of();
        }
    }

    /** 100 messages in several segments, of which one cannot be read any more. */
    private void damage(int number) throws IOException {
        Subject subject = new Subject(disk, settings(0));
        subject.publish(0, 100, SIZE_OF_DAMAGED);
        awaitConfirmed(100);
        subject.store.close(Map.of());
        assertThat(disk.list()).contains(Segment.name(3), Summary.name(1));
        flip(number);
    }

    private void flip(int number) {
        byte[] content = disk.content(Segment.name(1));
        String text = new String(content, ISO_8859_1);
        int at = text.indexOf(number + " ".repeat(1_000));
        assertThat(at).as("the message lies in the first of several segments").isPositive();
        content[at] ^= 1;
    }

    @Test
    void aCheckTellsOfEachMessageTheOffsetThatTheServerTells() throws IOException {
        damage(15);
        flip(16);
        flip(17);
        List<Long> checked = new ArrayList<>();
        try (StoreInspection store = StoreInspection.open(() -> {}, catalogDisk, disk)) {
            store.check().findings().forEach(finding -> checked.add(finding.offset()));
        }
        Subject subject = new Subject(disk, settings(0));
        subject.take(30);
        await().untilAsserted(() -> assertThat(subject.store.damaged()).hasSize(3));
        assertThat(subject.store.damaged()).extracting(DamagedMessage::offset).isEqualTo(checked);
        subject.store.close(Map.of());
    }

    @Test
    void aMessageThatCannotBeReadIsSetAsideAndReportedAndTheQueueGoesOnBehindIt() throws IOException {
        damage(5);
        Subject subject = new Subject(disk, settings(0));
        assertThat(subject.ask(MessageQueue::ready)).isEqualTo(100);
        List<String> taken = subject.take(50);
        assertThat(taken).startsWith("0", "1", "2", "3", "4", "6").doesNotContain("5");
        await().untilAsserted(() -> assertThat(subject.store.damaged())
                .singleElement()
                .satisfies(message -> assertThat(message.position()).isEqualTo(5)));
        assertThat(subject.store.damaged(1)).isEqualTo(1);
        assertThat(subject.ask(MessageQueue::ready)).isEqualTo(49);
        subject.store.close(Map.of());

        Subject again = new Subject(disk, settings(0));
        assertThat(again.store.damaged()).as("known without being read").hasSize(1);
        assertThat(again.store.damaged().get(0).file()).isEqualTo(Segment.name(1));
        assertThat(again.take(49)).startsWith("51").endsWith("99");
        assertThat(again.store.figures().damagedMessages()).isEqualTo(1);
        assertThat(again.store.damaged(1)).isEqualTo(1);
        again.ask(MessageQueue::purge);
        await().untilAsserted(
                        () -> assertThat(again.store.damaged()).as("purged").isEmpty());
        assertThat(again.store.damaged(1)).isZero();
        again.store.close(Map.of());
    }

    @Test
    void aQueueThatIsToStopDeliversNothingBehindAMessageThatCannotBeRead() throws IOException {
        damage(5);
        Subject subject =
                new Subject(disk, new StoreSettings(SEGMENT, Duration.ZERO, 0, 1 << 20, StoreSettings.OnDamage.STOP));
        assertThat(subject.take(5)).containsExactly("0", "1", "2", "3", "4");
        await().untilAsserted(
                        () -> assertThat(subject.ask(MessageQueue::isStopped)).isTrue());
        assertThat(subject.<Boolean>ask(core -> core.awaitsLoad(loop.nowMillis())))
                .as("who fetches is answered, with nothing")
                .isFalse();
        assertThat(subject.ask(MessageQueue::ready)).isEqualTo(95);
        subject.ask(MessageQueue::purge);
        assertThat(subject.ask(MessageQueue::isStopped)).isFalse();
        subject.publish(100, 1, 100);
        assertThat(subject.take(1)).containsExactly("100");
        subject.store.close(Map.of());
    }

    @Test
    void aDefectOfTheThreadThatReadsEndsTheStoreForAllToSee() throws IOException {
        Subject before = new Subject(disk, settings(0));
        before.publish(0, 10, 100);
        awaitConfirmed(10);
        before.store.close(Map.of());

        IllegalStateException defect = new IllegalStateException("a defect");
        Subject subject = new Subject(disk, settings(0)) {
            @Override
            public void loaded(Loaded loaded) {
                throw defect;
            }
        };
        assertThat(subject.<Boolean>ask(core -> core.awaitsLoad(loop.nowMillis())))
                .isTrue();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(storeFailures).containsExactly(defect));
        assertThat(subject.store.congestion()).as("publishers wait").isEqualTo(Congestion.DISK);
        assertThat(subject.store.figures().failed()).isTrue();
        subject.store.close(Map.of());
    }
}
