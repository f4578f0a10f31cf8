package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.jumpmq.ring.Ring;
import java.io.IOException;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The experiment with a broker, any that speaks AMQP 0-9-1: load an x-consistent-hash exchange with different keys, count
 * what each queue has got, test that against the weights, tidy up.
 */
final class LiveUniformity {
    private static final String DEFAULT_URI = "amqp://guest:guest@localhost:5672";
    private static final int CONFIRM_EVERY = 10_000;
    private static final long CONFIRM_MILLIS = 60_000;

    @Option(
            names = "--uri",
            paramLabel = "URI",
            description = "The broker. Default: JUMPMQ_AMQP_URI, else " + DEFAULT_URI + ". JumpMQ, RabbitMQ, …")
    private @Nullable String uri;

    @Option(
            names = "--exchange",
            paramLabel = "NAME",
            description = "Test an x-consistent-hash exchange of a running broker, rather than keys from a file.")
    private @Nullable String exchange;

    @Option(names = "--queues", paramLabel = "NAME=WEIGHT", split = ",", description = "Its queues and their weights.")
    private List<String> queues = List.of();

    @Option(
            names = "--load",
            paramLabel = "N",
            description =
                    "Declare the exchange and the queues where they are missing, and publish N messages, each with a"
                            + " random key of its own.")
    private @Nullable Long load;

    @Option(names = "--analyze", description = "Test what is in the queues. Done after --load in any case.")
    private boolean analyze;

    @Option(names = "--reset", description = "In the end delete the queues, and the exchange.")
    private boolean reset;

    @Option(names = "--seed", paramLabel = "N", description = "For the keys. Default: 1.")
    private long seed = 1;

    boolean isWanted() {
        return exchange != null;
    }

    /** Carries out what is wanted; null: there is nothing to tell. */
    @Nullable Uniformity run(Console console, double alpha) {
        if (load == null && !analyze && !reset) {
            throw new UsageException("say what to do with the exchange: --load N, --analyze, --reset");
        }
        Map<String, Integer> weights = weights();
        try (Connection connection = factory().newConnection("jumpmq uniformity");
                Channel channel = connection.createChannel()) {
            if (load != null) {
                declare(channel, weights);
                publish(console, channel, load);
            }
            Uniformity result = load != null || analyze ? analyze(channel, weights, alpha) : null;
            if (reset) {
                for (String queue : weights.keySet()) {
                    channel.queueDelete(queue);
                }
                channel.exchangeDelete(exchange);
            }
            return result;
        } catch (IOException | TimeoutException e) {
            throw new RefusedException(address() + ": " + reason(e) + " (--uri says which broker)");
        }
    }

    /** The broker, without the password. */
    private String address() {
        return uri().replaceFirst("//.*@", "//");
    }

    private String uri() {
        String given = System.getenv("JUMPMQ_AMQP_URI");
        return uri != null ? uri : given != null ? given : DEFAULT_URI;
    }

    private static String reason(Exception failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return String.valueOf(cause.getMessage() == null ? cause : cause.getMessage());
    }

    private ConnectionFactory factory() {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setAutomaticRecoveryEnabled(false);
        try {
            factory.setUri(uri());
        } catch (URISyntaxException | GeneralSecurityException | IllegalArgumentException e) {
            throw new UsageException("--uri must be like " + DEFAULT_URI);
        }
        return factory;
    }

    private Map<String, Integer> weights() {
        if (queues.isEmpty()) {
            throw new UsageException("say which queues, and their weights: --queues q1=1,q2=2");
        }
        Map<String, Integer> weights = new LinkedHashMap<>(RingArguments.weights(queues));
        if (weights.containsValue(0)) {
            throw new UsageException("a queue that is on the ring has a weight from 1 to " + Ring.MAX_WEIGHT);
        }
        return weights;
    }

    private void declare(Channel channel, Map<String, Integer> weights) throws IOException {
        channel.exchangeDeclare(exchange, "x-consistent-hash", true);
        for (Map.Entry<String, Integer> queue : weights.entrySet()) {
            channel.queueDeclare(queue.getKey(), true, false, false, null);
            channel.queueBind(queue.getKey(), exchange, Integer.toString(queue.getValue()));
            if (channel.messageCount(queue.getKey()) > 0) {
                throw new UsageException(queue.getKey()
                        + " is not empty: the count would be wrong. Use queues of their own," + " or --reset first");
            }
        }
    }

    /** Different keys, so that no key counts twice. */
    private void publish(Console console, Channel channel, long count) throws IOException, TimeoutException {
        Random random = new Random(seed);
        Set<Long> seen = new HashSet<>();
        try {
            channel.confirmSelect();
            while (seen.size() < count) {
                long key = random.nextLong();
                if (seen.add(key)) {
                    channel.basicPublish(
                            exchange,
                            Long.toHexString(key),
                            true,
                            MessageProperties.MINIMAL_BASIC,
                            Long.toString(key).getBytes(US_ASCII));
                    if (seen.size() % CONFIRM_EVERY == 0) {
                        channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
                        progress(console, String.format(Locale.ROOT, "%,d of %,d messages", seen.size(), count));
                    }
                }
            }
            channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            progress(console, "");
        }
    }

    private static void progress(Console console, String text) {
        if (console.progress()) {
            console.err().print("\r\u001b[K" + text);
            console.err().flush();
        }
    }

    private static Uniformity analyze(Channel channel, Map<String, Integer> weights, double alpha) throws IOException {
        List<String> names = new ArrayList<>(weights.keySet());
        long[] counts = new long[names.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = channel.messageCount(names.get(i));
        }
        return Uniformity.of(
                names,
                counts,
                weights.values().stream().mapToInt(Integer::intValue).toArray(),
                0,
                alpha);
    }
}
