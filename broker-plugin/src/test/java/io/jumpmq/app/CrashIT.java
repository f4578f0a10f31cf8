package io.jumpmq.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker process under load is killed at a random moment ({@code kill -9}), started again on the same directory, and what it
 * has is compared with a ledger that its clients kept: nothing confirmed is missing unless it was acknowledged, nothing is
 * made up, the order of each publisher holds in each queue, what comes twice is marked, a key stays with its queue, and after
 * a stop in order, be it under load, nothing comes back whose acknowledgement was followed by an answered request.
 *
 * <p>{@code -Dcrash.rounds=…} and {@code -Dcrash.seed=…} for more, and for others; {@code -Dcrash.stops=true} for stops
 * under load instead of kills.
 */
class CrashIT {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 60);
    private static final long SEED = Long.getLong("crash.seed", 20_261_121);
    private static final boolean STOPS_ONLY = Boolean.getBoolean("crash.stops");
    private static final long PATIENCE_SECONDS = 60;
    private static final int PUBLISHERS = 2;
    private static final long PAUSE_NANOS = 50_000;

    /** For each publisher of each round, so that a name tells one message. */
    private static final int NUMBERS = 100_000;

    private static final List<String> EXCHANGES = List.of("hash", "direct");
    private static final List<String> QUEUES = List.of("hash-0", "hash-1", "hash-2", "hash-3", "direct-0", "direct-1");

    @TempDir
    private Path folder = Path.of("");

    private final SplittableRandom random = new SplittableRandom(SEED);

    /** How a broker ends. */
    private enum End {
        KILL,
        STOP,
        /** While clients publish and acknowledge. */
        STOP_UNDER_LOAD
    }

    /** What is known of a message, by its name. */
    private static final class Known {
        volatile boolean confirmed;
        /** An acknowledgement may have been sent. */
        volatile boolean acknowledged;

        /** It was sent, and what was asked for after it on the same channel was answered. */
        volatile boolean settled;

        volatile boolean delivered;
        volatile @Nullable String queue;
    }

    /** Of this round; threads of the round before may still write to theirs. */
    private volatile Map<String, Known> ledger = new ConcurrentHashMap<>();

    /** Of the round before: its messages were fetched, which is written lazily, so a kill may bring them back. */
    private volatile Map<String, Known> fetched = Map.of();

    private final Map<String, String> queueOfKey = new ConcurrentHashMap<>();
    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    private int nextNumber;

    /** The option by which the broker's process gets its classes. */
    private String classes = "-Xshare:auto";

    /** Acknowledgements after which something is asked for. */
    private static final int SETTLED_AT_ONCE = 10;

    private final Object acknowledging = new Object();
    private volatile boolean enough;

    @Test
    void nothingConfirmedIsEverLost() throws Exception {
        int confirmed = 0;
        int again = 0;
        int kills = 0;
        boolean inOrder = false;
        archiveClasses();
        for (int round = 0; round <= ROUNDS; round++) {
            try (Broker broker = new Broker()) {
                again += drain(broker, inOrder, "seed " + SEED + ", after round " + round);
                confirmed += (int) ledger.values().stream()
                        .filter(known -> known.confirmed)
                        .count();
                fetched = ledger;
                ledger = new ConcurrentHashMap<>();
                End end = end(round);
                inOrder = end != End.KILL;
                if (round < ROUNDS) {
                    load(broker, end);
                }
                if (inOrder) {
                    broker.stop();
                } else {
                    kills++;
                    broker.kill();
                }
            }
        }
        System.out.printf(
                "Crash rounds: %d (%d kills, %d stops), %,d confirmed, none lost, %,d delivered again%n",
                ROUNDS, kills, ROUNDS - kills, confirmed, again);
        assertThat(confirmed).as("messages that were confirmed at all").isGreaterThan(ROUNDS * 20);
    }

    private static End end(int round) {
        if (round % 8 == 7 || round == ROUNDS) {
            return End.STOP;
        }
        return round % 8 == 3 || STOPS_ONLY ? End.STOP_UNDER_LOAD : End.KILL;
    }

    /** Classes as a first broker had them in memory: every other one starts in half the time. */
    private void archiveClasses() throws Exception {
        Path archive = folder.resolve("classes.jsa");
        try (Broker broker = new Broker("-XX:ArchiveClassesAtExit=" + archive)) {
            broker.connect().close();
            broker.stop();
        }
        if (Files.exists(archive)) { // Not every Java makes one.
            classes = "-XX:SharedArchiveFile=" + archive;
        }
    }

    /** A broker in a process of its own, on this test's directory. */
    private final class Broker implements AutoCloseable {
        private final Process process;
        private final int port;

        Broker() throws IOException {
            this(classes);
        }

        Broker(String option) throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xlog:cds=off",
                            "-Xlog:cds+dynamic=off",
                            option,
                            "-jar",
                            Path.of("target", "jumpmq.jar").toAbsolutePath().toString(),
                            "server",
                            "--host",
                            "127.0.0.1",
                            "--port",
                            "0",
                            "--management-port",
                            "none",
                            "--prometheus-port",
                            "none",
                            "--data-dir",
                            folder.resolve("data").toString(),
                            "--set",
                            "jumpmq.store.segment_size=4MiB",
                            "--set",
                            "handshake_timeout=60000",
                            "--set",
                            "log.console.level=warning")
                    .redirectError(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("log").toFile()))
                    .start();
            BufferedReader banner = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
            String line = String.valueOf(banner.readLine());
            Matcher matcher = Pattern.compile("on 127\\.0\\.0\\.1:(\\d+)").matcher(line);
            if (!matcher.find()) {
                process.destroyForcibly();
                throw new IOException(
                        "the broker did not start: " + line + "\n" + Files.readString(folder.resolve("log")));
            }
            port = Integer.parseInt(matcher.group(1));
        }

        Connection connect() throws Exception {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setHost("127.0.0.1");
            factory.setPort(port);
            factory.setAutomaticRecoveryEnabled(false);
            factory.setHandshakeTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            factory.setExceptionHandler(new com.rabbitmq.client.impl.StrictExceptionHandler() {
                @Override
                public void handleUnexpectedConnectionDriverException(Connection connection, Throwable exception) {
                    // It is killed: that is what this is about.
                }

                @Override
                public void handleConsumerException(
                        Channel channel,
                        Throwable exception,
                        com.rabbitmq.client.Consumer consumer,
                        String consumerTag,
                        String methodName) {
                    if (!(exception instanceof IOException) && !(exception instanceof AlreadyClosedException)) {
                        wrong.add(String.valueOf(exception));
                    }
                }
            });
            return factory.newConnection();
        }

        void kill() throws InterruptedException {
            process.destroyForcibly(); // SIGKILL
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }

        void stop() throws InterruptedException {
            process.destroy(); // SIGTERM
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private static void declare(Channel channel) throws IOException {
        channel.exchangeDeclare("hash", "x-consistent-hash", true);
        channel.exchangeDeclare("direct", "direct", true);
        for (String queue : QUEUES) {
            channel.queueDeclare(queue, true, false, false, Map.of());
            String number = queue.substring(queue.length() - 1);
            if (queue.startsWith("hash")) {
                channel.queueBind(queue, "hash", String.valueOf(Integer.parseInt(number) + 1));
            } else {
                channel.queueBind(queue, "direct", number);
            }
        }
    }

    /** Publishers with confirms and consumers, for a while. */
    private void load(Broker broker, End end) throws Exception {
        enough = false;
        Connection connection = broker.connect();
        Connection consuming = broker.connect();
        for (String queue : List.of("hash-0", "hash-2", "direct-1")) {
            consume(consuming.createChannel(), queue);
        }
        List<Thread> publishers = new ArrayList<>();
        long duration = TimeUnit.MILLISECONDS.toNanos(random.nextInt(20, 400));
        long until = end == End.STOP_UNDER_LOAD ? Long.MAX_VALUE : System.nanoTime() + duration;
        for (int publisher = 0; publisher < PUBLISHERS; publisher++) {
            Channel channel = connection.createChannel();
            int first = nextNumber;
            nextNumber += NUMBERS;
            String exchange = EXCHANGES.get(publisher % EXCHANGES.size());
            Thread thread = new Thread(() -> publish(channel, exchange, first, until), "publisher-" + publisher);
            thread.start();
            publishers.add(thread);
        }
        if (end == End.STOP_UNDER_LOAD) {
            LockSupport.parkNanos(duration);
            broker.stop();
        }
        for (Thread publisher : publishers) {
            publisher.join();
        }
        if (end == End.STOP) {
            synchronized (acknowledging) {
                enough = true; // What is sent after a connection's close does not count.
            }
            consuming.close();
            connection.close();
            ledger.values().forEach(message -> message.settled = message.acknowledged);
        }
    }

    private void publish(Channel channel, String exchange, int first, long until) {
        Map<String, Known> mine = ledger;
        ConcurrentSkipListMap<Long, String> open = new ConcurrentSkipListMap<>();
        try {
            channel.confirmSelect();
            channel.addConfirmListener(
                    (tag, multiple) -> {
                        Map<Long, String> done = multiple ? open.headMap(tag, true) : open.subMap(tag, true, tag, true);
                        done.values().forEach(name -> known(mine, name).confirmed = true);
                        done.clear();
                    },
                    (tag, multiple) -> wrong.add("a nack for " + open.get(tag)));
            SplittableRandom sizes = new SplittableRandom(first);
            int i = 0;
            while (i < NUMBERS && System.nanoTime() < until && channel.isOpen()) {
                if (open.size() > 200) {
                    LockSupport.parkNanos(PAUSE_NANOS); // The broker needs the core more.
                    continue;
                }
                String name = exchange + ":" + (first + i);
                String key = exchange.equals("hash") ? "key-" + i % 500 : String.valueOf(i % 2);
                if (mine.put(name, new Known()) != null || fetched.containsKey(name)) {
                    wrong.add("the test names two messages " + name);
                }
                open.put(channel.getNextPublishSeqNo(), name);
                byte[] body = java.util.Arrays.copyOf((name + ";").getBytes(UTF_8), 30 + sizes.nextInt(2000));
                channel.basicPublish(exchange, key, MessageProperties.MINIMAL_PERSISTENT_BASIC, body);
                i++;
            }
            channel.waitForConfirms(1);
        } catch (IOException | ShutdownSignalException | java.util.concurrent.TimeoutException e) {
            // The broker has gone, or what is not confirmed by now stays so.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Known known(Map<String, Known> round, String name) {
        Known known = round.get(name);
        if (known == null) {
            wrong.add("never published: " + name);
            return new Known();
        }
        return known;
    }

    private static String name(byte[] body) {
        String text = new String(body, UTF_8);
        return text.substring(0, Math.max(0, text.indexOf(';')));
    }

    private void consume(Channel channel, String queue) throws IOException {
        Map<String, Known> mine = ledger;
        channel.basicQos(50);
        channel.basicConsume(queue, false, new DefaultConsumer(channel) {
            private final List<Known> unanswered = new ArrayList<>();
            private int count;

            @Override
            public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
                    throws IOException {
                if (fetched.containsKey(name(body))) {
                    channel.basicAck(envelope.getDeliveryTag(), false);
                    return;
                }
                Known message = known(mine, name(body));
                message.delivered = true;
                message.queue = queue;
                note(envelope, queue);
                if (++count % 10 < 7) {
                    synchronized (acknowledging) {
                        if (mine == ledger && !enough) {
                            // Before it is sent: the broker may have it though this call fails.
                            message.acknowledged = true;
                            channel.basicAck(envelope.getDeliveryTag(), false);
                            unanswered.add(message);
                        }
                    }
                    if (unanswered.size() == SETTLED_AT_ONCE) {
                        channel.basicQos(50);
                        unanswered.forEach(known -> known.settled = true);
                        unanswered.clear();
                    }
                }
            }
        });
    }

    private void note(Envelope envelope, String queue) {
        if (envelope.getExchange().equals("hash")) {
            String before = queueOfKey.putIfAbsent(envelope.getRoutingKey(), queue);
            if (before != null && !before.equals(queue)) {
                wrong.add("key " + envelope.getRoutingKey() + " was with " + before + " and is with " + queue);
            }
        }
    }

    private static List<Delivery> takeAll(Channel channel, String queue) throws Exception {
        long expected = channel.messageCount(queue);
        List<Delivery> all = Collections.synchronizedList(new ArrayList<>());
        Semaphore arrived = new Semaphore(0);
        CountDownLatch over = new CountDownLatch(1);
        String tag = channel.basicConsume(queue, true, new DefaultConsumer(channel) {
            @Override
            public void handleDelivery(
                    String consumerTag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
                all.add(new Delivery(envelope, properties, body));
                arrived.release();
            }

            @Override
            public void handleCancelOk(String consumerTag) {
                over.countDown();
            }
        });
        assertThat(arrived.tryAcquire((int) expected, PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("%s says that it has %d messages and gave %d", queue, expected, all.size())
                .isTrue();
        channel.basicCancel(tag);
        assertThat(over.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(all).as("what %s gave", queue).hasSize((int) expected);
        return all;
    }

    /** Takes everything and compares; how many came that had been delivered before. */
    private int drain(Broker broker, boolean afterOrder, String what) throws Exception {
        Map<String, Known> mine = ledger;
        Set<String> found = new LinkedHashSet<>();
        int again = 0;
        try (Connection connection = broker.connect()) {
            Channel channel = connection.createChannel();
            declare(channel);
            for (String queue : QUEUES) {
                Map<String, Integer> last = new HashMap<>();
                for (Delivery got : takeAll(channel, queue)) {
                    String name = name(got.getBody());
                    note(got.getEnvelope(), queue);
                    if (fetched.containsKey(name)) {
                        again++;
                        mine.put(name, new Known()); // It may come back once more.
                        if (afterOrder || !got.getEnvelope().isRedeliver()) {
                            wrong.add(what + ": fetched a round before, and back"
                                    + (afterOrder ? " after a stop in order: " : ", not marked: ") + name);
                        }
                        continue;
                    }
                    Known message = known(mine, name);
                    if (!found.add(name)) {
                        wrong.add(what + ": twice: " + name);
                    }
                    if (message.delivered) {
                        again++;
                        if (!got.getEnvelope().isRedeliver()) {
                            wrong.add(what + ": delivered before and not marked: " + name);
                        }
                        if (afterOrder && message.settled) {
                            wrong.add(what + ": acknowledged, and back after a stop in order: " + name);
                        }
                    }
                    String publisher = name.substring(0, name.indexOf(':'));
                    int number = Integer.parseInt(name.substring(name.indexOf(':') + 1));
                    Integer before = last.put(publisher, number);
                    if (before != null && before > number) {
                        wrong.add(what + ": out of order in " + queue + ": " + number + " after " + before);
                    }
                }
            }
        }
        TreeMap<String, String> lost = new TreeMap<>();
        ledger.forEach((name, message) -> {
            if (message.confirmed && !message.acknowledged && !found.contains(name)) {
                lost.put(name, String.valueOf(message.queue));
            }
        });
        assertThat(lost).as(what + ": confirmed and lost; else wrong: " + wrong).isEmpty();
        assertThat(wrong).as(what).isEmpty();
        return again;
    }
}
