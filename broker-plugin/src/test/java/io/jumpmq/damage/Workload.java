package io.jumpmq.damage;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Clients that do everything which leaves something on the disk, until the broker goes: they publish with confirms through
 * rings and directly, acknowledge and put back at random places, and change queues, bindings, weights, policies and users.
 */
final class Workload implements AutoCloseable {
    private static final String QUORUM = "quorum";
    private static final List<String> QUEUES = List.of("h0", "h1", "h2", "h3", "d0", "d1", QUORUM);
    private static final String RING = "ring";
    private static final String OTHER_RING = "churn";
    private static final long PAUSE_NANOS = 50_000;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long CONFIRM_MILLIS = 10_000;

    private final ServedBroker broker;
    private final Ledger ledger;
    private final SplittableRandom random;
    private final String prefix;
    private final int backlog;
    private final int prefetch;
    private final List<String> faults = java.util.Collections.synchronizedList(new ArrayList<>());
    private final List<Thread> threads = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private final List<Taker> takers = new ArrayList<>();
    private final AtomicInteger waiting;
    private final AtomicInteger published = new AtomicInteger();
    private volatile boolean enough;

    /**
     * @param prefix of the names of messages and queues, another one for each process
     * @param backlog so many messages are left in the queues
     * @param prefetch so many of each queue are with a consumer
     */
    Workload(ServedBroker broker, Ledger ledger, SplittableRandom random, String prefix, int backlog, int prefetch) {
        this.broker = broker;
        this.ledger = ledger;
        this.random = random;
        this.prefix = prefix;
        this.backlog = backlog;
        this.prefetch = prefetch;
        waiting = new AtomicInteger(ledger.owed().size());
    }

    List<String> faults() {
        return List.copyOf(faults);
    }

    private Connection connect() throws Exception {
        Connection connection = broker.connect();
        connections.add(connection);
        return connection;
    }

    /** What the publishers and consumers use. */
    static void declare(ServedBroker broker) throws Exception {
        try (Connection connection = broker.connect()) {
            Channel channel = connection.createChannel();
            channel.exchangeDeclare(RING, "x-consistent-hash", true);
            channel.exchangeDeclare(OTHER_RING, "x-consistent-hash", true);
            for (String queue : QUEUES) {
                boolean quorum = queue.equals(QUORUM);
                channel.queueDeclare(queue, true, false, false, quorum ? Map.of("x-queue-type", "quorum") : Map.of());
                if (queue.startsWith("h")) {
                    channel.queueBind(queue, RING, String.valueOf(queue.charAt(1) - '0' + 1));
                }
            }
        }
    }

    /** The state of a broker as its definitions tell it, in the words of {@link Ledger.State}. */
    static Set<String> topology(Set<String> exported) throws IOException {
        com.fasterxml.jackson.databind.ObjectMapper mapper = new com.fasterxml.jackson.databind.ObjectMapper();
        Set<String> topology = new TreeSet<>();
        for (String line : exported) {
            int space = line.indexOf(' ');
            com.fasterxml.jackson.databind.JsonNode one = mapper.readTree(line.substring(space + 1));
            switch (line.substring(0, space)) {
                case "queues", "exchanges", "policies", "users" ->
                    topology.add(
                            line.substring(0, space) + " " + one.path("name").asText());
                case "bindings" ->
                    topology.add(binding(
                            one.path("source").asText(),
                            one.path("destination").asText(),
                            one.path("routing_key").asText()));
                default -> {
                    // Virtual hosts and permissions are compared as exported.
                }
            }
        }
        return topology;
    }

    private static String binding(String exchange, String queue, String key) {
        return "bindings " + exchange + " > " + queue + " " + key;
    }

    void start() throws Exception {
        Connection consuming = connect();
        for (String queue : QUEUES) {
            takers.add(new Taker(consuming.createChannel(), queue));
        }
        Connection publishing = connect();
        Channel toRing = publishing.createChannel();
        Channel direct = publishing.createChannel();
        Channel changing = connect().createChannel();
        SplittableRandom keys = random.split();
        SplittableRandom queues = random.split();
        run("ring", () -> publish(toRing, "r", keys, RING));
        run("direct", () -> publish(direct, "d", queues, ""));
        run("acknowledge", this::acknowledge);
        run("change", () -> change(changing));
    }

    /** Returns after so many messages, or when that takes too long. */
    void awaitPublished(int count) {
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (published.get() < count && System.nanoTime() < until) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** What a client does until it is cut off. */
    private interface Work {
        void run() throws Exception;
    }

    private void run(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException | ShutdownSignalException | TimeoutException e) {
                        Throwable cause = e.getCause() == null ? e : e.getCause();
                        if (cause instanceof ShutdownSignalException closed && !closed.isHardError()) {
                            faults.add(name + ": " + closed.getMessage());
                        } // Else the broker has gone.
                    } catch (Exception e) {
                        faults.add(name + ": " + e);
                    }
                },
                prefix + name);
        threads.add(thread);
        thread.start();
    }

    private void publish(Channel channel, String kind, SplittableRandom choices, String exchange) throws Exception {
        ConcurrentSkipListMap<Long, String> open = new ConcurrentSkipListMap<>();
        channel.confirmSelect();
        channel.addConfirmListener(
                (tag, multiple) -> {
                    Map<Long, String> done = multiple ? open.headMap(tag, true) : open.subMap(tag, true, tag, true);
                    done.values().forEach(this::confirmed);
                    done.clear();
                },
                (tag, multiple) -> faults.add("a nack for " + open.get(tag)));
        for (int i = 0; !enough; i++) {
            if (open.size() > 100 || waiting.get() > backlog + 200) {
                LockSupport.parkNanos(PAUSE_NANOS); // The broker needs the core more.
                continue;
            }
            String key = exchange.isEmpty() ? QUEUES.get(4 + choices.nextInt(3)) : "key-" + choices.nextInt(200);
            boolean persistent = key.equals(QUORUM) || choices.nextInt(8) > 0; // There everything is persistent.
            String name = prefix + kind + (persistent ? "" : "-transient-") + i;
            open.put(channel.getNextPublishSeqNo(), name);
            ledger.publish(name).dropped = !persistent;
            waiting.incrementAndGet();
            published.incrementAndGet();
            channel.basicPublish(exchange, key, Messages.properties(name, persistent), Messages.body(name));
        }
        channel.waitForConfirms(CONFIRM_MILLIS);
    }

    private void confirmed(String name) {
        known(name).confirmed = true;
    }

    private Ledger.Known known(String name) {
        Ledger.Known known = ledger.find(name);
        if (known == null) {
            faults.add("never published, or gone before: " + name);
            return new Ledger.Known();
        }
        return known;
    }

    /** Keeps what one queue delivers, until it is told to acknowledge some. */
    private final class Taker extends DefaultConsumer {
        private record Held(long tag, String name) {}

        private final ConcurrentLinkedQueue<Held> arrived = new ConcurrentLinkedQueue<>();
        private final List<Held> held = new ArrayList<>();
        private final String queue;

        Taker(Channel channel, String queue) throws IOException {
            super(channel);
            this.queue = queue;
            channel.basicQos(prefetch);
            channel.basicConsume(queue, false, this);
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
            String name = Messages.name(body);
            known(name);
            arrived.add(new Held(envelope.getDeliveryTag(), name));
        }

        /** One, the oldest ones, or one goes back to its place; how many are acknowledged. */
        int takeSome(SplittableRandom choices) throws IOException {
            for (Held one = arrived.poll(); one != null; one = arrived.poll()) {
                held.add(one);
            }
            if (held.isEmpty()) {
                return 0;
            }
            int kind = choices.nextInt(20);
            if (kind == 0) {
                getChannel().basicNack(held.remove(choices.nextInt(held.size())).tag(), false, true);
                return 0;
            }
            if (kind == 1) {
                int count = Math.min(held.size(), 1 + choices.nextInt(10));
                List<Held> oldest = held.subList(0, count);
                oldest.forEach(one -> known(one.name()).acknowledged = true);
                getChannel().basicAck(oldest.get(count - 1).tag(), true);
                oldest.clear();
                return count;
            }
            Held one = held.remove(choices.nextInt(held.size()));
            known(one.name()).acknowledged = true;
            getChannel().basicAck(one.tag(), false);
            return 1;
        }

        /** When this is answered, so is what was sent before. */
        void settle() throws IOException {
            getChannel().queueDeclarePassive(queue);
        }
    }

    private void acknowledge() throws IOException {
        SplittableRandom choices = new SplittableRandom(prefix.hashCode());
        while (!enough) {
            Taker taker = takers.get(choices.nextInt(takers.size()));
            if (waiting.get() > backlog) {
                waiting.addAndGet(-taker.takeSome(choices));
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        for (Taker taker : takers) {
            taker.settle();
        }
    }

    /** Changes one thing after the other, and notes before and after what there is then. */
    private void change(Channel channel) throws Exception {
        SplittableRandom choices = new SplittableRandom(prefix.hashCode() + 1);
        channel.confirmSelect();
        List<String> scratch = new ArrayList<>();
        for (int i = 0; !enough; i++) {
            String name = prefix + i;
            Map<String, Object> limit = Map.of("x-max-length", 1000 + i);
            switch (choices.nextInt(9)) {
                case 0, 1 -> {
                    ask(
                            changed(Set.of("queues " + name), Set.of()),
                            () -> channel.queueDeclare(name, true, false, false, limit));
                    scratch.add(name);
                    publishTo(channel, name);
                }
                case 2 -> {
                    if (scratch.size() > 4) {
                        deleteQueue(channel, scratch.remove(choices.nextInt(scratch.size())));
                    }
                }
                case 3, 4 -> {
                    if (!scratch.isEmpty()) {
                        String queue = scratch.get(choices.nextInt(scratch.size()));
                        String weight = String.valueOf(1 + choices.nextInt(20));
                        ask(
                                without(Set.of(binding(OTHER_RING, queue, weight)), binding(OTHER_RING, queue, "")),
                                () -> channel.queueBind(queue, OTHER_RING, weight));
                        askForDigests();
                    }
                }
                case 5 -> {
                    if (!scratch.isEmpty()) {
                        unbind(channel, scratch.get(choices.nextInt(scratch.size())));
                    }
                }
                case 6 -> {
                    String queue = "h" + choices.nextInt(4);
                    int weight = 1 + choices.nextInt(30);
                    ask(
                            without(Set.of(binding(RING, queue, String.valueOf(weight))), binding(RING, queue, "")),
                            () -> put(
                                    "rings/%2f/" + RING + "/weights",
                                    "{\"weights\": {\"" + queue + "\": " + weight + "}}"));
                    askForDigests();
                }
                case 7 ->
                    toggle(
                            "policies",
                            "policies/%2f/",
                            "p" + choices.nextInt(3),
                            "{\"pattern\": \"^" + prefix + "\", \"definition\": {\"max-length\": " + (1000 + i) + "}}");
                default ->
                    toggle(
                            "users",
                            "users/",
                            "u" + choices.nextInt(3),
                            "{\"password\": \"" + name + "\", \"tags\": \"monitoring\"}");
            }
        }
    }

    private void unbind(Channel channel, String queue) throws Exception {
        String binding = binding(OTHER_RING, queue, "");
        for (String line : ledger.state().topology()) {
            if (line.startsWith(binding)) {
                ask(
                        changed(Set.of(), Set.of(line)),
                        () -> channel.queueUnbind(queue, OTHER_RING, line.substring(binding.length())));
                askForDigests();
            }
        }
    }

    private void deleteQueue(Channel channel, String queue) throws Exception {
        ledger.drop(queue + "-");
        Set<String> gone = new TreeSet<>();
        ledger.state().topology().forEach(line -> {
            if (line.equals("queues " + queue) || line.startsWith(binding(OTHER_RING, queue, ""))) {
                gone.add(line);
            }
        });
        ask(changed(Set.of(), gone), () -> channel.queueDelete(queue));
        askForDigests();
    }

    private void publishTo(Channel channel, String queue) throws Exception {
        for (int i = 0; i < 3; i++) {
            String name = queue + "-" + i;
            ledger.publish(name);
            channel.basicPublish("", queue, Messages.properties(name, true), Messages.body(name));
        }
        channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
        for (int i = 0; i < 3; i++) {
            confirmed(queue + "-" + i);
        }
    }

    private void toggle(String kind, String path, String name, String body) throws Exception {
        String line = kind + " " + name;
        if (ledger.state().topology().contains(line)) {
            ask(changed(Set.of(), Set.of(line)), () -> expect(broker.ask("DELETE", path + name, "")));
        } else {
            ask(changed(Set.of(line), Set.of()), () -> put(path + name, body));
        }
    }

    private void put(String path, String body) throws Exception {
        expect(broker.ask("PUT", path, body));
    }

    private void expect(ServedBroker.Answer answer) {
        if (answer.status() >= 300) {
            faults.add("the API answers " + answer.status() + " " + answer.json());
        }
    }

    private Ledger.State changed(Set<String> more, Set<String> less) {
        Set<String> lines = new TreeSet<>(ledger.state().topology());
        lines.removeAll(less);
        lines.addAll(more);
        boolean rings = Stream.concat(more.stream(), less.stream()).anyMatch(line -> line.startsWith("bindings "));
        return new Ledger.State(lines, rings ? Map.of() : ledger.state().rings());
    }

    private Ledger.State without(Set<String> more, String beginning) {
        Set<String> less = new TreeSet<>();
        ledger.state().topology().forEach(line -> {
            if (line.startsWith(beginning)) {
                less.add(line);
            }
        });
        return changed(more, less);
    }

    private void ask(Ledger.State after, Work change) throws Exception {
        ledger.ask(after);
        change.run();
        ledger.answer();
    }

    private void askForDigests() throws Exception {
        Map<String, String> digests = new TreeMap<>();
        broker.get("rings").json().forEach(ring -> digests.put(Contents.ringName(ring), Contents.ringDigest(ring)));
        ledger.ask(new Ledger.State(ledger.state().topology(), digests));
        ledger.answer();
    }

    /** Stops in order: everything that was asked for is answered. */
    void settle() throws Exception {
        stopThreads();
        for (Connection connection : connections) {
            connection.close();
        }
    }

    private void stopThreads() {
        enough = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** After the broker has gone. */
    @Override
    public void close() {
        stopThreads();
        connections.forEach(Connection::abort);
    }
}
