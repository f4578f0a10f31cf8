package io.jumpmq.store;

import io.jumpmq.broker.Congestion;
import io.jumpmq.broker.DamagedMessage;
import io.jumpmq.broker.MessageStore;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.loop.Coalescing;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.message.MessageFormat;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.broker.queue.LogListener;
import io.jumpmq.broker.queue.LogListener.Loaded;
import io.jumpmq.broker.queue.LogListener.Recovered;
import io.jumpmq.broker.queue.LogListener.Stored;
import io.jumpmq.broker.queue.LogListener.Unreadable;
import io.jumpmq.broker.queue.MessageLog;
import io.jumpmq.broker.queue.QueueEntry;
import io.jumpmq.metrics.DiskCounters;
import io.jumpmq.metrics.StoreCounters;
import io.jumpmq.metrics.StoreFigures;
import io.jumpmq.store.MessageSegments.Commit;
import io.jumpmq.store.MessageSegments.Slot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of a node on a directory. Loops hand over what they want in batches; a <em>writing</em> thread owns {@link
 * MessageSegments} and {@link CatalogJournal} and writes; under load a <em>flushing</em> thread makes what is written durable,
 * all that has come together meanwhile with one call, and then tells; a <em>reading</em> thread loads, and deletes files after the last
 * read from them; a fourth makes the next file ready. None waits for another but for want of disk space.
 *
 * <p>A disk that fails to write or flush ends the store: what it holds then is known only to the next start. {@code onFailure}
 * is told, once; nothing is confirmed any more.
 */
public final class DiskStore implements MessageStore {
    private static final Logger LOG = LoggerFactory.getLogger("jumpmq.store");
    private static final int MAILBOX_CHUNK = 1024;
    private static final long IDLE_MILLIS = 500;
    private static final long STALLED_MILLIS = 5;
    private static final long SPACE_CHECK_MILLIS = 1_000;

    /** By how much the catalog's journal grows, unless segments are tiny. */
    private static final long JOURNAL_STEP = 1 << 20;

    private static final long SEGMENT_SHARE = 4;

    /** Written before the reading thread sees to loads, and the flushing thread to what is to be flushed. */
    private static final long WRITE_BYTES = 4 << 20;

    /** Less than this the writing thread flushes itself. */
    private static final long LITTLE_BYTES = 64 << 10;

    /** Each flush costs as much for one message as for a hundred. */
    private static final long COALESCING_NANOS = TimeUnit.MICROSECONDS.toNanos(400);

    /** A round that somebody waits for more than so many times is worth its flush. */
    private static final long FULL_BATCH = 1_000;

    /** What nobody waits for, such as deletions, is written by then, or when there is so much of it. */
    private static final long LAZY_MILLIS = 10;

    private static final int MAX_LAZY_ROUNDS = 256;

    private final Claim claim;
    private final StoreSettings settings;
    private final Disk messageDisk;
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

    private final MpscUnboundedAtomicArrayQueue<Object> mailbox = new MpscUnboundedAtomicArrayQueue<>(MAILBOX_CHUNK);
    /** What the flushing thread is to make durable. */
    final LinkedBlockingQueue<Written> written = new LinkedBlockingQueue<>();

    private final ExecutorService reading;
    private final LongSupplier nanoTime;
    private final SlotReader reader;
    private final Map<Loop, Outbox> outboxes = new ConcurrentHashMap<>();

    /** The queues by their ids. */
    private final Map<Long, LogListener> listeners = new ConcurrentHashMap<>();

    /** Deleted queues whose deletion is not flushed yet. */
    private final Set<Long> deletedQueues = ConcurrentHashMap.newKeySet();

    /** Those of them whose deletion is not written yet. For the writing thread. */
    private List<Long> deletedLately = new ArrayList<>();

    private final AtomicLong unflushedBytes = new AtomicLong();

    /** Rounds that are the flushing thread's. */
    private final AtomicInteger toFlush = new AtomicInteger();

    private final Thread writing = thread(this::write, "write");
    private final Thread flushing = thread(this::flush, "flush");
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    private volatile boolean idle;
    private volatile long diskLimitBytes;
    private volatile boolean lowOnDisk;
    private volatile @Nullable Throwable failure;

    /** Messages that wait for room on the disk, in their order. For the writing thread. */
    private final Map<Place, Deferred> deferred = new LinkedHashMap<>();

    private boolean catalogIsFull;
    private long watchedNanos;

    private final Coalescing coalescing = new Coalescing(COALESCING_NANOS, FULL_BATCH);
    private int lazyRounds;
    private long lazySince;

    /**
     * A message that waits for room.
     *
     * @param entry null: nobody wants it any more; its publisher is told when those before it are durable
     * @param fate see {@link Fate}
     */
    private record Deferred(@Nullable QueueEntry entry, boolean persistent, int fate) {
        Stored stored() {
            QueueEntry wanted = Objects.requireNonNull(entry);
            return new Stored(
                    wanted.position(), wanted.message(), wanted.expiresAtMillis(), Fate.count(fate), Fate.reason(fate));
        }
    }

    private record Place(QueueLog log, long position) {}

    /** Something to be run when what the catalog's journal has by then is flushed. */
    private record CatalogWritten(Runnable flushed) {}

    /** Messages that could not be read. */
    private record Unread(QueueLog log, List<Slot> slots) {}

    private record Stop(Map<Long, Long> seen) {}

    /**
     * What one round of writing has brought.
     *
     * @param commit null: no messages
     * @param journal whether the catalog's journal was written to
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Written(
            @Nullable Commit commit,
            boolean journal,
            List<QueueLog> logs,
            long[] durableTo,
            List<Runnable> recorded,
            List<Long> deleted,
            long bytes,
            boolean last) {}

    /** What the writing thread does after a round. */
    enum Next {
        GO_ON,
        /** There was nothing to do. */
        WAIT,
        STOP
    }

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
        this.diskLimitBytes = settings.diskFreeLimitBytes();
        this.messageDisk = messageDisk;
        this.files = files;
        this.found = found;
        this.segments = found.log();
        this.journal = journal;
        this.recovered = recovered;
        this.heardOf = heardOf;
        this.isAdopted = isAdopted;
        this.incarnation = incarnation;
        this.diskCounters = diskCounters;
        this.reader = reader;
        this.reading = reading;
        this.nanoTime = nanoTime;
        this.onFailure = onFailure;
        this.catalogLog = new LocalCatalogLog(journal, this::queues, this::whenFlushed, this::fail, nanoTime);
    }

    private static Thread thread(Runnable task, String what) {
        Thread thread = new Thread(task, "jumpmq-store-" + what);
        thread.setDaemon(true);
        return thread;
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
            Thread worker = thread(task, what);
            worker.setUncaughtExceptionHandler((died, failure) -> {
                // A queue or the writer would wait for ever for what this one was asked for.
                DiskStore store = opened.get();
                if (store == null) {
                    onFailure.accept(failure);
                } else {
                    store.fail(failure);
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
        return segments.highestQueue();
    }

    /** The order in which the catalog changes, kept here. */
    public CatalogLog catalogLog() {
        return catalogLog;
    }

    /** Ids of all queues that have messages here, or may still get some: what is deleted is last to leave. */
    private Set<Long> queues() {
        Set<Long> ids = new HashSet<>(listeners.keySet());
        ids.addAll(deletedQueues);
        ids.addAll(segments.queues());
        return ids;
    }

    private void whenFlushed(Runnable action) {
        post(new CatalogWritten(action));
    }

    /**
     * Starts to write.
     *
     * @param catalog the changes that lead to the catalog as it is
     */
    public void start(List<Change> catalog) throws IOException {
        begin(catalog);
        writing.start();
        flushing.start();
    }

    /** All of {@link #start} but the threads. */
    void begin(List<Change> catalog) throws IOException {
        journal.belongTo(incarnation);
        segments.begin(found);
        for (DamagedMessage message : segments.setAside().news()) {
            LOG.warn("A message is still set aside, for it cannot be read: {}", describe(message));
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
        Set<Long> deleted = new HashSet<>(isAdopted ? segments.queues() : heardOf);
        for (Change change : catalog) {
            if (change instanceof Change.QueueDeclared declared) {
                deleted.remove(declared.id());
            }
        }
        return deleted;
    }

    @Override
    public MessageLog open(long queue, Loop home, LogListener listener) {
        listeners.put(queue, listener);
        return new QueueLog(queue, listener, outboxes.computeIfAbsent(home, loop -> new Outbox(loop, this::handOver)));
    }

    @Override
    public Recovered recovered(long queue) {
        return writing.isAlive() ? Recovered.NOTHING : segments.recovered(queue);
    }

    @Override
    public Congestion congestion() {
        if (lowOnDisk || failure != null) {
            return Congestion.DISK;
        }
        return unflushedBytes.get() > settings.maxUnflushedBytes() ? Congestion.BUSY : Congestion.NONE;
    }

    @Override
    public StoreFigures figures() {
        return new StoreFigures(
                segments.count(),
                segments.diskBytes(),
                segments.liveBytes(),
                unflushedBytes.get(),
                lowOnDisk,
                segments.setAside().count(),
                failure != null,
                counters,
                diskCounters);
    }

    @Override
    public List<DamagedMessage> damaged() {
        return segments.setAside().messages();
    }

    @Override
    public int damaged(long queue) {
        return segments.setAside().count(queue);
    }

    @Override
    public long diskLimitBytes() {
        return diskLimitBytes;
    }

    @Override
    public void limitDisk(long bytes) {
        diskLimitBytes = bytes;
    }

    private void handOver(Work work) {
        unflushedBytes.addAndGet(work.bytes);
        post(work);
    }

    private void post(Object message) {
        mailbox.offer(message);
        if (idle) {
            synchronized (mailbox) {
                mailbox.notifyAll();
            }
        }
    }

    // The writing thread.

    private void write() {
        try {
            Next next = Next.GO_ON;
            while (next != Next.STOP && failure == null) {
                if (!mailbox.isEmpty()) {
                    coalesce();
                }
                next = writeRound();
                if (next == Next.WAIT) {
                    await(lazyRounds > 0 ? LAZY_MILLIS : deferred.isEmpty() ? IDLE_MILLIS : STALLED_MILLIS);
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    /** Writes what has come. */
    Next writeRound() throws IOException {
        Round round = new Round();
        resumeDeferred(round);
        Object next = mailbox.poll();
        if (next == null && !round.hasWork()) {
            if (isLazy(round) && nanoTime.getAsLong() - lazySince < TimeUnit.MILLISECONDS.toNanos(LAZY_MILLIS)) {
                return Next.WAIT;
            }
            // What was flushed last is noted when there is time, so that a later start can tell damage from a torn end.
            pass(round);
            tidy();
            return Next.WAIT;
        }
        Stop stop = null;
        while (next != null) {
            if (next instanceof Work work) {
                round.take(work);
            } else if (next instanceof CatalogWritten catalog) {
                round.journal = true;
                round.recorded.add(catalog.flushed);
                round.awaited++;
            } else if (next instanceof Unread unread) {
                setAside(unread);
            } else if (next instanceof Stop last) {
                stop = last;
                break;
            }
            next = round.bytes < WRITE_BYTES ? mailbox.poll() : null;
        }
        if (round.awaited > 0) {
            coalescing.found(round.awaited);
        } else if (stop == null && round.bytes == 0 && lazyRounds < MAX_LAZY_ROUNDS) {
            lazySince = lazyRounds == 0 ? nanoTime.getAsLong() : lazySince;
            lazyRounds++;
            return Next.GO_ON;
        }
        if (stop != null) {
            round.last = true;
            if (!segments.stop(stop.seen)) {
                LOG.warn("The disk is full: the next start will be as after a crash, and deliver again what was"
                        + " acknowledged last");
            }
            journal.noteFlushed();
        }
        pass(round);
        if (stop != null) {
            return Next.STOP;
        }
        tidy();
        return Next.GO_ON;
    }

    private void setAside(Unread unread) throws IOException {
        for (Slot slot : unread.slots) {
            segments.setAside(unread.log.queue, slot.position());
        }
    }

    private void tellOfDamage() {
        for (DamagedMessage message : segments.setAside().news()) {
            LOG.error(
                    "A message cannot be read any more and is set aside: {}. What is left of it is kept until its queue is"
                            + " purged or deleted; 'jumpmq store check' tells more",
                    describe(message));
        }
    }

    private String describe(DamagedMessage message) {
        LogListener queue = listeners.get(message.queue());
        return "message " + message.position() + " of " + (queue == null ? "queue " + message.queue() : queue)
                + ", messages/" + message.file() + " at offset " + message.offset();
    }

    /** Whether there is only what nobody waits for. */
    private boolean isLazy(Round round) {
        return lazyRounds > 0 && round.awaited == 0;
    }

    /** Waits a moment for more when that is known to pay, and little has come yet. */
    private void coalesce() {
        long pause = coalescing.nextPause(System.nanoTime());
        if (pause > 0
                && unflushedBytes.get() < LITTLE_BYTES
                && settings.flushEvery().isZero()) {
            LockSupport.parkNanos(this, pause);
        }
    }

    private void pass(Round round) throws IOException {
        lazyRounds = 0;
        Commit commit = segments.write();
        round.loads.forEach(load -> reading.execute(load));
        if (commit != null || round.journal || round.last || round.bytes > 0 || !round.logs.isEmpty()) {
            Written done = round.done(commit);
            if (!settings.flushEvery().isZero()) {
                claim.check();
                tell(done);
                written.add(done);
            } else if (round.bytes < LITTLE_BYTES && !round.last && toFlush.get() == 0 && mailbox.isEmpty()) {
                finish(List.of(done)); // Nothing to do meanwhile: a second thread would only cost its waking.
            } else {
                toFlush.incrementAndGet();
                written.add(done);
            }
        }
    }

    private void await(long millis) {
        idle = true;
        synchronized (mailbox) {
            if (mailbox.isEmpty() && failure == null) {
                try {
                    mailbox.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    fail(e);
                }
            }
        }
        idle = false;
    }

    private void tidy() throws IOException {
        Segment sealed = segments.nextSealed();
        while (sealed != null) {
            Segment segment = sealed;
            files.run(() -> messageDisk.replace(
                    Summary.name(segment.number),
                    Summary.file(segment.summary.toByteArray(), segment.number, segment.end)));
            sealed = segments.nextSealed();
        }
        Segment useless = segments.tidy();
        if (useless != null) {
            // After the reads that were asked for, and not before its summary is written.
            reading.execute(() -> files.runInOrder(() -> segments.discard(useless)));
        }
        tellOfDamage();
        watch();
        lowOnDisk = files.isLowOnDisk(diskLimitBytes, SPACE_CHECK_MILLIS) || catalogIsFull;
    }

    /** Looks now and then whether the files are there, and for room for the catalog. */
    private void watch() {
        long now = nanoTime.getAsLong();
        boolean due = now - watchedNanos > TimeUnit.MILLISECONDS.toNanos(SPACE_CHECK_MILLIS);
        if (due) {
            watchedNanos = now;
            files.run(() -> {
                try {
                    claim.checkFiles();
                } catch (IOException e) {
                    fail(e);
                }
            });
        }
        if (catalogIsFull ? due : journal.isShort()) {
            extendJournal();
        }
    }

    private void extendJournal() {
        try {
            journal.extend();
            if (catalogIsFull) {
                LOG.info("There is room for the catalog again");
            }
            catalogIsFull = false;
        } catch (IOException e) {
            if (!catalogIsFull) {
                LOG.warn(
                        "Queues, exchanges, bindings and the like can be deleted and soon not be added, publishers have"
                                + " to wait: {}",
                        e.getMessage());
            }
            catalogIsFull = true;
        }
    }

    /** Takes up again what waited for room. */
    private void resumeDeferred(Round round) throws IOException {
        while (!deferred.isEmpty() && round.bytes < WRITE_BYTES) {
            Map.Entry<Place, Deferred> first = deferred.entrySet().iterator().next();
            Place place = first.getKey();
            Deferred waiting = first.getValue();
            QueueEntry entry = waiting.entry;
            if (entry != null) {
                if (!segments.hasRoom(entry.message())) {
                    return;
                }
                round.append(place.log, entry, waiting.persistent, waiting.fate);
                round.bytes += entry.message().footprint();
            } else {
                round.durableTo(place.log, place.position);
            }
            deferred.remove(place);
        }
    }

    /** What one round of writing takes. */
    private final class Round {
        final List<QueueLog> logs = new ArrayList<>();
        final List<Runnable> recorded = new ArrayList<>();
        final List<Runnable> loads = new ArrayList<>();
        boolean journal;
        boolean last;
        long bytes;

        /** How many things somebody waits for: persistent messages, changes of the catalog, loads. */
        int awaited;

        boolean hasWork() {
            return bytes > 0;
        }

        void take(Work work) throws IOException {
            long deferredBytes = 0;
            for (int i = 0; i < work.size; i++) {
                QueueLog log = work.logs[i];
                switch (work.kinds[i]) {
                    case Work.APPEND, Work.APPEND_PERSISTENT -> {
                        QueueEntry entry = (QueueEntry) Objects.requireNonNull(work.things[i]);
                        boolean persistent = work.kinds[i] == Work.APPEND_PERSISTENT;
                        if (deferred.isEmpty() && segments.hasRoom(entry.message())) {
                            append(log, entry, persistent, 0);
                        } else {
                            deferred.put(new Place(log, entry.position()), new Deferred(entry, persistent, 0));
                            deferredBytes += entry.message().footprint();
                        }
                    }
                    case Work.DELETE -> delete(log, work.first[i], work.first[i]);
                    case Work.DELETE_RANGE -> delete(log, work.first[i], work.second[i]);
                    case Work.DELETE_QUEUE -> {
                        cancelDeferred(place -> place.log == log);
                        deferred.keySet().removeIf(place -> place.log == log);
                        deletedQueues.add(log.queue);
                        listeners.remove(log.queue);
                        segments.deleteQueue(log.queue);
                        deletedLately.add(log.queue);
                    }
                    case Work.RETURNED -> returned(log, work.first[i], (int) work.second[i]);
                    default -> load(log, (Work.Load) Objects.requireNonNull(work.things[i]));
                }
            }
            bytes += work.bytes - deferredBytes;
        }

        void append(QueueLog log, QueueEntry entry, boolean persistent, int deliveries) throws IOException {
            segments.append(
                    log.queue, entry.position(), entry.message(), entry.expiresAtMillis(), deliveries, persistent);
            counters.appended(persistent, entry.message().body().length);
            if (persistent) {
                durableTo(log, entry.position());
            }
        }

        /** With this round, everything persistent of a queue up to a position is durable. */
        void durableTo(QueueLog log, long position) {
            awaited++;
            if (log.durableTo < 0) {
                logs.add(log);
            }
            log.durableTo = position;
        }

        /** What waits for room is not wanted any more. */
        private void cancelDeferred(Predicate<Place> unwanted) {
            if (!deferred.isEmpty()) {
                List.copyOf(deferred.keySet()).stream().filter(unwanted).forEach(this::cancelDeferred);
            }
        }

        private void cancelDeferred(Place place) {
            Deferred waiting = deferred.get(place);
            if (waiting != null && waiting.entry != null) {
                bytes += waiting.entry.message().footprint(); // No longer on its way to the disk.
                if (waiting.persistent) {
                    deferred.put(place, new Deferred(null, true, 0)); // Its publisher waits.
                } else {
                    deferred.remove(place);
                }
            }
        }

        private void returned(QueueLog log, long position, int deliveries) throws IOException {
            segments.returned(log.queue, position, deliveries);
            deferred.computeIfPresent(
                    new Place(log, position),
                    (place, waiting) -> new Deferred(waiting.entry, waiting.persistent, deliveries));
        }

        private void delete(QueueLog log, long first, long last) throws IOException {
            if (first == last) {
                cancelDeferred(new Place(log, first));
                segments.delete(log.queue, first);
            } else {
                cancelDeferred(place -> place.log == log && place.position >= first && place.position <= last);
                segments.deleteRange(log.queue, first, last);
            }
        }

        /** Its messages are read after they are written, in this round at the latest; or they wait for that here. */
        private void load(QueueLog log, Work.Load load) {
            awaited++;
            List<Slot> slots = segments.find(log.queue, load.from(), load.maxMessages(), load.maxBytes());
            NavigableMap<Long, Deferred> waiting = deferred(log, load.from());
            List<Slot> before = waiting.isEmpty()
                    ? slots
                    : slots.stream()
                            .filter(slot -> slot.position() < waiting.firstKey())
                            .toList();
            long end = slots.isEmpty() ? Long.MAX_VALUE : slots.get(0).position();
            List<Stored> here = waiting.headMap(end).entrySet().stream()
                    .limit(load.maxMessages())
                    .map(one -> one.getValue().stored())
                    .toList();
            loads.add(() -> {
                if (before.isEmpty()) {
                    log.listener.loaded(new Loaded(load.ticket(), here));
                } else {
                    log.listener.loaded(read(log, before, load.ticket()));
                }
            });
        }

        /** What of a queue waits for room, by position. */
        private NavigableMap<Long, Deferred> deferred(QueueLog log, long from) {
            NavigableMap<Long, Deferred> found = new TreeMap<>();
            deferred.forEach((place, waiting) -> {
                if (place.log == log && place.position >= from && waiting.entry != null) {
                    found.put(place.position, waiting);
                }
            });
            return found;
        }

        Written done(@Nullable Commit commit) {
            long[] durableTo = new long[logs.size()];
            for (int i = 0; i < durableTo.length; i++) {
                durableTo[i] = logs.get(i).durableTo;
                logs.get(i).durableTo = -1;
            }
            List<Long> deleted = deletedLately;
            deletedLately = new ArrayList<>();
            return new Written(commit, journal, logs, durableTo, recorded, deleted, bytes, last);
        }
    }

    // The reading thread.

    private Loaded read(QueueLog log, List<Slot> slots, int ticket) {
        SlotReader.Read read = reader.read(slots);
        counters.read(read.messages().size());
        if (read.damaged().isEmpty()) {
            return new Loaded(ticket, read.messages());
        }
        List<Slot> news =
                read.damaged().stream().filter(slot -> !slot.isSetAside()).toList();
        if (!news.isEmpty()) {
            post(new Unread(log, news));
        }
        long stopsAt = settings.onDamage() == StoreSettings.OnDamage.STOP
                ? read.damaged().stream()
                        .filter(slot -> !slot.died())
                        .mapToLong(Slot::position)
                        .findFirst()
                        .orElse(Long.MAX_VALUE)
                : Long.MAX_VALUE;
        return new Loaded(
                ticket,
                read.messages().stream()
                        .filter(message -> message.position() < stopsAt)
                        .toList(),
                read.damaged().stream()
                        .filter(slot -> slot.position() <= stopsAt)
                        .map(slot -> new Unreadable(slot.position(), slot.bodyBytes(), slot.died()))
                        .toList(),
                stopsAt < Long.MAX_VALUE);
    }

    // The flushing thread.

    private void flush() {
        boolean more = true;
        try {
            while (more && failure == null) {
                more = flushRound(written.take());
                if (!settings.flushEvery().isZero()) {
                    stopping.await(settings.flushEvery().toNanos(), TimeUnit.NANOSECONDS);
                }
            }
            if (failure == null) {
                stopped.countDown();
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(e);
        }
    }

    /** Makes durable what was written in a round, and in those since; whether there is more to come. */
    boolean flushRound(Written first) throws IOException {
        List<Written> batch = new ArrayList<>();
        batch.add(first);
        written.drainTo(batch);
        if (settings.flushEvery().isZero()) {
            finish(batch);
            toFlush.addAndGet(-batch.size());
        } else {
            flush(batch);
        }
        return batch.stream().noneMatch(Written::last);
    }

    private void finish(List<Written> batch) throws IOException {
        flush(batch);
        claim.check(); // What was flushed into a directory that is gone is not durable.
        batch.forEach(this::tell);
    }

    /** The catalog first: no message is durable whose queue is not. Each segment was flushed when the next began. */
    private void flush(List<Written> batch) throws IOException {
        boolean catalog = false;
        Commit last = null;
        for (Written round : batch) {
            catalog |= round.journal;
            last = round.commit == null ? last : round.commit;
        }
        if (catalog) {
            journal.flush();
        }
        if (last != null) {
            last.flush();
            segments.flushed(last);
        }
    }

    private void tell(Written round) {
        for (int i = 0; i < round.durableTo.length; i++) {
            round.logs.get(i).listener.durable(round.durableTo[i]);
        }
        round.recorded.forEach(Runnable::run);
        round.deleted.forEach(deletedQueues::remove);
        unflushedBytes.addAndGet(-round.bytes);
    }

    private void fail(Throwable cause) {
        synchronized (this) {
            if (failure != null) {
                return;
            }
            failure = cause;
        }
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
        if (writing.isAlive()) {
            stop(seen);
            try {
                stopped.await();
                reading.shutdown();
                reading.awaitTermination(IDLE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        files.close();
        if (failure == null) {
            segments.close();
            journal.close();
        }
        release(claim);
    }

    /** Has it stop when all that was handed over is written. */
    void stop(Map<Long, Long> seen) {
        stopping.countDown();
        post(new Stop(new HashMap<>(seen)));
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
