package io.jumpmq.broker.queue;

import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.QueueSettings.Overflow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue without a data structure: every question is answered by looking at all messages and all consumers that there
 * ever were. Slow, and plain enough to be believed.
 */
final class QueueModel implements QueueSubject {
    enum Place {
        READY,
        HELD,
        /** Handed over as a dead letter that is not safe yet. */
        DEAD,
        GONE
    }

    static final class Item {
        final int id;
        final int bytes;
        final int footprint;
        int priority;
        long position;
        long expiresAt;
        Place place = Place.GONE;
        boolean stored;
        boolean awaitsLog;
        int returns;

        @Nullable Client holder;

        Item(int id, Message message) {
            this.id = id;
            this.bytes = message.body().length;
            this.footprint = message.footprint();
        }

        @Override
        public String toString() {
            return id + (returns > 0 ? " again " : " ") + returns;
        }
    }

    static final class Client {
        final int number;
        final Terms terms;
        boolean present = true;
        boolean limited;
        boolean asked;
        int credit;
        int unwritten;

        boolean inLine;
        long inLineSince;

        Client(int number, Terms terms) {
            this.number = number;
            this.terms = terms;
            this.limited = terms.limited();
        }
    }

    private static final Comparator<Item> BY_PRIORITY_THEN_AGE =
            Comparator.<Item>comparingInt(item -> -item.priority).thenComparingLong(item -> item.position);
    private static final Comparator<Client> BY_PRIORITY_THEN_WAIT = Comparator.<Client>comparingInt(
                    client -> -client.terms.priority())
            .thenComparingLong(client -> client.inLineSince);

    private QueueSettings settings;
    private final List<String> events = new ArrayList<>();
    private final TreeMap<Integer, Item> items = new TreeMap<>();
    private final TreeMap<Integer, Client> clients = new TreeMap<>();

    private @Nullable Client active;

    /** Left with their channels; nobody is served before all comes back that they held. */
    private final List<Client> awaited = new ArrayList<>();

    private long positions;
    private long moments;
    private long unusedAt;
    private boolean deleted;

    private int published;
    private int refused;
    private int delivered;
    private int deliveredNoAck;
    private int got;
    private int gotNoAck;
    private int getEmpty;
    private int redelivered;
    private int acknowledged;
    private final Map<DeathReason, Integer> deaths = new EnumMap<>(DeathReason.class);

    QueueModel(QueueSettings settings, long now) {
        this.settings = settings;
        renewLease(now);
    }

    // What there is.

    List<Item> in(Place place) {
        return items.values().stream()
                .filter(item -> item.place == place)
                .sorted(BY_PRIORITY_THEN_AGE)
                .toList();
    }

    private List<Client> present() {
        return clients(client -> client.present);
    }

    List<Client> clients(Predicate<Client> which) {
        return clients.values().stream().filter(which).toList();
    }

    /** How many messages have been taken in. */
    int positions() {
        return (int) positions;
    }

    private long bytesIn(Place place) {
        return in(place).stream().mapToLong(item -> item.bytes).sum();
    }

    private long heldBy(Client client) {
        return items.values().stream()
                .filter(item -> item.holder == client && item.place == Place.HELD)
                .count();
    }

    private boolean mayBeServed(Client client) {
        Terms terms = client.terms;
        return client.present
                && !client.asked
                && client.unwritten < QueuePort.WINDOW_BYTES
                && (terms.noAck() || terms.prefetch() == 0 || heldBy(client) < terms.prefetch())
                && (active == null || active == client);
    }

    // Messages.

    @Override
    public void publish(int id, Mail mail, Message message, long now) {
        if (deleted) {
            events.add(id + " accepted");
            return;
        }
        Item item = new Item(id, message);
        items.put(id, item);
        item.priority = Math.max(0, Math.min(mail.priority(), settings.maxPriority()));
        item.position = positions;
        item.expiresAt = Math.min(
                mail.expiration() < 0 ? Long.MAX_VALUE : now + mail.expiration(),
                settings.messageTtlMillis().isEmpty()
                        ? Long.MAX_VALUE
                        : now + settings.messageTtlMillis().getAsLong());
        item.place = Place.READY;
        boolean tooMuch = isTooLong();
        item.place = Place.GONE;
        if (tooMuch && settings.overflow() != Overflow.DROP_HEAD) {
            refused++;
            if (settings.overflow() == Overflow.REJECT_PUBLISH_DLX) {
                die(item, DeathReason.MAXLEN);
            }
            events.add(id + " refused");
            return;
        }
        positions++;
        published++;
        Client taker = nextInLine();
        if (taker != null && taker.terms.noAck()) {
            events.add(id + " accepted");
            deliver(taker, item);
        } else if (taker != null) {
            store(item, mail);
            deliver(taker, item);
        } else if (settings.messageTtlMillis().orElse(-1) == 0 && settings.deadLetterExchange() == null) {
            events.add(id + " accepted");
            die(item, DeathReason.EXPIRED);
        } else {
            store(item, mail);
            item.place = Place.READY;
            shorten();
            expire(now);
        }
    }

    private void store(Item item, Mail mail) {
        boolean persistent = settings.durable() && (settings.quorum() || mail.persistent());
        if (persistent) {
            item.stored = true;
            events.add("append " + item + "@" + item.position);
        }
        if (persistent && item.position % 4 != 0) {
            item.awaitsLog = true;
        } else {
            events.add(item.id + " accepted");
        }
    }

    @Override
    public void durable(long position) {
        for (Item item : items.values()) {
            if (item.awaitsLog && item.position <= position) {
                item.awaitsLog = false;
                events.add(item.id + " accepted");
            }
        }
    }

    @Override
    public void get(boolean noAck, long now) {
        expire(now);
        renewLease(now);
        List<Item> ready = in(Place.READY);
        if (ready.isEmpty()) {
            getEmpty++;
            events.add("got nothing");
            return;
        }
        Item item = ready.get(0);
        if (noAck) {
            gotNoAck++;
            forget(item);
        } else {
            got++;
            item.place = Place.HELD;
        }
        redelivered += item.returns > 0 ? 1 : 0;
        events.add("got " + item);
    }

    @Override
    public void acknowledge(int id, long now) {
        Item item = items.get(id);
        if (item != null && item.place == Place.HELD) {
            acknowledged++;
            item.holder = null;
            forget(item);
            serve(now);
        }
    }

    @Override
    public void reject(int id, long now) {
        Item item = items.get(id);
        if (item != null && item.place == Place.HELD) {
            item.holder = null;
            die(item, DeathReason.REJECTED);
            serve(now);
        }
    }

    @Override
    public void requeue(List<Integer> ids, long now) {
        for (int id : ids) {
            Item item = items.get(id);
            if (item == null || item.place != Place.HELD) {
                continue;
            }
            item.place = Place.GONE;
            lineUp();
            item.holder = null;
            item.returns++;
            if (settings.quorum() && item.returns > settings.deliveryLimit().orElse(Integer.MAX_VALUE)) {
                die(item, DeathReason.DELIVERY_LIMIT);
            } else {
                item.place = Place.READY;
            }
        }
        shorten();
        serve(now);
    }

    @Override
    public void deadLettered(int id) {
        Item item = items.get(id);
        if (item != null && item.place == Place.DEAD) {
            forget(item);
        }
    }

    @Override
    public void purge() {
        List<Item> ready = in(Place.READY);
        ready.forEach(this::forget);
        events.add("purged " + ready.size());
    }

    private void die(Item item, DeathReason reason) {
        deaths.merge(reason, 1, Integer::sum);
        if (settings.deadLetterExchange() == null) {
            forget(item);
        } else {
            item.place = Place.DEAD;
            events.add("dead " + item + " " + reason);
        }
    }

    private void forget(Item item) {
        item.place = Place.GONE;
        if (item.stored) {
            item.stored = false;
            events.add("delete " + item.id);
        }
    }

    private boolean isTooLong() {
        return in(Place.READY).size() > settings.maxLength().orElse(Long.MAX_VALUE)
                || bytesIn(Place.READY) > settings.maxLengthBytes().orElse(Long.MAX_VALUE);
    }

    private void shorten() {
        while (settings.overflow() == Overflow.DROP_HEAD && isTooLong()) {
            die(in(Place.READY).get(0), DeathReason.MAXLEN);
        }
    }

    private void expire(long now) {
        for (Item item : in(Place.READY)) {
            if (item.expiresAt > now) {
                return;
            }
            die(item, DeathReason.EXPIRED);
        }
    }

    // Consumers.

    @Override
    public void add(int consumer, Terms terms, long now) {
        Client client = new Client(consumer, terms);
        client.present = false;
        clients.put(consumer, client);
        boolean alone = present().isEmpty();
        boolean taken =
                settings.singleActiveConsumer() ? terms.exclusive() : active != null || (terms.exclusive() && !alone);
        if (taken) {
            events.add("add c" + consumer + " EXCLUSIVE_USE");
            return;
        }
        client.present = true;
        if (active == null && (settings.singleActiveConsumer() || terms.exclusive())) {
            active = client;
        }
        renewLease(now);
        serve(now);
        events.add("add c" + consumer + " ACCEPTED");
    }

    @Override
    public void cancel(int consumer, long now) {
        if (client(consumer).present) {
            leave(List.of(consumer), List.of(), false, now);
        }
    }

    @Override
    public void close(List<Integer> consumers, List<Integer> ids, long now) {
        leave(consumers, ids, true, now);
    }

    private void leave(List<Integer> consumers, List<Integer> ids, boolean closing, long now) {
        boolean any = false;
        for (Client client : present()) {
            if (consumers.contains(client.number)) {
                client.present = false;
                any = true;
                if (closing) {
                    awaited.add(client);
                }
            }
        }
        if (active != null && !active.present) {
            active = settings.singleActiveConsumer()
                    ? present().stream()
                            .min(Comparator.comparingInt(client -> -client.terms.priority()))
                            .orElse(null)
                    : null;
        }
        lineUp();
        requeue(ids, now);
        if (any) {
            renewLease(now);
            if (present().isEmpty() && settings.autoDelete()) {
                events.add("unused LAST_CONSUMER_GONE");
            }
        }
    }

    @Override
    public void written(int consumer, int bytes, long now) {
        client(consumer).unwritten -= bytes;
        serve(now);
    }

    @Override
    public void credit(int consumer, int count, boolean drain, long now) {
        Client client = client(consumer);
        client.asked = false;
        client.credit += count;
        serve(now);
        if (drain && client.credit > 0) {
            events.add("c" + consumer + " returns " + client.credit);
            client.credit = 0;
        }
    }

    @Override
    public void limit(int consumer, boolean limited, long now) {
        Client client = client(consumer);
        client.limited = limited;
        if (!limited) {
            client.asked = false;
            serve(now);
        }
    }

    private Client client(int number) {
        Client client = clients.get(number);
        if (client == null) {
            throw new AssertionError("no consumer " + number);
        }
        return client;
    }

    private void serve(long now) {
        lineUp();
        expire(now);
        while (!in(Place.READY).isEmpty()) {
            Client client = nextInLine();
            if (client == null) {
                return;
            }
            deliver(client, in(Place.READY).get(0));
            expire(now);
        }
    }

    private @Nullable Client nextInLine() {
        lineUp();
        if (awaited.stream().anyMatch(client -> heldBy(client) > 0)) {
            return null;
        }
        Client first = present().stream()
                .filter(client -> client.inLine)
                .min(BY_PRIORITY_THEN_WAIT)
                .orElse(null);
        if (first == null) {
            return null;
        }
        boolean canTake = mayBeServed(first);
        if (canTake && (!first.limited || first.credit > 0)) {
            return first;
        }
        if (canTake) {
            first.asked = true;
            events.add("c" + first.number + " wants");
        }
        first.inLine = false;
        return nextInLine();
    }

    private void deliver(Client client, Item item) {
        redelivered += item.returns > 0 ? 1 : 0;
        client.unwritten += item.footprint;
        client.credit -= client.limited ? 1 : 0;
        if (client.terms.noAck()) {
            deliveredNoAck++;
            forget(item);
        } else {
            delivered++;
            item.place = Place.HELD;
            item.holder = client;
        }
        client.inLineSince = ++moments;
        events.add("c" + client.number + " gets " + item);
    }

    /** Who can be served again lines up at the end. */
    private void lineUp() {
        for (Client client : clients.values()) {
            if (mayBeServed(client) && !client.inLine) {
                client.inLine = true;
                client.inLineSince = ++moments;
            }
        }
    }

    // The queue as a whole.

    @Override
    public void update(QueueSettings newSettings, long now) {
        settings = newSettings;
        renewLease(now);
        shorten();
        expire(now);
    }

    @Override
    public void delete() {
        if (deleted) {
            return;
        }
        deleted = true;
        if (settings.durable()) {
            events.add("delete all");
        }
        for (Item item : items.values()) {
            item.place = Place.GONE;
            item.stored = false;
        }
        durable(Long.MAX_VALUE);
        for (Client client : present()) {
            client.present = false;
            events.add("c" + client.number + " cancelled");
        }
        active = null;
        unusedAt = Long.MAX_VALUE;
    }

    @Override
    public void touch(long now) {
        renewLease(now);
    }

    @Override
    public void tick(long now) {
        expire(now);
        if (unusedAt <= now) {
            unusedAt = Long.MAX_VALUE;
            events.add("unused EXPIRED");
        }
    }

    private void renewLease(long now) {
        boolean counts = present().isEmpty() && settings.expiresMillis().isPresent() && !deleted;
        unusedAt = counts ? now + settings.expiresMillis().getAsLong() : Long.MAX_VALUE;
    }

    @Override
    public List<String> heard() {
        List<String> heard = List.copyOf(events);
        events.clear();
        return heard;
    }

    @Override
    public String summary() {
        List<Item> ready = in(Place.READY);
        long deadline = ready.isEmpty() ? unusedAt : Math.min(unusedAt, ready.get(0).expiresAt);
        return "ready " + ready.size() + "/" + bytesIn(Place.READY) + " unacked "
                + in(Place.HELD).size() + "/"
                + bytesIn(Place.HELD) + " lasting "
                + persistent().size() + "/"
                + persistent().stream().mapToLong(item -> item.bytes).sum() + " consumers "
                + present().stream()
                        .map(client -> client.number + ":" + heldBy(client))
                        .toList()
                + " active " + (active == null ? "none" : active.number) + " deadline " + deadline + " published "
                + published + " refused " + refused + " delivered " + delivered + "+" + deliveredNoAck + " got " + got
                + "+" + gotNoAck + "+" + getEmpty + " redelivered " + redelivered + " acknowledged " + acknowledged
                + " expired " + deaths(DeathReason.EXPIRED) + " maxlen " + deaths(DeathReason.MAXLEN) + " rejected "
                + deaths(DeathReason.REJECTED) + " returned too often " + deaths(DeathReason.DELIVERY_LIMIT);
    }

    private List<Item> persistent() {
        return items.values().stream()
                .filter(item -> item.stored && (item.place == Place.READY || item.place == Place.HELD))
                .toList();
    }

    private int deaths(DeathReason reason) {
        return deaths.getOrDefault(reason, 0);
    }
}
