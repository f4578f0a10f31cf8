package io.jumpmq.broker;

import io.jumpmq.broker.DeathCounters.Strategy;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.ConsumeOutcome;
import io.jumpmq.broker.queue.DeadLetter;
import io.jumpmq.broker.queue.DeathReason;
import io.jumpmq.broker.queue.Delivery;
import io.jumpmq.broker.queue.Fetched;
import io.jumpmq.broker.queue.LogListener;
import io.jumpmq.broker.queue.MessageQueue;
import io.jumpmq.broker.queue.Publication;
import io.jumpmq.broker.queue.PublishOutcome;
import io.jumpmq.broker.queue.PublishTicket;
import io.jumpmq.broker.queue.QueueConsumer;
import io.jumpmq.broker.queue.QueueEntry;
import io.jumpmq.broker.queue.QueueFigures;
import io.jumpmq.broker.queue.QueueOutput;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.broker.queue.QueueReply;
import io.jumpmq.broker.queue.QueueStat;
import io.jumpmq.broker.queue.Settlement;
import io.jumpmq.broker.queue.Subscriber;
import io.jumpmq.broker.queue.Subscription;
import io.jumpmq.broker.queue.UnusedReason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A queue at work on this node: its core, the loop that is its home, and what reaches it from others. */
final class LocalQueue implements QueuePort, QueueOutput, LogListener {
    private static final long MEMORY_STEP_BYTES = 64 << 10;

    /** With so much ready a queue is throttled, in bytes of {@code Message.footprint()} … */
    private static final long THROTTLE_BYTES = 8 << 20;

    /** … if its consumers take one a millisecond: those that are slow by themselves gain nothing when publishers pause. */
    private static final double FAST_PER_MILLI = 1;

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
    private boolean consumersAreFast;
    private boolean loadsLater;
    private volatile boolean throttled;

    private final Receiver<Message> publish = this::onPublish;
    private final Receiver<Publication> publishTracked = this::onPublishTracked;
    private final Receiver<Delivery> acknowledge = this::onAcknowledge;
    private final Receiver<Runnable> run = this::onRun;
    private final Receiver<Get> get = this::onGet;
    private final Receiver<Loaded> load = this::onLoaded;
    private final Receiver<Long> durable = this::onDurable;
    private final DeadLetterDeliveries deliveries;

    /** By their numbers. Any thread; the queue knows those of them that it has taken on. */
    private final Map<Long, LocalConsumer> consumers = new ConcurrentHashMap<>();

    private final AtomicLong lastConsumer = new AtomicLong();

    /** Fetches that wait for what is being loaded. */
    private final Deque<Get> gets = new ArrayDeque<>();

    /** Tells whoever leaves that it is done: if the queue goes with its last consumer, when it is gone. */
    private @Nullable Runnable whenDeleted;

    LocalQueue(Broker broker, QueueRecord queue, Loop home) {
        this.broker = broker;
        this.queue = queue;
        this.home = home;
        this.core = new MessageQueue(
                queue.name(),
                queue.settings(),
                this,
                broker.store().open(queue.id(), home, this),
                broker.catalogLoop().nowMillis()); // Whose turn it is.
        this.deliveries = new DeadLetterDeliveries(broker.catalog(), queue, home, this::onDeadLetterAnswered);
        Recovered recovered = broker.store().recovered(queue.id());
        if (recovered.last() >= 0 || core.nextDeadline() != NEVER) {
            home.submit(run, () -> core.recover(recovered)); // And sets the alarm, which nothing else may ever do.
        }
    }

    @Override
    public String name() {
        return queue.name();
    }

    @Override
    public QueueFigures figures() {
        QueueConsumer active = core.activeConsumer();
        int ready = core.ready();
        int unacknowledged = core.unacknowledged();
        int dead = core.dead();
        return new QueueFigures(
                ready,
                core.readyBytes(),
                unacknowledged,
                core.unacknowledgedBytes(),
                Math.max(0, ready + unacknowledged + dead - core.heldMessages()),
                dead,
                core.deadBytes(),
                core.heldBytes(),
                core.persistent(),
                core.persistentBytes(),
                core.isStopped(),
                core.consumers(),
                active == null ? null : active.tag(),
                core.counters());
    }

    // What others ask, on their loops.

    @Override
    public void publish(Loop from, Message message) {
        from.send(home, publish, message);
    }

    @Override
    public void publish(Loop from, Publication publication) {
        from.send(home, publishTracked, publication);
    }

    @Override
    public long subscribe(Loop from, Subscription terms, Subscriber subscriber) {
        long number = lastConsumer.incrementAndGet();
        LocalConsumer consumer = new LocalConsumer(home, from, terms, subscriber);
        consumers.put(number, consumer);
        from.send(home, run, () -> {
            ConsumeOutcome outcome = core.check(consumer.consumer());
            consumer.subscribed(outcome); // Before the first delivery.
            if (outcome == ConsumeOutcome.ACCEPTED) {
                core.add(consumer.consumer(), home.nowMillis());
            } else {
                consumers.remove(number);
            }
        });
        return number;
    }

    @Override
    public void credit(Loop from, long consumer, int count, boolean drain) {
        from.send(home, run, () -> {
            LocalConsumer known = consumers.get(consumer);
            if (known != null) {
                core.credit(known.consumer(), count, drain, home.nowMillis());
            }
        });
    }

    @Override
    public void requireCredit(Loop from, long consumer, boolean required) {
        from.send(home, run, () -> {
            LocalConsumer known = consumers.get(consumer);
            if (known != null) {
                known.creditRequired(required); // Before what it delivers by the new rule.
                core.requireCredit(known.consumer(), required, home.nowMillis());
            }
        });
    }

    @Override
    public void written(Loop from, long consumer, int bytes) {
        from.send(home, run, () -> {
            LocalConsumer known = consumers.get(consumer);
            if (known != null) {
                core.written(known.consumer(), bytes, home.nowMillis());
            }
        });
    }

    @Override
    public void unsubscribe(Loop from, long consumer, Receiver<Long> ended) {
        from.send(home, run, () -> {
            LocalConsumer known = consumers.remove(consumer);
            leave(() -> home.send(from, ended, consumer), () -> {
                if (known != null) {
                    core.remove(known.consumer(), home.nowMillis());
                }
            });
        });
    }

    /** Lets consumers leave, and tells that they have: when the queue is gone, if it goes with the last one. */
    private void leave(Runnable tell, Runnable remove) {
        whenDeleted = tell;
        remove.run();
        Runnable left = whenDeleted;
        if (left != null) { // The queue stays.
            whenDeleted = null;
            left.run();
        }
    }

    @Override
    public void settle(Loop from, Settlement how, Delivery delivery) {
        if (how == Settlement.ACK) {
            from.send(home, acknowledge, delivery); // It comes for each message: nothing is made for it.
        } else {
            settle(from, how, List.of(delivery));
        }
    }

    @Override
    public void settle(Loop from, Settlement how, List<Delivery> settled) {
        from.send(home, run, () -> {
            long now = home.nowMillis();
            switch (how) {
                case ACK -> settled.forEach(delivery -> core.acknowledge(delivery, now));
                case REJECT -> core.reject(settled, now);
                case REQUEUE -> core.requeue(settled, now);
            }
        });
    }

    @Override
    public void close(Loop from, List<Long> leaving, List<Delivery> unsettled, Receiver<Integer> closed) {
        from.send(home, run, () -> {
            List<QueueConsumer> known = leaving.stream()
                    .map(consumers::remove)
                    .filter(Objects::nonNull)
                    .map(LocalConsumer::consumer)
                    .toList();
            leave(
                    () -> home.send(from, closed, unsettled.size()),
                    () -> core.remove(known, unsettled, home.nowMillis()));
        });
    }

    @Override
    public boolean serves(long consumer) {
        QueueConsumer active = core.activeConsumer();
        LocalConsumer known = consumers.get(consumer);
        return active == null || (known != null && known.consumer() == active);
    }

    @Override
    public void get(Loop from, boolean noAck, Receiver<QueueReply<Fetched>> answer) {
        from.send(home, get, new Get(from, noAck, answer));
    }

    @Override
    public void purge(Loop from, Receiver<QueueReply<Integer>> answer) {
        from.send(home, run, () -> home.send(from, answer, new QueueReply.Answered<>(core.purge())));
    }

    @Override
    public void touch(Loop from) {
        from.send(home, run, () -> core.touch(home.nowMillis()));
    }

    @Override
    public void stat(Loop from, Receiver<QueueReply<QueueStat>> answer) {
        from.send(
                home,
                run,
                () -> home.send(
                        from,
                        answer,
                        new QueueReply.Answered<>(
                                new QueueStat(core.ready(), core.dead(), core.consumers(), core.headTimestamp()))));
    }

    @Override
    public void settingsChanged(Loop from) {
        from.send(home, run, () -> core.update(queue.settings(), home.nowMillis()));
    }

    @Override
    public void deleted(Loop from) {
        from.send(home, run, () -> {
            core.delete();
            consumers.clear();
        });
    }

    // What reaches its loop.

    private record Get(Loop from, boolean noAck, Receiver<QueueReply<Fetched>> answer) {}

    private void onGet(Get asked) {
        if (!gets.isEmpty() || core.awaitsLoad(home.nowMillis())) {
            gets.add(asked);
        } else {
            answer(asked);
        }
        settle();
    }

    private void answer(Get asked) {
        Delivery delivery = core.get(asked.noAck, home.nowMillis());
        home.send(asked.from, asked.answer, new QueueReply.Answered<>(new Fetched(delivery, core.ready())));
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

    /** What became of a dead letter. In a turn of its own: the queue may be at work. */
    private void onDeadLetterAnswered(QueueEntry entry, boolean safe) {
        home.send(home, run, () -> {
            boolean atLeastOnce = core.settings().deadLettersAtLeastOnce();
            if (atLeastOnce && !safe) {
                core.deadLetterFailed(entry, home.nowMillis());
                return;
            }
            deliveries.forget(entry);
            core.deadLettered(entry);
            if (atLeastOnce) {
                broker.deaths(home).confirmed();
            }
        });
    }

    /** Memory is short. Any thread. */
    void pageOut() {
        home.submit(run, () -> core.pageOut(0));
    }

    /** {@link MessageQueue#noteSeen}. Any thread. */
    CompletableFuture<Long> noteSeen() {
        CompletableFuture<Long> seen = new CompletableFuture<>();
        home.submit(run, () -> seen.complete(core.noteSeen()));
        return seen;
    }

    private void onPublish(Message message) {
        core.publish(message, null, home.nowMillis());
        settle();
    }

    private void onPublishTracked(Publication publication) {
        core.publish(publication.message(), new Ticket(publication, home), home.nowMillis());
        settle();
    }

    private record Ticket(Publication publication, Loop home) implements PublishTicket {
        @Override
        public void accepted() {
            publication.answer(home, PublishOutcome.ACCEPTED);
        }

        @Override
        public void refused() {
            publication.answer(home, PublishOutcome.REFUSED);
        }
    }

    private void onAcknowledge(Delivery delivery) {
        core.acknowledge(delivery, home.nowMillis());
        settle();
    }

    private void onRun(Runnable work) {
        work.run();
        settle();
    }

    /** After each piece of work: asks to be woken when the queue's next deadline comes, unless an earlier alarm is set. */
    private void settle() {
        tellMemory();
        throttle();
        long deadline = core.nextDeadline();
        if (deadline < alarmMillis) {
            alarmMillis = deadline;
            home.schedule(() -> onAlarm(deadline), Math.max(0, deadline - home.nowMillis()));
        }
    }

    @Override
    public boolean isThrottled() {
        return throttled;
    }

    private void throttle() {
        long now = home.nowMillis();
        if (now - sampledMillis >= SAMPLE_MILLIS) {
            long deliveries = core.counters().delivered() + core.counters().deliveredNoAck();
            consumersAreFast = deliveries - sampledDeliveries >= FAST_PER_MILLI * (now - sampledMillis);
            sampledDeliveries = deliveries;
            sampledMillis = now;
        }
        boolean nowThrottled =
                consumersAreFast && (long) core.ready() * Message.OVERHEAD_BYTES + core.readyBytes() > THROTTLE_BYTES;
        if (nowThrottled != throttled) {
            throttled = nowThrottled;
        }
    }

    private void onDurable(long position) {
        core.durable(position);
    }

    private void tellMemory() {
        boolean isMore =
                core.takeMayPageOut() && broker.memory().isSpent(); // Who spent it has asked for what there was then.
        long keep = isMore ? 0 : broker.memory().keepBytes();
        if (isMore || core.heldBytes() > keep) {
            core.pageOut(keep);
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
                .died(
                        core.settings().quorum(),
                        core.settings().deadLetterExchange() == null ? Strategy.DISABLED : strategy,
                        reason);
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
        deliveries.send(entry, letter, exchange);
    }

    @Override
    public void unused(UnusedReason reason) {
        Runnable tell = whenDeleted;
        whenDeleted = null;
        broker.deleteUnused(home, queue, tell == null ? () -> {} : tell);
    }

    @Override
    public String toString() {
        return queue.toString();
    }
}
