package io.jumpmq.broker.queue;

import io.jumpmq.broker.message.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The queue itself, behind the numbers of {@link QueueSubject}. */
final class RealQueue implements QueueSubject, ConsumerEndpoint, QueueOutput, MessageLog {
    private final MessageQueue queue;
    private final List<String> events = new ArrayList<>();
    private final IdentityHashMap<Message, Integer> ids = new IdentityHashMap<>();
    private final Map<Long, Integer> positions = new HashMap<>();
    private final Map<Integer, Delivery> deliveries = new HashMap<>();
    private final Map<Integer, QueueEntry> dead = new HashMap<>();
    private final Map<Integer, QueueConsumer> consumers = new HashMap<>();

    RealQueue(QueueSettings settings, long now) {
        queue = new MessageQueue("q", settings, this, this, now);
    }

    @Override
    public void publish(int id, Mail mail, Message message, long now) {
        ids.put(message, id);
        queue.publish(message, new RecordingTicket(id + " ", events), now);
    }

    @Override
    public void get(boolean noAck, long now) {
        Delivery delivery = queue.get(noAck, now);
        events.add("got " + (delivery == null ? "nothing" : told(delivery)));
    }

    @Override
    public void acknowledge(int id, long now) {
        delivered(List.of(id)).forEach(delivery -> queue.acknowledge(delivery, now));
    }

    @Override
    public void reject(int id, long now) {
        delivered(List.of(id)).forEach(delivery -> queue.reject(delivery, now));
    }

    @Override
    public void requeue(List<Integer> requeued, long now) {
        List<Delivery> back = delivered(requeued);
        if (back.size() == 1) {
            queue.requeue(back.get(0), now);
        } else {
            queue.requeue(back, now);
        }
    }

    @Override
    public void deadLettered(int id) {
        queue.deadLettered(known(dead.get(id)));
    }

    @Override
    public void durable(long position) {
        queue.durable(position);
    }

    @Override
    public void add(int consumer, Terms terms, long now) {
        QueueConsumer added = new QueueConsumer(
                this,
                Integer.toString(consumer),
                terms.noAck(),
                terms.exclusive(),
                terms.prefetch(),
                terms.limited(),
                terms.priority());
        consumers.put(consumer, added);
        ConsumeOutcome expected = queue.check(added);
        ConsumeOutcome outcome = queue.add(added, now);
        if (outcome != expected) {
            throw new AssertionError("checked as " + expected + " but is " + outcome);
        }
        events.add("add c" + consumer + " " + outcome);
    }

    @Override
    public void cancel(int consumer, long now) {
        queue.remove(consumer(consumer), now);
    }

    @Override
    public void close(List<Integer> leaving, List<Integer> returned, long now) {
        queue.remove(leaving.stream().map(this::consumer).toList(), delivered(returned), now);
    }

    @Override
    public void written(int consumer, int bytes, long now) {
        queue.written(consumer(consumer), bytes, now);
    }

    @Override
    public void credit(int consumer, int count, boolean drain, long now) {
        queue.credit(consumer(consumer), count, drain, now);
    }

    @Override
    public void limit(int consumer, boolean limited, long now) {
        queue.requireCredit(consumer(consumer), limited, now);
    }

    @Override
    public void update(QueueSettings settings, long now) {
        queue.update(settings, now);
    }

    @Override
    public void purge() {
        events.add("purged " + queue.purge());
    }

    @Override
    public void delete() {
        queue.delete();
    }

    @Override
    public void touch(long now) {
        queue.touch(now);
    }

    @Override
    public void tick(long now) {
        queue.tick(now);
    }

    @Override
    public List<String> heard() {
        List<String> heard = List.copyOf(events);
        events.clear();
        return heard;
    }

    @Override
    public String summary() {
        QueueCounters counters = queue.counters();
        QueueConsumer active = queue.activeConsumer();
        return "ready " + queue.ready() + "/" + queue.readyBytes() + " unacked " + queue.unacknowledged() + "/"
                + queue.unacknowledgedBytes() + " lasting " + queue.persistent() + "/" + queue.persistentBytes()
                + " consumers "
                + queue.consumerList().stream()
                        .map(consumer -> consumer.tag() + ":" + consumer.unacknowledged())
                        .toList()
                + " active " + (active == null ? "none" : active.tag()) + " deadline " + queue.nextDeadline()
                + " published " + counters.published() + " refused " + counters.refused() + " delivered "
                + counters.delivered() + "+" + counters.deliveredNoAck() + " got " + counters.got() + "+"
                + counters.gotNoAck() + "+" + counters.getEmpty() + " redelivered " + counters.redelivered()
                + " acknowledged " + counters.acknowledged() + " expired " + counters.deaths(DeathReason.EXPIRED)
                + " maxlen " + counters.deaths(DeathReason.MAXLEN)
                + " rejected " + counters.deaths(DeathReason.REJECTED) + " returned too often "
                + counters.deaths(DeathReason.DELIVERY_LIMIT);
    }

    // What the queue says.

    @Override
    public void deliver(QueueConsumer consumer, Delivery delivery) {
        events.add("c" + consumer.tag() + " gets " + told(delivery));
    }

    @Override
    public void cancelled(QueueConsumer consumer) {
        events.add("c" + consumer.tag() + " cancelled");
    }

    @Override
    public void wantsCredit(QueueConsumer consumer) {
        events.add("c" + consumer.tag() + " wants");
    }

    @Override
    public void creditReturned(QueueConsumer consumer, int count) {
        events.add("c" + consumer.tag() + " returns " + count);
    }

    @Override
    public void deadLetter(QueueEntry entry, DeathReason reason) {
        dead.put(id(entry.message()), entry);
        events.add("dead " + told(entry) + " " + reason);
    }

    @Override
    public void unused(UnusedReason reason) {
        events.add("unused " + reason);
    }

    @Override
    public boolean append(QueueEntry entry, boolean persistent) {
        positions.put(entry.position(), id(entry.message()));
        events.add("append " + told(entry) + "@" + entry.position());
        return entry.position() % 4 == 0;
    }

    @Override
    public void delete(long position) {
        events.add("delete " + known(positions.remove(position)));
    }

    @Override
    public void deleteAll(long first, long last) {
        throw new AssertionError("nothing is stored");
    }

    @Override
    public void returned(QueueEntry entry) {
        // The model does not know of it.
    }

    @Override
    public void died(QueueEntry entry, DeathReason reason) {
        throw new AssertionError("no queue here keeps what died");
    }

    @Override
    public void deleteQueue() {
        events.add("delete all");
    }

    @Override
    public boolean loads() {
        return false;
    }

    @Override
    public void load(long from, int maxMessages, int maxBytes, int ticket) {
        throw new AssertionError("nothing is stored");
    }

    private int id(Message message) {
        Integer id = ids.get(message);
        if (id == null) {
            throw new AssertionError("the queue made up a message");
        }
        return id;
    }

    private String told(QueueEntry entry) {
        int id = id(entry.message());
        return id + (entry.redelivered() ? " again " : " ") + entry.deliveryCount();
    }

    private String told(Delivery delivery) {
        int id = id(delivery.message());
        deliveries.put(id, delivery);
        return id + (delivery.redelivered() ? " again " : " ") + delivery.deliveryCount();
    }

    /** How messages were delivered last. One that died without that is nothing that a channel could name. */
    private List<Delivery> delivered(List<Integer> wanted) {
        return wanted.stream().map(deliveries::get).filter(Objects::nonNull).toList();
    }

    private QueueConsumer consumer(int number) {
        return known(consumers.get(number));
    }

    private static <T> T known(@Nullable T thing) {
        if (thing == null) {
            throw new AssertionError("the model knows what the queue never showed");
        }
        return thing;
    }
}
