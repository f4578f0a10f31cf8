package io.jumpmq.broker;

import io.jumpmq.broker.DeathCounters.Strategy;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueHandle;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.DeadLetter;
import io.jumpmq.broker.queue.DeathReason;
import io.jumpmq.broker.queue.LogListener;
import io.jumpmq.broker.queue.MessageQueue;
import io.jumpmq.broker.queue.QueueConsumer;
import io.jumpmq.broker.queue.QueueCounters;
import io.jumpmq.broker.queue.QueueEntry;
import io.jumpmq.broker.queue.QueueOutput;
import io.jumpmq.broker.queue.UnusedReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A queue at work: its core, the loop that is its home, and what reaches it from others. Sessions send to its receivers
 * with {@link Loop#send}, to {@link #home}.
 */
public final class QueueActor implements QueueHandle, QueueOutput, LogListener {
    private static final long MEMORY_STEP_BYTES = 64 << 10;

    /** With so much ready a queue is behind, in bytes of {@code Message.footprint()} … */
    private static final long BEHIND_BYTES = 8 << 20;

    /** … if its consumers take one a millisecond: those that are slow by themselves gain nothing when publishers pause. */
    private static final double BRISK_PER_MILLI = 1;

    private static final long SAMPLE_MILLIS = 10;
    private static final long NEVER = Long.MAX_VALUE;

    /** When memory is short, it is tried again so much later. */
    private static final long LOAD_AGAIN_MILLIS = 200;

    private final Broker broker;
    private final QueueRecord queue;
    private final Loop home;
    private final MessageQueue core;

    /** When the earliest of the alarms that are set goes off. */
    private long alarmMillis = NEVER;

    /** What the memory budget was told that the queue holds. */
    private long toldBytes;

    private long sampledMillis;
    private long sampledDeliveries;
    private boolean brisk;
    private boolean loadsLater;
    private volatile boolean behind;

    private final Receiver<Message> publish = this::onPublish;
    private final Receiver<Publication> publishTracked = this::onPublishTracked;
    private final Receiver<QueueEntry> acknowledge = this::onAcknowledge;
    private final Receiver<QueueEntry> requeue = this::onRequeue;
    private final Receiver<Consumer<MessageQueue>> tell = this::onTell;
    private final Receiver<Get> get = this::onGet;
    private final Receiver<Loaded> load = this::onLoaded;
    private final Receiver<Long> durable = this::onDurable;
    private final DeadLetterDeliveries deliveries = new DeadLetterDeliveries(this);

    /** Fetches that wait for what is being loaded. */
    private final Deque<Get> gets = new ArrayDeque<>();

    QueueActor(Broker broker, QueueRecord queue, Loop home) {
        this.broker = broker;
        this.queue = queue;
        this.home = home;
        this.core = new MessageQueue(
                queue.name(), queue.settings(), this, broker.store().open(queue.id(), home, this), home.nowMillis());
        Recovered recovered = broker.store().recovered(queue.id());
        if (recovered.last() >= 0 || core.nextDeadline() != NEVER) {
            home.submit(tell, core -> core.recover(recovered)); // And sets the alarm, which nothing else may ever do.
        }
    }

    /** What runs a queue of the catalog. */
    public static QueueActor of(QueueRecord queue) {
        return (QueueActor) queue.handle();
    }

    public Loop home() {
        return home;
    }

    public String name() {
        return queue.name();
    }

    /** Whether it follows the rules of a quorum queue. */
    public boolean isQuorum() {
        return core.settings().quorum();
    }

    /** {@link io.jumpmq.broker.queue.QueueSettings#consumerTimeoutMillis}, as it is now. Any thread. */
    public OptionalLong consumerTimeoutMillis() {
        return queue.settings().consumerTimeoutMillis();
    }

    /**
     * How a queue stands, for operators. The numbers are a moment old, and need not be of the same moment.
     *
     * @param stored how many of the ready ones are on the disk only
     * @param dead how many died and are kept until their dead letters are safe
     * @param deadBytes size of their bodies
     * @param heldBytes size of the bodies that take memory
     * @param lasting how many of all survive a restart
     * @param lastingBytes size of their bodies
     * @param stopped whether it delivers nothing for a message that cannot be read any more
     * @param activeTag the single active consumer's, or the exclusive one's
     */
    public record Figures(
            int ready,
            long readyBytes,
            int unacknowledged,
            long unacknowledgedBytes,
            int stored,
            int dead,
            long deadBytes,
            long heldBytes,
            int lasting,
            long lastingBytes,
            boolean stopped,
            int consumers,
            @Nullable String activeTag,
            QueueCounters counters) {}

    /** How it stands. Any thread. */
    public Figures figures() {
        QueueConsumer active = core.activeConsumer();
        int ready = core.ready();
        int unacknowledged = core.unacknowledged();
        int dead = core.dead();
        return new Figures(
                ready,
                core.readyBytes(),
                unacknowledged,
                core.unacknowledgedBytes(),
                Math.max(0, ready + unacknowledged + dead - core.heldMessages()),
                dead,
                core.deadBytes(),
                core.heldBytes(),
                core.lasting(),
                core.lastingBytes(),
                core.isStopped(),
                core.consumers(),
                active == null ? null : active.tag(),
                core.counters());
    }

    /** {@link MessageQueue#headTimestamp}. On its loop. */
    public @Nullable Long headTimestamp() {
        return core.headTimestamp();
    }

    /** Whether a consumer gets messages, and need not wait for another to leave. Any thread; a moment old. */
    public boolean serves(QueueConsumer consumer) {
        QueueConsumer active = core.activeConsumer();
        return active == null || active == consumer;
    }

    /** A message whose publisher wants no answer. */
    public Receiver<Message> publish() {
        return publish;
    }

    /** A message whose publisher waits. */
    public Receiver<Publication> publishTracked() {
        return publishTracked;
    }

    public Receiver<QueueEntry> acknowledge() {
        return acknowledge;
    }

    public Receiver<QueueEntry> requeue() {
        return requeue;
    }

    /** Has something done to the queue, on its loop. */
    public void tell(Loop from, Consumer<MessageQueue> action) {
        from.send(home, tell, action);
    }

    /** Has something done to the queue, and its result sent back. */
    public <R> void ask(Loop from, Function<MessageQueue, R> question, Receiver<R> answer) {
        from.send(home, tell, (Consumer<MessageQueue>) asked -> home.send(from, answer, question.apply(asked)));
    }

    /** The time on the queue's loop, for what is done there. */
    public long nowMillis() {
        return home.nowMillis();
    }

    /** Fetches a message, which may have to be loaded first. */
    public void get(Loop from, boolean noAck, Receiver<Fetched> answer) {
        from.send(home, get, new Get(from, noAck, answer));
    }

    /**
     * What came of a get.
     *
     * @param entry null: nothing was there
     * @param left how many messages are ready still
     */
    public record Fetched(QueueActor queue, @Nullable QueueEntry entry, boolean noAck, int left) {}

    private record Get(Loop from, boolean noAck, Receiver<Fetched> answer) {}

    private void onGet(Get asked) {
        if (!gets.isEmpty() || core.awaitsLoad(home.nowMillis())) {
            gets.add(asked);
        } else {
            answer(asked);
        }
        settle();
    }

    private void answer(Get asked) {
        QueueEntry entry = core.get(asked.noAck, home.nowMillis());
        home.send(asked.from, asked.answer, new Fetched(this, entry, asked.noAck, core.ready()));
    }

    @Override
    public void durable(long position) {
        home.submit(durable, position);
    }

    @Override
    public void loaded(Loaded loaded) {
        home.submit(load, loaded);
    }

    private void onLoaded(Loaded loaded) {
        core.loaded(loaded, home.nowMillis());
        while (!gets.isEmpty() && !core.awaitsLoad(home.nowMillis())) {
            answer(gets.remove());
        }
        settle();
    }

    /** Has the queue do something once its present work is done. On its loop. */
    void afterwards(Consumer<MessageQueue> action) {
        home.send(home, tell, action);
    }

    /** A dead letter that must not get lost is safe. */
    void countConfirmed() {
        broker.deaths(home).confirmed();
    }

    /** Memory is short. Any thread. */
    void letGo() {
        home.submit(tell, queue -> queue.letGo(0));
    }

    /** {@link MessageQueue#noteSeen}. Any thread. */
    CompletableFuture<Long> noteSeen() {
        CompletableFuture<Long> seen = new CompletableFuture<>();
        home.submit(tell, asked -> seen.complete(asked.noteSeen()));
        return seen;
    }

    private void onPublish(Message message) {
        core.publish(message, null, home.nowMillis());
        settle();
    }

    private void onPublishTracked(Publication publication) {
        core.publish(publication.message(), publication.ticketFor(home), home.nowMillis());
        settle();
    }

    private void onAcknowledge(QueueEntry entry) {
        core.acknowledge(entry, home.nowMillis());
        settle();
    }

    private void onRequeue(QueueEntry entry) {
        core.requeue(entry, home.nowMillis());
        settle();
    }

    private void onTell(Consumer<MessageQueue> action) {
        action.accept(core);
        settle();
    }

    /** After each piece of work: asks to be woken when the queue's next deadline comes, unless an earlier alarm is set. */
    private void settle() {
        tellMemory();
        tellPublishers();
        long deadline = core.nextDeadline();
        if (deadline < alarmMillis) {
            alarmMillis = deadline;
            home.schedule(() -> onAlarm(deadline), Math.max(0, deadline - home.nowMillis()));
        }
    }

    /** Whether publishers should give way to consumers that are busy emptying it. Any thread; a moment old. */
    public boolean isBehind() {
        return behind;
    }

    private void tellPublishers() {
        long now = home.nowMillis();
        if (now - sampledMillis >= SAMPLE_MILLIS) {
            long deliveries = core.counters().delivered() + core.counters().deliveredNoAck();
            brisk = deliveries - sampledDeliveries >= BRISK_PER_MILLI * (now - sampledMillis);
            sampledDeliveries = deliveries;
            sampledMillis = now;
        }
        boolean nowBehind = brisk && (long) core.ready() * Message.OVERHEAD_BYTES + core.readyBytes() > BEHIND_BYTES;
        if (nowBehind != behind) {
            behind = nowBehind;
        }
    }

    private void onDurable(long position) {
        core.durable(position);
    }

    private void tellMemory() {
        boolean isMore =
                core.takeMayLeave() && broker.memory().isSpent(); // Who spent it has asked for what there was then.
        long keep = isMore ? 0 : broker.memory().keepBytes();
        if (isMore || core.heldBytes() > keep) {
            core.letGo(keep);
        }
        long held = (long) core.heldMessages() * Message.OVERHEAD_BYTES + core.heldBytes() + core.heldHeaderBytes();
        long change = held - toldBytes;
        if (change >= MEMORY_STEP_BYTES || change <= -MEMORY_STEP_BYTES || (held == 0 && change != 0)) {
            toldBytes = held;
            broker.memory().add(change);
        }
    }

    private void onAlarm(long dueMillis) {
        if (dueMillis
                == alarmMillis) { // Else a later one is overtaken: if it set another, they would become ever more.
            alarmMillis = NEVER;
        }
        core.tick(home.nowMillis());
        settle();
    }

    @Override
    public boolean mayLoad() {
        boolean may = !broker.memory().isOverdrawn();
        if (!may && !loadsLater) {
            loadsLater = true;
            home.schedule(this::onLoadAgain, LOAD_AGAIN_MILLIS);
        }
        return may;
    }

    private void onLoadAgain() {
        loadsLater = false;
        core.tick(home.nowMillis());
        settle();
    }

    @Override
    public void died(DeathReason reason) {
        Strategy strategy = core.settings().deadLettersAtLeastOnce() ? Strategy.AT_LEAST_ONCE : Strategy.AT_MOST_ONCE;
        broker.deaths(home)
                .died(isQuorum(), core.settings().deadLetterExchange() == null ? Strategy.DISABLED : strategy, reason);
    }

    @Override
    public void deadLetter(QueueEntry entry, DeathReason reason) {
        String exchange = String.valueOf(core.settings().deadLetterExchange());
        DeadLetter letter = DeadLetter.of(
                entry.message(),
                reason,
                queue.name(),
                exchange,
                core.settings().deadLetterRoutingKey(),
                home.wallMillis());
        deliveries.send(entry, letter.message(), targets(letter, exchange));
    }

    private List<QueueActor> targets(DeadLetter letter, String exchangeName) {
        List<QueueActor> targets = new ArrayList<>();
        VirtualHost vhost = broker.catalog().vhost(queue.vhost());
        ExchangeRecord exchange = vhost == null ? null : vhost.exchange(exchangeName);
        if (vhost != null && exchange != null) {
            VirtualHost.Routing routing = new VirtualHost.Routing();
            vhost.routeOrDrop(exchange, letter.message(), routing);
            for (int i = 0; i < routing.queues().size(); i++) {
                QueueRecord target = routing.queues().get(i);
                if (!letter.closesCycle(target.name())) {
                    targets.add(of(target));
                }
            }
        }
        return targets;
    }

    @Override
    public void unused(UnusedReason reason) {
        broker.deleteUnused(home, queue);
    }

    @Override
    public String toString() {
        return queue.toString();
    }
}
