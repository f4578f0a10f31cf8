package io.jumpmq.store;

import io.jumpmq.broker.Congestion;
import io.jumpmq.broker.DamagedMessage;
import io.jumpmq.broker.MessageStore;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.message.MessageFormat;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.broker.queue.LogListener;
import io.jumpmq.broker.queue.LogListener.Recovered;
import io.jumpmq.broker.queue.MessageLog;
import io.jumpmq.metrics.DiskCounters;
import io.jumpmq.metrics.StoreCounters;
import io.jumpmq.metrics.StoreFigures;
import io.jumpmq.store.MessageSegments.Commit;
import io.jumpmq.store.MessageSegments.Slot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of a node on a directory. Loops hand over what they want in batches; a writing thread ({@link StoreWriter}) owns {@link
 * MessageSegments} and {@link CatalogJournal} and writes; under load a flushing thread ({@link StoreFlusher}) makes what is written
 * durable, all that has come together meanwhile with one call, and then tells; a reading thread loads ({@link MessageLoader}), and
 * deletes files after the last read from them; a fourth makes the next file ready ({@link SegmentFiles}). None waits for another but
 * for want of disk space.
 *
 * <p>A disk that fails to write or flush ends the store: what it holds then is known only to the next start. {@code onFailure}
 * is told, once; nothing is confirmed any more.
 */
public final class DiskStore implements MessageStore {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.store");
    /** How long reads may take that a stop finds under way. */
    private static final long READS_MILLIS = 500;

    /** By how much the catalog's journal grows, unless segments are tiny. */
    private static final long JOURNAL_STEP = 1 << 20;

    private static final long SEGMENT_SHARE = 4;

    private final Claim claim;
    private final StoreSettings settings;
    private final SegmentRecovery found;
    private final MessageSegments segments;
    private final CatalogJournal journal;
    private final LocalCatalogLog catalogLog;
    private final List<CatalogRecovery.Recorded> recovered;
    private final Set<Long> heardOf;
    private final boolean isAdopted;
    private final Incarnation incarnation;
    private final Consumer<Throwable> onFailure;
    private final SegmentFiles files;
    private final DiskCounters diskCounters;
    private final StoreCounters counters = new StoreCounters();
    private final ExecutorService reading;

    private final OpenQueues queues = new OpenQueues();
    private final AtomicLong unflushedBytes = new AtomicLong();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final StoreFailure failure = new StoreFailure(this::failed);
    private final StoreUpkeep upkeep;
    final StoreFlusher flusher;
    final StoreWriter writer;
    private final Map<Loop, Outbox> outboxes = new ConcurrentHashMap<>();

    private DiskStore(
            Claim claim,
            StoreSettings settings,
            Disk messageDisk,
            SegmentFiles files,
            SegmentRecovery found,
            CatalogJournal journal,
            List<CatalogRecovery.Recorded> recovered,
            Set<Long> heardOf,
            boolean isAdopted,
            Incarnation incarnation,
            DiskCounters diskCounters,
            SlotReader reader,
            ExecutorService reading,
            LongSupplier nanoTime,
            Consumer<Throwable> onFailure) {
        this.claim = claim;
        this.settings = settings;
        this.files = files;
        this.found = found;
        this.segments = found.log();
        this.journal = journal;
        this.recovered = recovered;
        this.heardOf = heardOf;
        this.isAdopted = isAdopted;
        this.incarnation = incarnation;
        this.diskCounters = diskCounters;
        this.reading = reading;
        this.onFailure = onFailure;
        this.upkeep = new StoreUpkeep(
                claim,
                segments,
                journal,
                messageDisk,
                files,
                reading,
                queues,
                failure,
                nanoTime,
                settings.diskFreeLimitBytes());
        this.flusher = new StoreFlusher(
                claim, segments, journal, settings.flushEvery(), queues, unflushedBytes, failure, stopped::countDown);
        DeferredMessages deferred = new DeferredMessages();
        MessageLoader loader = new MessageLoader(reader, settings.onDamage(), counters, this::setAside);
        this.writer = new StoreWriter(
                segments,
                journal,
                () -> new WriteRound(segments, deferred, queues, loader, counters),
                deferred,
                flusher,
                upkeep,
                reading,
                failure,
                nanoTime);
        this.catalogLog = new LocalCatalogLog(journal, this::queues, writer::whenFlushed, failure::fail, nanoTime);
    }

    /**
     * Opens a directory, or makes one. Nothing is written before {@link #start}.
     *
     * @param formats of the messages that it may hold
     * @param onFailure told when the disk fails
     * @param progress told which file it is at, and how far
     * @throws DamagedException when what had been flushed is not there
     * @throws IOException when the directory cannot be used, or another server uses it
     */
    public static DiskStore open(
            Path directory,
            StoreSettings settings,
            List<MessageFormat> formats,
            Consumer<Throwable> onFailure,
            Consumer<String> progress)
            throws IOException {
        StoreLock lock = StoreLock.take(directory, "give this one another: --data-dir DIRECTORY");
        WatchedDisk catalog;
        WatchedDisk messages;
        try {
            catalog = WatchedDisk.of(directory.resolve("catalog"));
            messages = WatchedDisk.of(directory.resolve("messages"));
        } catch (IOException e) {
            release(lock);
            throw e;
        }
        return open(
                new DirectoryClaim(lock, List.of(catalog, messages)),
                new ReportedDisk(catalog, "catalog", progress),
                new ReportedDisk(messages, "messages", progress),
                settings,
                formats,
                onFailure);
    }

    /** As {@link #open(Path, StoreSettings, List, Consumer, Consumer)}, on any disks. */
    static DiskStore open(
            Claim claim,
            Disk catalogDisk,
            Disk messages,
            StoreSettings settings,
            List<MessageFormat> formats,
            Consumer<Throwable> onFailure)
            throws IOException {
        AtomicReference<@Nullable DiskStore> opened = new AtomicReference<>();
        Function<String, ExecutorService> workers = what -> Executors.newSingleThreadExecutor(task -> {
            Thread worker = StoreThread.of(task, what);
            worker.setUncaughtExceptionHandler((died, failure) -> {
                // A queue or the writer would wait for ever for what this one was asked for.
                DiskStore store = opened.get();
                if (store == null) {
                    onFailure.accept(failure);
                } else {
                    store.failure.fail(failure);
                }
            });
            return worker;
        });
        DiskStore store = open(
                claim,
                catalogDisk,
                messages,
                settings,
                formats,
                settings.segmentBytes(),
                workers,
                System::nanoTime,
                onFailure);
        opened.set(store);
        return store;
    }

    /**
     * As above, with segments of any size.
     *
     * @param workers make what reads, and what sees to files: one task at a time
     * @param nanoTime when to look how much room there is
     */
    static DiskStore open(
            Claim claim,
            Disk catalogDisk,
            Disk messages,
            StoreSettings settings,
            List<MessageFormat> formats,
            long segmentBytes,
            Function<String, ExecutorService> workers,
            LongSupplier nanoTime,
            Consumer<Throwable> onFailure)
            throws IOException {
        try {
            DiskCounters counters = new DiskCounters();
            Disk measured = new MeasuredDisk(catalogDisk, counters);
            Disk messageDisk = new MeasuredDisk(messages, counters);
            SegmentFiles files = new SegmentFiles(messageDisk, segmentBytes, workers.apply("files"), nanoTime);
            StoreRecovery found = StoreRecovery.read(measured, messageDisk, files, segmentBytes, Damage.REFUSED);
            Incarnation last = found.catalog().incarnation();
            CatalogJournal journal = CatalogJournal.open(
                    measured, found.catalog(), Math.min(JOURNAL_STEP, segmentBytes / SEGMENT_SHARE));
            return new DiskStore(
                    claim,
                    settings,
                    messageDisk,
                    files,
                    found.messages(),
                    journal,
                    found.catalog().changes(),
                    found.catalog().queues(),
                    found.catalog().isAdopted(),
                    last == null ? Incarnation.ofNewNode() : last.next(),
                    counters,
                    new SlotReader(formats),
                    workers.apply("read"),
                    nanoTime,
                    onFailure);
        } catch (IOException | RuntimeException e) {
            release(claim);
            throw e;
        }
    }

    private static void release(AutoCloseable lock) {
        try {
            lock.close();
        } catch (Exception e) {
            LOG.warn("The directory's lock could not be given back: {}", e.getMessage());
        }
    }

    /** The catalog as it was recorded; empty for a new directory. */
    public List<Change> recoveredChanges() {
        return recovered.stream().map(CatalogRecovery.Recorded::change).toList();
    }

    /**
     * What is wrong when a recorded change cannot be made again.
     *
     * @param index its place in {@link #recoveredChanges}
     */
    public DamagedException refused(int index, String why) {
        CatalogRecovery.Recorded change = recovered.get(index);
        return new DamagedException("catalog/" + change.file(), change.offset(), "this change cannot be made: " + why);
    }

    /** The node's incarnation that begins with {@link #start}. */
    public Incarnation incarnation() {
        return incarnation;
    }

    /** The highest id of a queue that has messages here. */
    public long highestQueue() {
        return segments.index().highestQueue();
    }

    /** The order in which the catalog changes, kept here. */
    public CatalogLog catalogLog() {
        return catalogLog;
    }

    /** Ids of all queues that have messages here, or may still get some: what is deleted is last to leave. */
    private Set<Long> queues() {
        Set<Long> ids = queues.ids();
        ids.addAll(segments.index().queues());
        return ids;
    }

    private void setAside(QueueLog log, List<Slot> slots) {
        writer.setAside(log, slots);
    }

    /**
     * Starts to write.
     *
     * @param catalog the changes that lead to the catalog as it is
     */
    public void start(List<Change> catalog) throws IOException {
        begin(catalog);
        writer.start();
        flusher.start();
    }

    /** All of {@link #start} but the threads. */
    void begin(List<Change> catalog) throws IOException {
        journal.belongTo(incarnation);
        segments.begin(found);
        for (DamagedMessage message : segments.index().setAside().news()) {
            LOG.warn("A message is still set aside, for it cannot be read: {}", queues.describe(message));
        }
        catalogLog.begin(catalog); // Without room for it there is nothing to start.
        segments.delete(deletedIn(catalog));
        Commit begun = segments.write();
        if (begun != null) { // Nothing is delivered while a crash would still look like the last stop in order.
            begun.flush();
            segments.flushed(begun);
        }
        files.start();
    }

    /** Queues of which there is a record that they were deleted. One that the catalog does not know yet is no such queue. */
    private Set<Long> deletedIn(List<Change> catalog) {
        Set<Long> deleted = new HashSet<>(isAdopted ? segments.index().queues() : heardOf);
        for (Change change : catalog) {
            if (change instanceof Change.QueueDeclared declared) {
                deleted.remove(declared.id());
            }
        }
        return deleted;
    }

    @Override
    public MessageLog open(long queue, Loop home, LogListener listener) {
        queues.open(queue, listener);
        return new QueueLog(queue, listener, outboxes.computeIfAbsent(home, loop -> new Outbox(loop, this::handOver)));
    }

    @Override
    public Recovered recovered(long queue) {
        return writer.isAlive() ? Recovered.NOTHING : segments.index().recovered(queue);
    }

    @Override
    public Congestion congestion() {
        if (upkeep.isLowOnDisk() || failure.isThere()) {
            return Congestion.DISK;
        }
        return unflushedBytes.get() > settings.maxUnflushedBytes() ? Congestion.BUSY : Congestion.NONE;
    }

    @Override
    public StoreFigures figures() {
        return new StoreFigures(
                segments.segments().count(),
                segments.segments().diskBytes(),
                segments.index().liveBytes(),
                unflushedBytes.get(),
                upkeep.isLowOnDisk(),
                segments.index().setAside().count(),
                failure.isThere(),
                counters,
                diskCounters);
    }

    @Override
    public List<DamagedMessage> damaged() {
        return segments.index().setAside().messages();
    }

    @Override
    public int damaged(long queue) {
        return segments.index().setAside().count(queue);
    }

    @Override
    public long diskLimitBytes() {
        return upkeep.diskLimitBytes();
    }

    @Override
    public void limitDisk(long bytes) {
        upkeep.limitDisk(bytes);
    }

    private void handOver(Work work) {
        unflushedBytes.addAndGet(work.bytes);
        writer.take(work);
    }

    private void failed(Throwable cause) {
        boolean isDefect = !(cause instanceof IOException);
        LOG.error(
                "The store failed, and nothing is confirmed any more: {}. See to the disk, put the files back if they are gone, then start again: what was confirmed"
                        + " is in the files as they were.",
                isDefect ? cause.toString() : cause.getMessage(),
                isDefect ? cause : null);
        stopped.countDown();
        catalogLog.fail(cause);
        onFailure.accept(cause);
    }

    /**
     * Writes and flushes all that was handed over, and notes that it stopped in order. Nothing may be handed over any
     * more.
     *
     * @param seen up to where each queue has delivered, by id
     */
    public void close(Map<Long, Long> seen) throws IOException {
        if (writer.isAlive()) {
            stop(seen);
            try {
                stopped.await();
                reading.shutdown();
                reading.awaitTermination(READS_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        files.close();
        if (!failure.isThere()) {
            segments.close();
            journal.close();
        }
        release(claim);
    }

    /** Has it stop when all that was handed over is written. */
    void stop(Map<Long, Long> seen) {
        flusher.stop();
        writer.stop(new HashMap<>(seen));
    }

    /** Gives a store up that has not {@linkplain #start started}: nothing changes on the disk. */
    public void abandon() {
        reading.shutdown();
        files.close();
        try {
            segments.close();
            journal.close();
        } catch (IOException e) {
            LOG.warn("The store's files could not be closed: {}", e.getMessage());
        }
        release(claim);
    }
}
