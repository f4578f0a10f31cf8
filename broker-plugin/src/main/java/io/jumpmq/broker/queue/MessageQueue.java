package io.jumpmq.broker.queue;

import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.QueueSettings.Overflow;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One queue: messages come in, wait their turn, go to consumers, and are gone when they are acknowledged. Deterministic
 * and single-threaded: it is handed the time and answers with calls on its ports ({@link ConsumerEndpoint},
 * {@link QueueOutput}, {@link MessageLog}, {@link PublishTicket}), which must not call it back before its own call ends.
 * All of it belongs to the queue's loop.
 *
 * <p>Between two calls one of these holds: no message is ready, or no consumer has room. Each call restores it before it
 * returns, so a message that arrives at an idle consumer passes straight through.
 *
 * <p>The rules are those of RabbitMQ 3.10's classic queues (rabbit_amqqueue_process, rabbit_queue_consumers,
 * rabbit_priority_queue), seen from outside. On purpose otherwise: a message that has expired is never delivered, even if
 * no timer told the queue; a single active consumer's successor starts at once; and a quorum queue, too, puts a requeued
 * message back to its place.
 *
 * <p>Times are milliseconds since the epoch.
 */
public final class MessageQueue {
    private static final long NEVER = QueueEntry.NEVER;
    private static final long UNBOUNDED = Long.MAX_VALUE;

    private final String name;
    private final QueueOutput output;
    private final MessageLog log;
    private final QueueCounters counters = new QueueCounters();
    private final QueueStorage storage;
    private final DeadLettering deadLetters;
    private final Paging paging;

    private QueueSettings settings;
    // The settings that each message meets, without the Optional around them.
    private long ttlMillis;
    private long maxLength;
    private long maxBytes;
    private boolean dropsHead;

    private final ReadyMessages ready;
    private long nextPosition;
    private final UnackedMessages unacked = new UnackedMessages();
    private long unacknowledgedBytes;

    /** Whether what counted as memory already can be paged out now: messages came back, or died and are kept. */
    private boolean mayPageOut;

    private final Consumers consumers;

    /** When {@code x-expires} has passed if nothing happens before. */
    private long unusedAtMillis;

    private boolean deleted;

    /** Positions up to this one may have been delivered before. */
    private long seen = -1;

    /**
     * A queue without messages or consumers.
     *
     * @param name for people
     * @param log where its messages are kept if they are persistent, or if memory is short
     */
    public MessageQueue(String name, QueueSettings settings, QueueOutput output, MessageLog log, long nowMillis) {
        this.name = name;
        this.output = output;
        this.log = log;
        this.ready = new ReadyMessages(settings.maxPriority());
        this.storage = new QueueStorage(log);
        this.deadLetters = new DeadLettering(output, log, storage, counters);
        this.paging = new Paging(ready, log, storage);
        this.consumers = new Consumers(settings.singleActiveConsumer());
        this.settings = settings;
        adopt(settings);
        renewLease(nowMillis);
    }

    // Messages in.

    /**
     * Takes a message, or refuses it if the queue is full and its rule is to refuse.
     *
     * @param ticket told which, and when; null if the publisher does not want to know
     */
    public void publish(Message message, @Nullable PublishTicket ticket, long nowMillis) {
        if (deleted) {
            PublishTicket.accept(ticket); // It was routed here before the queue went, and has gone with it.
            return;
        }
        QueueEntry entry = new QueueEntry(message, nextPosition, expiry(message, nowMillis), priorityOf(message));
        if (!dropsHead && wouldOverflow(entry)) {
            refuse(entry, ticket);
            return;
        }
        nextPosition++;
        counters.published++;
        QueueConsumer consumer = ready.count() == 0 ? consumers.next() : null;
        if (consumer != null) {
            if (consumer.noAck()) {
                PublishTicket.accept(ticket); // It leaves in this moment: nothing to store.
            } else {
                store(entry, ticket);
            }
            deliver(consumer, entry);
        } else if (ttlMillis == 0 && settings.deadLetterExchange() == null) {
            PublishTicket.accept(ticket); // It had to be delivered at once or not at all: nothing to store either.
            die(entry, DeathReason.EXPIRED);
        } else {
            store(entry, ticket);
            storage.countHeaders(entry);
            ready.append(entry);
            dropOverflow();
            dropExpired(nowMillis);
            readAhead();
        }
    }

    private void store(QueueEntry entry, @Nullable PublishTicket ticket) {
        if (isPersistent(entry.message())) {
            storage.append(entry, ticket);
        } else {
            PublishTicket.accept(ticket);
        }
    }

    private boolean isPersistent(Message message) {
        return settings.durable() && (settings.quorum() || message.header().persistent());
    }

    /** The log says that everything up to and including this position is durable. */
    public void durable(long position) {
        storage.durable(position);
    }

    // Messages out.

    /**
     * Fetches one message, whatever consumers there are.
     *
     * @param noAck it counts as acknowledged with this; else it stays until it is acknowledged, rejected or requeued
     * @return null if none is ready; {@link #awaitsLoad} tells whether one will be
     */
    public @Nullable Delivery get(boolean noAck, long nowMillis) {
        dropExpired(nowMillis);
        renewLease(nowMillis);
        if (!ready.isHeadHere()) {
            counters.getEmpty++;
            return null;
        }
        QueueEntry entry = ready.take();
        seen = Math.max(seen, entry.position());
        countIfRedelivered(entry);
        if (noAck) {
            counters.gotNoAck++;
            storage.forget(entry);
            return handedOut(entry, 0);
        }
        counters.got++;
        return handedOut(entry, hold(entry, null));
    }

    /** Lets a delivered message go for good. Nothing happens if it is not waiting for that. */
    public void acknowledge(Delivery delivery, long nowMillis) {
        QueueEntry entry = taken(delivery);
        if (entry != null) {
            counters.acknowledged++;
            consumers.resume(release(entry));
            storage.forget(entry);
            deliverReady(nowMillis);
        }
    }

    /** Dead-letters or drops a delivered message. Nothing happens if it is not waiting to be acknowledged. */
    public void reject(Delivery delivery, long nowMillis) {
        QueueEntry entry = taken(delivery);
        if (entry != null) {
            consumers.resume(release(entry));
            die(entry, DeathReason.REJECTED);
            deliverReady(nowMillis);
        }
    }

    /** As {@link #reject(Delivery, long)}, for several that are rejected together: the first in the queue dies first. */
    public void reject(List<Delivery> deliveries, long nowMillis) {
        deliveries.stream()
                .sorted(Comparator.comparingLong(Delivery::position))
                .forEach(delivery -> reject(delivery, nowMillis));
    }

    /** As {@link #requeue(List, long)}, for one. */
    public void requeue(Delivery delivery, long nowMillis) {
        requeue(List.of(delivery), nowMillis);
    }

    /**
     * Puts delivered messages back to their places, to be delivered again when all are there: the first in the queue first,
     * whatever the order they come back in. Those that do not wait to be acknowledged are left out.
     */
    public void requeue(List<Delivery> deliveries, long nowMillis) {
        for (Delivery delivery : deliveries) {
            QueueEntry entry = taken(delivery);
            if (entry != null) {
                consumers.resume(release(entry));
                takeBack(entry);
                mayPageOut = true;
            }
        }
        dropOverflow();
        deliverReady(nowMillis);
    }

    /**
     * The dead letter that {@link QueueOutput#deadLetter} was given is safe, or had nowhere to go: the original may be
     * forgotten.
     */
    public void deadLettered(QueueEntry entry) {
        if (!deleted) {
            deadLetters.delivered(entry);
        }
    }

    /**
     * The dead letter has nowhere to go, or a queue refused it: it is to be tried again, if dead letters must not get lost
     * still.
     */
    public void deadLetterFailed(QueueEntry entry, long nowMillis) {
        if (!deleted) {
            deadLetters.failed(entry, nowMillis);
        }
    }

    /**
     * Drops all messages that are ready, and those that died and are kept; those delivered and not acknowledged stay.
     *
     * @return how many
     */
    public int purge() {
        int count = ready.count() + deadLetters.count();
        deadLetters.purge();
        paging.purge();
        while (ready.count() > 0) {
            storage.forget(ready.take());
        }
        return count;
    }

    // Consumers.

    /** What {@link #add} would answer now; for those who have to say so before the first delivery. */
    public ConsumeOutcome check(QueueConsumer consumer) {
        if (deleted) {
            return ConsumeOutcome.QUEUE_DELETED;
        }
        return consumers.mayJoin(consumer) ? ConsumeOutcome.ACCEPTED : ConsumeOutcome.EXCLUSIVE_USE;
    }

    /** Takes a consumer on and starts to serve it, unless that is forbidden because one has the queue for itself. */
    public ConsumeOutcome add(QueueConsumer consumer, long nowMillis) {
        ConsumeOutcome outcome = check(consumer);
        if (outcome == ConsumeOutcome.ACCEPTED) {
            consumers.add(consumer);
            renewLease(nowMillis);
            deliverReady(nowMillis);
        }
        return outcome;
    }

    /**
     * Stops to serve a consumer. What was delivered to it stays with its channel, which can still acknowledge, reject or
     * requeue it. Nothing happens if the consumer is not one of this queue's.
     */
    public void remove(QueueConsumer consumer, long nowMillis) {
        partWith(consumers.remove(List.of(consumer), false), nowMillis);
    }

    /**
     * A channel closes: all its consumers leave and all that it did not acknowledge comes back, in one step. In two, other
     * consumers would get what is ready before the older messages that come back. Deliveries still on their way to the
     * channel have to be {@linkplain #requeue requeued} when they arrive there; the others wait for them.
     *
     * @param leaving those that are not this queue's consumers are left out
     * @param unacknowledged as for {@link #requeue(List, long)}
     */
    public void remove(List<QueueConsumer> leaving, List<Delivery> unacknowledged, long nowMillis) {
        boolean any = consumers.remove(leaving, true);
        requeue(unacknowledged, nowMillis);
        partWith(any, nowMillis);
    }

    /** Goes on after consumers have left, if any have. */
    private void partWith(boolean any, long nowMillis) {
        if (any) {
            deliverReady(nowMillis); // To a single active consumer's successor.
            renewLease(nowMillis);
            if (consumers.count() == 0 && settings.autoDelete()) {
                output.unused(UnusedReason.LAST_CONSUMER_GONE);
            }
        }
    }

    /** The connection has written so much of what was delivered to the consumer, in bytes of the messages' footprints. */
    public void written(QueueConsumer consumer, int bytes, long nowMillis) {
        consumer.windowBytes += bytes;
        consumers.resume(consumer);
        deliverReady(nowMillis);
    }

    /**
     * This consumer may be delivered so many messages more.
     *
     * @param drain what it cannot use now goes back, of earlier credit, too; else it stays until messages come
     */
    public void credit(QueueConsumer consumer, int count, boolean drain, long nowMillis) {
        consumer.wantsCredit = false;
        consumer.credit += count;
        consumers.resume(consumer);
        deliverReady(nowMillis);
        int unused = consumer.credit;
        if (drain && unused > 0) {
            consumer.credit = 0;
            consumer.endpoint().creditReturned(consumer, unused);
        }
    }

    /** From now on a consumer needs credit for each delivery, or no longer does. */
    public void requireCredit(QueueConsumer consumer, boolean required, long nowMillis) {
        consumer.needsCredit = required;
        if (!required) {
            consumer.wantsCredit = false;
            consumers.resume(consumer);
            deliverReady(nowMillis);
        }
    }

    // The queue as a whole.

    /**
     * Follows new settings: a policy has changed. Messages that are in the queue keep their time to live.
     *
     * @throws IllegalArgumentException if something differs that is fixed when a queue is declared
     */
    public void update(QueueSettings newSettings, long nowMillis) {
        requireSameNature(newSettings);
        settings = newSettings;
        adopt(newSettings);
        renewLease(nowMillis);
        dropOverflow();
        dropExpired(nowMillis);
    }

    /** Deletes the queue with all messages and consumers; whatever it is asked to do afterwards has no effect. */
    public void delete() {
        if (deleted) {
            return;
        }
        deleted = true;
        unusedAtMillis = NEVER;
        ready.clear();
        deadLetters.clear();
        unacked.clear();
        unacknowledgedBytes = 0;
        if (settings.durable() || log.loads()) {
            log.deleteQueue();
        }
        storage.clear();
        List<QueueConsumer> cancelled = consumers.all();
        consumers.remove(cancelled, false);
        for (QueueConsumer consumer : cancelled) {
            consumer.endpoint().cancelled(consumer);
        }
    }

    /** Somebody declared the queue again: it is not unused. */
    public void touch(long nowMillis) {
        renewLease(nowMillis);
    }

    /** Does what is due. To be called at {@link #nextDeadline}, or later. */
    public void tick(long nowMillis) {
        dropExpired(nowMillis);
        if (unusedAtMillis <= nowMillis) {
            unusedAtMillis = NEVER;
            output.unused(UnusedReason.EXPIRED);
        }
        deadLetters.retry(nowMillis);
        readAhead();
    }

    /** When {@link #tick} has something to do; {@link Long#MAX_VALUE}: never. Any call may change it. */
    public long nextDeadline() {
        long ofQueue = Math.min(unusedAtMillis, deadLetters.retryAtMillis());
        return paging.isHeadComing() ? ofQueue : Math.min(ofQueue, ready.headExpiresAtMillis());
    }

    public String name() {
        return name;
    }

    public QueueSettings settings() {
        return settings;
    }

    /** Messages that wait to be delivered. */
    public int ready() {
        return ready.count();
    }

    /** How many messages take memory, delivered ones and {@linkplain #dead dead} ones among them. */
    public int heldMessages() {
        return ready.heldCount() + unacked.count() + deadLetters.heldCount();
    }

    /** Size of their bodies. */
    public long heldBytes() {
        return ready.heldBytes() + unacknowledgedBytes + deadLetters.heldBytes();
    }

    /** Messages that died and are kept until their dead letters are safe. */
    public int dead() {
        return deadLetters.count();
    }

    /** Size of their bodies. */
    public long deadBytes() {
        return deadLetters.bytes();
    }

    /** Size of what they have beside their bodies; what several share counts for each. */
    public long heldHeaderBytes() {
        return storage.headerBytes();
    }

    /** Size of their bodies. */
    public long readyBytes() {
        return ready.bytes();
    }

    /** Messages that are delivered or fetched and wait to be acknowledged. */
    public int unacknowledged() {
        return unacked.count();
    }

    /** Size of their bodies. */
    public long unacknowledgedBytes() {
        return unacknowledgedBytes;
    }

    /** How many of its messages, ready or not, are persistent. */
    public int persistent() {
        return storage.persistent();
    }

    /** Size of their bodies. */
    public long persistentBytes() {
        return storage.persistentBytes();
    }

    /**
     * When the next message was published, by its publisher's clock: its {@code timestamp}, in seconds since 1970. Null if
     * there is no next message, it has no timestamp, or it is not in memory.
     */
    public @Nullable Long headTimestamp() {
        QueueEntry head = ready.head();
        return head == null ? null : head.message().header().timestamp();
    }

    /** How many consumers there are, served or not. */
    public int consumers() {
        return consumers.count();
    }

    /** Whether it delivers nothing, for the next message cannot be read. */
    public boolean isStopped() {
        return paging.isStopped();
    }

    /** The consumers in the order in which they came. */
    public List<QueueConsumer> consumerList() {
        return consumers.all();
    }

    /** The one consumer that is served while others may not be: the single active one or the exclusive one. */
    public @Nullable QueueConsumer activeConsumer() {
        return consumers.active();
    }

    public QueueCounters counters() {
        return counters;
    }

    @Override
    public String toString() {
        return "queue '" + name + "'";
    }

    // What becomes of a message.

    private void refuse(QueueEntry entry, @Nullable PublishTicket ticket) {
        counters.refused++;
        if (settings.overflow() == Overflow.REJECT_PUBLISH_DLX) {
            die(entry, DeathReason.MAXLEN);
        }
        if (ticket != null) {
            ticket.refused();
        }
    }

    /**
     * Keeps an entry until it is acknowledged; the consumer is null if it was fetched.
     *
     * @return the attempt that is to be acknowledged
     */
    private int hold(QueueEntry entry, @Nullable QueueConsumer consumer) {
        entry.consumer = consumer;
        unacknowledgedBytes += entry.bodyBytes();
        storage.countHeaders(entry);
        return unacked.add(entry);
    }

    private static Delivery handedOut(QueueEntry entry, int attempt) {
        return new Delivery(entry.message(), entry.position(), attempt, entry.redelivered, entry.deliveryCount);
    }

    /** What was delivered so and waits for its answer; null: nothing does, or not for this one. */
    private @Nullable QueueEntry taken(Delivery delivery) {
        return unacked.take(delivery.position(), delivery.attempt());
    }

    /** After {@link #taken}: undoes the rest of {@link #hold} and returns the consumer that had the entry. */
    private @Nullable QueueConsumer release(QueueEntry entry) {
        unacknowledgedBytes -= entry.bodyBytes();
        QueueConsumer consumer = entry.consumer;
        if (consumer != null) {
            consumer.unacknowledged--;
            entry.consumer = null;
        }
        return consumer;
    }

    private void takeBack(QueueEntry entry) {
        entry.redelivered = true;
        entry.deliveryCount++;
        if (settings.quorum() && entry.deliveryCount > settings.deliveryLimit().orElse(Integer.MAX_VALUE)) {
            die(entry, DeathReason.DELIVERY_LIMIT);
        } else {
            ready.restore(entry);
            if (settings.quorum() && entry.logged) {
                log.returned(entry);
            }
        }
    }

    private void countIfRedelivered(QueueEntry entry) {
        if (entry.redelivered) {
            counters.redelivered++;
        }
    }

    /** Parts with an entry that is neither ready nor held. */
    private void die(QueueEntry entry, DeathReason reason) {
        mayPageOut |= deadLetters.die(entry, reason);
    }

    // Limits in number, size and time.

    /** Messages that died count as long as they are kept: else nothing would bound them. */
    private boolean wouldOverflow(QueueEntry entry) {
        return ready.count() + deadLetters.count() + 1 > maxLength
                || ready.bytes() + deadLetters.bytes() + entry.bodyBytes() > maxBytes;
    }

    private void dropOverflow() {
        while (dropsHead && (ready.count() > maxLength || ready.bytes() > maxBytes)) {
            if (!ready.isHeadHere()) {
                paging.load(); // Then it goes on.
                return;
            }
            die(ready.take(), DeathReason.MAXLEN);
        }
    }

    /** Drops from the head what has expired. What has expired behind another message waits until it gets there. */
    private void dropExpired(long nowMillis) {
        QueueEntry head = ready.head();
        while (head != null && head.expiresAtMillis() <= nowMillis) {
            die(ready.take(), DeathReason.EXPIRED);
            head = ready.head();
        }
        if (head == null && ready.headExpiresAtMillis() <= nowMillis) {
            paging.load(); // Then it goes on.
        }
    }

    private long expiry(Message message, long nowMillis) {
        return later(nowMillis, Math.min(ttlMillis, message.header().expirationMillis()));
    }

    private static long later(long nowMillis, long millis) {
        return millis > NEVER - nowMillis ? NEVER : nowMillis + millis;
    }

    private int priorityOf(Message message) {
        int highest = settings.maxPriority();
        return highest == 0 ? 0 : Math.min(highest, message.header().priority());
    }

    private void renewLease(long nowMillis) {
        boolean leased = consumers.count() == 0 && !deleted;
        unusedAtMillis = leased ? later(nowMillis, settings.expiresMillis().orElse(NEVER)) : NEVER;
    }

    /** Delivers what is ready to whoever has room, until there is nothing more to deliver or nobody more with room. */
    private void deliverReady(long nowMillis) {
        dropExpired(nowMillis);
        while (ready.isHeadHere()) {
            QueueConsumer consumer = consumers.next();
            if (consumer == null) {
                break;
            }
            deliver(consumer, ready.take());
            dropExpired(nowMillis);
        }
        readAhead();
    }

    // What only the log has.

    /** The log has messages of this queue from before a restart. To be called before anything else. */
    public void recover(LogListener.Recovered recovered) {
        if (recovered.last() >= 0) {
            nextPosition = recovered.last() + 1;
            seen = Math.min(recovered.seen(), recovered.last());
        }
        if (recovered.count() > 0) {
            paging.recover(recovered);
        }
        deadLetters.recover(recovered.dead());
    }

    /**
     * The last position of which all before may have been delivered; for the log, when the broker stops and nobody holds
     * messages any more. A queue with priorities does not deliver by position: it has the log note, too, which of those behind have
     * come back.
     */
    public long noteSeen() {
        if (settings.maxPriority() == 0) {
            return seen;
        }
        if (unacked.count() > 0) {
            return Long.MAX_VALUE; // Nobody can tell which.
        }
        long[] fresh = {ready.pagedOutCount() > 0 ? seen + 1 : nextPosition};
        ready.forEach(entry -> fresh[0] = entry.redelivered ? fresh[0] : Math.min(fresh[0], entry.position()));
        ready.forEach(entry -> {
            if (entry.redelivered && entry.logged && entry.position() > fresh[0]) {
                entry.deliveryCount = Math.max(1, entry.deliveryCount);
                log.returned(entry);
            }
        });
        return fresh[0] - 1;
    }

    /** Whether, since the last time, messages came back, or died and are kept: only now can these be paged out. */
    public boolean takeMayPageOut() {
        boolean may = mayPageOut;
        mayPageOut = false;
        return may;
    }

    /**
     * Pages out the end of the queue, until about so much is held: the log has it, or gets it.
     * Without effect where the log cannot load, and in a queue with priorities.
     */
    public void pageOut(long keepBytes) {
        if (log.loads() && !deleted) {
            deadLetters.pageOut();
            paging.pageOut(keepBytes);
        }
    }

    /**
     * Whether the next message is on its way from the log: {@link #loaded} will bring it. If not, {@link #get} finds it
     * at this time, or none is there.
     */
    public boolean awaitsLoad(long nowMillis) {
        dropExpired(nowMillis); // What comes behind it may be stored.
        if (ready.count() == 0 || ready.isHeadHere()) {
            return false;
        }
        paging.load();
        return !paging.isStopped();
    }

    /** Loads on while there are consumers and little is left; not while memory is full of what they do not acknowledge. */
    private void readAhead() {
        if (ready.pagedOutCount() > 0
                && consumers.count() > 0
                && (!ready.isHeadHere() || ready.frontBytes() < Paging.READ_AHEAD_BYTES / 2)
                && (unacknowledgedBytes + storage.headerBytes() < Paging.READ_AHEAD_BYTES || output.mayLoad())) {
            paging.load();
        }
    }

    /** What {@link MessageLog#load} was asked for. */
    public void loaded(LogListener.Loaded loaded, long nowMillis) {
        if (deadLetters.loaded(loaded, this::entryOf)) {
            loaded.unreadable().forEach(paging::noteUnreadable);
        }
        if (deleted || !paging.loaded(loaded, this::entryOf)) {
            return;
        }
        dropOverflow();
        deliverReady(nowMillis);
        if (!ready.isHeadHere() && settings.maxPriority() > 0) {
            paging.load(); // It needs all to know the first.
        }
    }

    private QueueEntry entryOf(LogListener.Stored stored) {
        QueueEntry entry = new QueueEntry(
                stored.message(), stored.position(), stored.expiresAtMillis(), priorityOf(stored.message()));
        entry.logged = true;
        entry.persistent = isPersistent(stored.message());
        entry.redelivered = stored.position() <= seen || stored.deliveryCount() > 0;
        entry.deliveryCount = stored.deliveryCount();
        return entry;
    }

    private void deliver(QueueConsumer consumer, QueueEntry entry) {
        countIfRedelivered(entry);
        seen = Math.max(seen, entry.position());
        consumer.windowBytes -= entry.message().footprint();
        if (consumer.needsCredit) {
            consumer.credit--;
        }
        int attempt = 0;
        if (consumer.noAck()) {
            counters.deliveredNoAck++;
            storage.forget(entry);
        } else {
            counters.delivered++;
            consumer.unacknowledged++;
            attempt = hold(entry, consumer);
        }
        consumers.served(consumer);
        consumer.endpoint().deliver(consumer, handedOut(entry, attempt));
    }

    // Settings.

    private void adopt(QueueSettings newSettings) {
        ttlMillis = newSettings.messageTtlMillis().orElse(NEVER);
        maxLength = newSettings.maxLength().orElse(UNBOUNDED);
        maxBytes = newSettings.maxLengthBytes().orElse(UNBOUNDED);
        dropsHead = newSettings.overflow() == Overflow.DROP_HEAD;
        deadLetters.adopt(newSettings);
    }

    private void requireSameNature(QueueSettings other) {
        if (settings.durable() != other.durable()
                || settings.autoDelete() != other.autoDelete()
                || settings.quorum() != other.quorum()
                || settings.maxPriority() != other.maxPriority()
                || settings.singleActiveConsumer() != other.singleActiveConsumer()) {
            throw new IllegalArgumentException(
                    "these settings of " + this + " cannot change: from " + settings + " to " + other);
        }
    }
}
