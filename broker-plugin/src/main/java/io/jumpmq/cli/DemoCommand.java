package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.CancelCallback;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingChange;
import io.jumpmq.ring.RingCommand;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code jumpmq demo}: real messages over a real connection, spread by key over queues whose weights change; what was
 * predicted beside what was seen.
 */
@Command(
        name = "demo",
        description = {
            "Spreads 150,000 real messages over queues by weight, then lets a queue join, one leave, and a weight change;",
            "tells each time which share of the keys should move, and which did.",
            "Uses the broker at localhost:5672, or one of its own in this process if nobody answers there."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the keys are spread as the weights say, and moved as predicted",
            "1:they are not",
            "2:wrong usage",
            "3:the broker cannot be reached, or has refused"
        })
public final class DemoCommand implements Callable<Integer> {
    private static final String DEFAULT_URI = "amqp://guest:guest@localhost:5672";
    private static final int BATCH = 500;
    private static final long PATIENCE_MILLIS = 60_000;
    private static final long REDRAW_NANOS = 100_000_000;
    private static final double ALPHA = 1e-4;

    /** A predicted share of n keys is met within so many standard deviations: once in 15 million times it is not. */
    private static final double DEVIATIONS = 5.5;

    /** A broker that the demo starts for itself. */
    public interface Embedded extends AutoCloseable {
        String uri();

        @Override
        void close();
    }

    private final Console console;
    private final Supplier<Embedded> embedded;

    @Option(
            names = "--uri",
            paramLabel = "URI",
            description = "The broker. Default: " + DEFAULT_URI + ", or an own one")
    private @Nullable String uri;

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "How many messages in each step. Default: ${DEFAULT-VALUE}")
    private int messages = 150_000;

    @Option(names = "--format", paramLabel = "text|json", description = "How the result is written. Default: text")
    private Format format = Format.text;

    /** The command; {@code embedded} starts a broker when there is none. */
    public DemoCommand(Console console, Supplier<Embedded> embedded) {
        this.console = console;
        this.embedded = embedded;
    }

    @Override
    public Integer call() throws Exception {
        if (messages < 1000 || messages > 10_000_000) {
            throw new UsageException("--messages must be from 1000 to 10000000, not " + messages);
        }
        try (Connection connection = connect(uri == null ? DEFAULT_URI : uri)) {
            return show(connection, (uri == null ? DEFAULT_URI : uri).replaceFirst("//.*@", "//"));
        } catch (ConnectException e) {
            if (uri != null) {
                throw new RefusedException(
                        "nobody answers at " + uri.replaceFirst("//.*@", "//") + ": is the broker running?");
            }
        } catch (IOException | TimeoutException e) {
            throw new RefusedException("the broker refuses: " + reason(e));
        }
        try (Embedded broker = embedded.get();
                Connection connection = connect(broker.uri())) {
            return show(connection, "a broker of its own in this process");
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private static Connection connect(String to) throws IOException, TimeoutException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setAutomaticRecoveryEnabled(false);
        try {
            factory.setUri(to);
        } catch (Exception e) {
            throw new UsageException("'" + to + "' is no URI such as " + DEFAULT_URI);
        }
        return factory.newConnection("jumpmq demo");
    }

    private int show(Connection connection, String where) throws Exception {
        boolean ours =
                "JumpMQ".equals(String.valueOf(connection.getServerProperties().get("product")));
        say("JumpMQ demo on " + where + (ours ? "" : ", which is not JumpMQ: the prediction is what JumpMQ would do")
                + "\n");
        Channel channel = connection.createChannel();
        String exchange = "jumpmq-demo-" + UUID.randomUUID();
        channel.exchangeDeclare(exchange, "x-consistent-hash", false, true, Map.of());
        channel.confirmSelect();
        Stage stage = new Stage(connection, channel, exchange, ours);
        List<Map<String, Object>> steps = new ArrayList<>();
        boolean good = true;
        good &= stage.step(
                "four queues, weights 1 : 1 : 2 : 2", steps, "queue-1", 1, "queue-2", 1, "queue-3", 2, "queue-4", 2);
        good &= stage.step("queue-5 joins with weight 2", steps, "queue-5", 2);
        good &= stage.step("queue-2 leaves", steps, "queue-2", 0);
        good &= stage.step("queue-1's weight goes from 1 to 4", steps, "queue-1", 4);
        channel.exchangeDelete(exchange);
        if (format == Format.json) {
            console.print(Json.pretty(Map.of("good", good, "messages", messages, "steps", steps)));
        } else {
            say(good ? "\nSpread as the weights say, and moved as predicted.\n" : "\nNot as predicted: see above.\n");
        }
        return good ? JumpMqCommand.OK : JumpMqCommand.NO;
    }

    private void say(String text) {
        if (format == Format.text) {
            console.print(text);
            console.flush();
        }
    }

    /** The exchange under test, and the ring that predicts. */
    private final class Stage {
        private final Connection connection;
        private final Channel publishing;
        private final String exchange;
        private final boolean inPlace;
        private final Ring<String> ring = new Ring<>(HashAlgorithm.JUMP);
        private final Map<String, Integer> weights = new LinkedHashMap<>();
        private final List<String> names = new ArrayList<>();

        /** By message, the number of the queue that it came to; -1 before it has. */
        private volatile AtomicIntegerArray owners = new AtomicIntegerArray(0);

        /** Messages of this step that have not come yet. */
        private volatile CountDownLatch arrivals = new CountDownLatch(0);

        Stage(Connection connection, Channel publishing, String exchange, boolean inPlace) {
            this.connection = connection;
            this.publishing = publishing;
            this.exchange = exchange;
            this.inPlace = inPlace;
        }

        boolean step(String title, List<Map<String, Object>> steps, Object... queuesAndWeights) throws Exception {
            int[] before = snapshot();
            double predicted = 0;
            for (int i = 0; i < queuesAndWeights.length; i += 2) {
                predicted = change((String) queuesAndWeights[i], (Integer) queuesAndWeights[i + 1]);
            }
            say("\n" + title + "\n");
            send();
            int[] after = snapshot();
            boolean moves = before.length > 0;
            double observed = moves ? moved(before, after) : 0;
            double tolerance = DEVIATIONS * Math.sqrt(Math.max(predicted * (1 - predicted), 1.0 / messages) / messages);
            boolean asPredicted = !moves || Math.abs(observed - predicted) <= tolerance;
            Uniformity verdict = uniformity(after);
            if (format == Format.text) {
                say(String.format(
                        Locale.ROOT,
                        "  chi-squared %.2f on %d degrees of freedom, p = %.4f: %s%n",
                        verdict.statistic(),
                        verdict.degreesOfFreedom(),
                        verdict.pValue(),
                        verdict.isUniform() ? "as even as chance allows" : "uneven"));
                if (moves) {
                    say(String.format(
                            Locale.ROOT,
                            "  keys that move: predicted %.2f %%, observed %.2f %%%s%n",
                            100 * predicted,
                            100 * observed,
                            asPredicted ? "" : "  <- not as predicted"));
                }
            }
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("step", title);
            json.put("weights", new LinkedHashMap<>(weights));
            json.put("counts", counts(after));
            json.put("chi_squared", verdict.statistic());
            json.put("p_value", verdict.pValue());
            json.put("uniform", verdict.isUniform());
            if (moves) {
                json.put("predicted_moved", predicted);
                json.put("observed_moved", observed);
            }
            steps.add(json);
            return verdict.isUniform() && asPredicted;
        }

        /** Binds or unbinds; the share of keys that should move with it. */
        private double change(String queue, int weight) throws IOException {
            String real = exchange + "-" + queue;
            Integer old = weights.get(queue);
            if (weight == 0) {
                publishing.queueUnbind(real, exchange, String.valueOf(old));
                weights.remove(queue);
                return predicted(new RingCommand.Remove<>(queue));
            }
            if (old == null) {
                listen(queue, real);
            } else if (!inPlace) {
                publishing.queueUnbind(
                        real, exchange, String.valueOf(old)); // Elsewhere a second binding changes nothing.
            }
            publishing.queueBind(real, exchange, String.valueOf(weight));
            weights.put(queue, weight);
            return predicted(new RingCommand.Bind<>(queue, weight));
        }

        private double predicted(RingCommand<String> command) {
            RingChange<String> change = ring.apply(command);
            return change.before().bucketCount() == 0 ? 0 : change.movement().total();
        }

        private void listen(String queue, String real) throws IOException {
            int number = names.size();
            names.add(queue);
            Channel channel = connection.createChannel();
            channel.queueDeclare(real, false, true, true, Map.of());
            CancelCallback gone = tag -> {};
            channel.basicConsume(
                    real,
                    true,
                    (tag, delivery) -> {
                        int message = Integer.parseInt(new String(delivery.getBody(), UTF_8));
                        owners.set(message, number);
                        arrivals.countDown();
                    },
                    gone);
        }

        private void send() throws Exception {
            AtomicIntegerArray fresh = new AtomicIntegerArray(messages);
            for (int i = 0; i < messages; i++) {
                fresh.set(i, -1);
            }
            owners = fresh;
            arrivals = new CountDownLatch(messages);
            long drawn = System.nanoTime();
            draw(false);
            for (int i = 0; i < messages; i++) {
                publishing.basicPublish(
                        exchange, "order-" + i, null, String.valueOf(i).getBytes(UTF_8));
                if (i % BATCH == BATCH - 1) {
                    publishing.waitForConfirmsOrDie(PATIENCE_MILLIS);
                    if (System.nanoTime() - drawn > REDRAW_NANOS) {
                        drawn = System.nanoTime();
                        redraw();
                    }
                }
            }
            publishing.waitForConfirmsOrDie(PATIENCE_MILLIS);
            if (!arrivals.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IOException(arrivals.getCount() + " messages never came back");
            }
            redraw();
            if (!console.progress()) {
                draw(true);
            }
        }

        private int[] snapshot() {
            AtomicIntegerArray now = owners;
            int[] copy = new int[now.length()];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = now.get(i);
            }
            return copy;
        }

        private double moved(int[] before, int[] after) {
            int moved = 0;
            for (int i = 0; i < messages; i++) {
                moved += before[i] == after[i] ? 0 : 1;
            }
            return (double) moved / messages;
        }

        private Map<String, Long> counts(int[] owner) {
            Map<String, Long> counts = new LinkedHashMap<>();
            weights.keySet().stream().sorted().forEach(name -> counts.put(name, 0L));
            for (int number : owner) {
                if (number >= 0) {
                    counts.merge(names.get(number), 1L, Long::sum);
                }
            }
            return counts;
        }

        private Uniformity uniformity(int[] owner) {
            Map<String, Long> counts = counts(owner);
            List<String> sorted = List.copyOf(counts.keySet());
            return Uniformity.of(
                    sorted,
                    sorted.stream().mapToLong(counts::get).toArray(),
                    sorted.stream()
                            .mapToInt(name -> weights.getOrDefault(name, 1))
                            .toArray(),
                    0,
                    ALPHA);
        }

        private void redraw() {
            if (console.progress()) {
                say("\u001b[" + weights.size() + "A");
                draw(true);
            }
        }

        private void draw(boolean now) {
            if (format != Format.text || (!now && !console.progress())) {
                return;
            }
            Map<String, Long> counts = counts(snapshot());
            int buckets = weights.values().stream().mapToInt(Integer::intValue).sum();
            double max =
                    weights.values().stream().mapToInt(Integer::intValue).max().orElse(1) * 1.1 / buckets;
            StringBuilder text = new StringBuilder();
            counts.forEach((name, count) -> text.append(String.format(
                    Locale.ROOT,
                    "  %s  weight %d  %7d  %6.2f %% of %6.2f %%  %s\u001b[K%n",
                    name,
                    weights.getOrDefault(name, 0),
                    count,
                    100.0 * count / messages,
                    100.0 * weights.getOrDefault(name, 0) / buckets,
                    RingReport.bar((double) count / messages / max))));
            say(console.progress() ? text.toString() : text.toString().replace("\u001b[K", ""));
        }
    }
}
