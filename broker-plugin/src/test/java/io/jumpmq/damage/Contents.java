package io.jumpmq.damage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Everything that a broker has, read through its front doors and left there.
 *
 * @param queues the names of the messages of each queue, in order
 * @param topology one line for each virtual host, user, permission, policy, exchange, queue and binding, as exported
 * @param rings the digest of each ring
 * @param setAside what is reported as such: queue and position, as {@link Place} writes them
 * @param healthy whether the check for damaged messages passes
 * @param faults what no broker may do whatever happened: altered bodies, messages twice, queues that do not go on
 */
record Contents(
        Map<String, List<String>> queues,
        Set<String> topology,
        Map<String, String> rings,
        Set<String> setAside,
        boolean healthy,
        List<String> faults) {
    private static final ObjectMapper SORTING =
            new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);
    private static final List<String> KINDS =
            List.of("vhosts", "users", "permissions", "policies", "exchanges", "queues", "bindings");

    /** A disk that others use, too, may keep a flush waiting for long; who waits for ever is found all the same. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

    private static final long STOPPED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int POLL_MILLIS = 2;
    private static final String AT = "@";

    /** A message's place, by which it is reported. */
    static String place(String queue, long position) {
        return queue + AT + position;
    }

    static Contents of(ServedBroker broker) throws Exception {
        List<String> faults = new ArrayList<>();
        JsonNode definitions = broker.get("definitions").json();
        Set<String> topology = new TreeSet<>();
        for (String kind : KINDS) {
            definitions.path(kind).forEach(one -> topology.add(kind + " " + sorted(one)));
        }
        Map<String, String> rings = new TreeMap<>();
        broker.get("rings").json().forEach(ring -> rings.put(ringName(ring), ringDigest(ring)));
        List<String> names = new ArrayList<>();
        definitions.path("queues").forEach(queue -> names.add(queue.path("name").asText()));
        Map<String, List<String>> queues = new Reading(faults).read(broker, names);
        ServedBroker.Answer health = broker.get("health/checks/damaged-messages");
        Set<String> setAside = new TreeSet<>();
        health.json()
                .findParents("position")
                .forEach(one -> setAside.add(
                        place(one.path("queue").asText(), one.path("position").asLong())));
        broker.get("queues").json().forEach(queue -> expectCount(queue, setAside, faults));
        if (health.status() != 200 && health.status() != 503) {
            faults.add("the health check for damaged messages answers " + health.status() + " " + health.json());
        }
        return new Contents(queues, topology, rings, setAside, health.status() == 200, faults);
    }

    private static void expectCount(JsonNode queue, Set<String> setAside, List<String> faults) {
        String name = queue.path("name").asText();
        long count =
                setAside.stream().filter(place -> place.startsWith(name + AT)).count();
        if (queue.path("damaged_messages").asLong(-1) != count) {
            faults.add("damaged_messages of " + name + " is " + queue.path("damaged_messages") + " of " + setAside);
        }
    }

    /** An object's keys come in any order. */
    private static String sorted(JsonNode one) {
        try {
            return SORTING.writeValueAsString(SORTING.treeToValue(one, Object.class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static String ringName(JsonNode ring) {
        return ring.path("exchange").asText();
    }

    static String ringDigest(JsonNode ring) {
        return ring.path("digest").asText() + " at " + ring.path("epoch").asText();
    }

    /** The names of all messages. */
    Set<String> messages() {
        Set<String> all = new TreeSet<>();
        queues.values().forEach(all::addAll);
        return all;
    }

    /** Takes all messages of all queues at once, and lets them go back. */
    private static final class Reading {
        private final List<String> faults;
        private final Map<String, ConcurrentLinkedQueue<String>> taken = new ConcurrentHashMap<>();
        private final AtomicLong arrived = new AtomicLong();
        private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();

        Reading(List<String> faults) {
            this.faults = faults;
        }

        Map<String, List<String>> read(ServedBroker broker, List<String> queues) throws Exception {
            try (Connection connection = broker.connect()) {
                Channel channel = connection.createChannel();
                CountDownLatch cancelled = new CountDownLatch(queues.size());
                List<String> tags = new ArrayList<>();
                for (String queue : queues) {
                    taken.put(queue, new ConcurrentLinkedQueue<>());
                    tags.add(channel.basicConsume(queue, false, consumer(channel, queue, cancelled)));
                }
                waitUntilEmpty(broker, channel, queues);
                for (String tag : tags) {
                    channel.basicCancel(tag);
                }
                if (!cancelled.await(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
                    wrong.add("a consumer's cancellation is not answered");
                }
            }
            faults.addAll(wrong);
            Map<String, List<String>> all = new TreeMap<>();
            taken.forEach((queue, names) -> {
                List<String> list = List.copyOf(names);
                if (Set.copyOf(list).size() < list.size()) {
                    faults.add("messages come twice from " + queue);
                }
                all.put(queue, list);
            });
            return all;
        }

        private void waitUntilEmpty(ServedBroker broker, Channel channel, List<String> queues) throws Exception {
            long progress = System.nanoTime();
            long before = -1;
            List<String> waiting = new ArrayList<>(queues);
            while (!waiting.isEmpty()) {
                List<String> still = new ArrayList<>();
                for (String queue : waiting) {
                    if (channel.messageCount(queue) > 0) {
                        still.add(queue);
                    }
                }
                waiting = still;
                if (arrived.get() != before) {
                    before = arrived.get();
                    progress = System.nanoTime();
                } else if (System.nanoTime() - progress > PATIENCE_NANOS) {
                    wrong.add("queues say that they have messages, and deliver none: " + waiting + "; "
                            + broker.storeThreads());
                    return;
                }
                if (System.nanoTime() - progress > STOPPED_NANOS) {
                    waiting.removeAll(stopped(broker));
                }
                if (!waiting.isEmpty()) {
                    TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                }
            }
        }

        /** Queues that deliver nothing behind a damaged message, since that is what was set. */
        private static List<String> stopped(ServedBroker broker) throws Exception {
            List<String> names = new ArrayList<>();
            for (JsonNode queue : broker.get("queues").json()) {
                if (queue.path("state").asText().equals("stopped")) {
                    names.add(queue.path("name").asText());
                }
            }
            return names;
        }

        private DefaultConsumer consumer(Channel channel, String queue, CountDownLatch cancelled) {
            return new DefaultConsumer(channel) {
                @Override
                public void handleDelivery(
                        String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
                    String name = Messages.name(body);
                    if (name.isEmpty() || !Messages.isWhole(name, properties, body)) {
                        wrong.add("an altered message from " + queue + ", named '" + name + "'");
                    }
                    taken.getOrDefault(queue, new ConcurrentLinkedQueue<>()).add(name);
                    arrived.incrementAndGet();
                }

                @Override
                public void handleCancelOk(String tag) {
                    cancelled.countDown();
                }

                @Override
                public void handleCancel(String tag) throws IOException {
                    wrong.add("the broker cancelled a consumer of " + queue);
                    cancelled.countDown();
                }
            };
        }
    }
}
