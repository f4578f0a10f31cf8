package io.jumpmq.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.impl.DefaultExceptionHandler;
import io.jumpmq.app.JumpMq;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A connection and a channel for each test, to a broker that all tests share; what a test declares goes with it. */
final class BrokerUnderTest implements BeforeEachCallback, AfterEachCallback {
    private static final @Nullable String URI = System.getProperty("broker.uri");
    private static final int PATIENCE_SECONDS = 5;

    /** Stopped with the process: starting one for each test would test starting. */
    private static final class Embedded {
        static final JumpMq BROKER = JumpMq.builder().host("127.0.0.1").port(0).start();
    }

    /** Tidies up after all tests; a connection for each would cost more than the tests. */
    private static final class Janitor {
        static final Connection CONNECTION = open();

        private static Connection open() {
            try {
                return factory().newConnection("janitor");
            } catch (IOException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final List<Connection> connections = new ArrayList<>();
    private final List<String> queues = new ArrayList<>();
    private final List<String> exchanges = new ArrayList<>();
    private @Nullable Channel channel;

    static String uri() {
        return URI == null ? Embedded.BROKER.uri() : URI;
    }

    static boolean isJumpMq() {
        return URI == null || Boolean.getBoolean("broker.jumpmq");
    }

    static boolean isRabbitMq() {
        return !isJumpMq();
    }

    /** A factory for guest on "/". */
    static ConnectionFactory factory() {
        ConnectionFactory factory = new ConnectionFactory();
        try {
            factory.setUri(uri());
        } catch (Exception e) {
            throw new IllegalStateException("-Dbroker.uri is no URI: " + uri(), e);
        }
        factory.setVirtualHost("/");
        factory.setAutomaticRecoveryEnabled(false);
        factory.setExceptionHandler(new DefaultExceptionHandler() {
            @Override
            public void handleUnexpectedConnectionDriverException(Connection connection, Throwable exception) {
                // The broker ends connections here all the time: that is what many tests are about.
            }
        });
        return factory;
    }

    /** A name that no other test has. */
    static String unique(String what) {
        return what + "-" + UUID.randomUUID();
    }

    static ConditionFactory await() {
        return Awaitility.await()
                .pollDelay(0, TimeUnit.MILLISECONDS)
                .pollInterval(5, TimeUnit.MILLISECONDS)
                .atMost(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        channel = connect().createChannel();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (Connection connection : connections) {
            connection.abort();
        }
        connections.clear();
        if (!queues.isEmpty() || !exchanges.isEmpty()) {
            try (Channel janitor = Objects.requireNonNull(Janitor.CONNECTION.createChannel())) {
                for (String queue : queues) {
                    janitor.queueDelete(queue);
                }
                for (String exchange : exchanges) {
                    janitor.exchangeDelete(exchange);
                }
            }
            queues.clear();
            exchanges.clear();
        }
    }

    Connection connect() throws IOException, TimeoutException {
        return connect(factory());
    }

    Connection connect(ConnectionFactory factory) throws IOException, TimeoutException {
        Connection connection = factory.newConnection();
        connections.add(connection);
        return connection;
    }

    /** The first connection's first channel. */
    Channel channel() {
        return Objects.requireNonNull(channel);
    }

    /** Another channel of the first connection. */
    Channel anotherChannel() throws IOException {
        return Objects.requireNonNull(channel().getConnection().createChannel());
    }

    /** An unused name; the queue is deleted after the test. */
    String newQueueName() {
        String name = unique("q");
        queues.add(name);
        return name;
    }

    /** An unused name; the exchange is deleted after the test. */
    String newExchangeName() {
        String name = unique("x");
        exchanges.add(name);
        return name;
    }

    /** A queue that goes with the first connection. */
    String queue() throws IOException {
        return queue(Map.of());
    }

    /** A queue that goes with the first connection. */
    String queue(Map<String, Object> arguments) throws IOException {
        return channel()
                .queueDeclare(unique("q"), false, true, false, arguments)
                .getQueue();
    }

    /** A queue that every connection may use. */
    String sharedQueue(Map<String, Object> arguments) throws IOException {
        return channel()
                .queueDeclare(newQueueName(), false, false, false, arguments)
                .getQueue();
    }

    String exchange(String type) throws IOException {
        return exchange(type, Map.of());
    }

    String exchange(String type, Map<String, Object> arguments) throws IOException {
        String name = newExchangeName();
        channel().exchangeDeclare(name, type, false, false, arguments);
        return name;
    }

    /** A new queue, bound. */
    String bound(String exchange, String key) throws IOException {
        String queue = queue();
        channel().queueBind(queue, exchange, key);
        return queue;
    }

    void publish(String queue, String... bodies) throws IOException {
        for (String body : bodies) {
            channel().basicPublish("", queue, null, body.getBytes(UTF_8));
        }
    }

    /**
     * Publishes with publisher confirms on: true when the broker answers with an ack, false for a nack. (The client's own
     * {@code waitForConfirms} may tell a nack as an ack: it looks at whether all are answered and at how in two steps.)
     */
    boolean confirmed(String exchange, String key, String body) throws Exception {
        channel().confirmSelect();
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        ConfirmListener listener = channel()
                .addConfirmListener(
                        (tag, multiple) -> answer.complete(true), (tag, multiple) -> answer.complete(false));
        try {
            channel().basicPublish(exchange, key, null, bytes(body));
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } finally {
            channel().removeConfirmListener(listener);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static String text(byte[] body) {
        return new String(body, UTF_8);
    }

    /** The next message of the queue, which must come; it is acknowledged. */
    GetResponse next(String queue) {
        return next(channel(), queue, true);
    }

    /** The next message of the queue, which must come. */
    static GetResponse next(Channel channel, String queue, boolean acknowledged) {
        return await().until(() -> channel.basicGet(queue, acknowledged), Objects::nonNull);
    }

    /** Takes one message without acknowledging it. */
    static long take(Channel channel, String queue) {
        return next(channel, queue, false).getEnvelope().getDeliveryTag();
    }

    /** The bodies of the messages that are there now. */
    List<String> drain(String queue) throws IOException {
        List<String> bodies = new ArrayList<>();
        GetResponse response = channel().basicGet(queue, true);
        while (response != null) {
            bodies.add(text(response.getBody()));
            response = channel().basicGet(queue, true);
        }
        return bodies;
    }

    /** The bodies of the next messages, which must come. */
    List<String> drain(String queue, int count) {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add(text(next(queue).getBody()));
        }
        return bodies;
    }

    /**
     * Waits until this many messages are ready. RabbitMQ answers such questions before it looks at messages that wait in
     * front of the queue: to count what was just published, {@link #drain} it.
     */
    void awaitReady(String queue, int expected) {
        await().untilAsserted(
                        () -> assertThat(channel().queueDeclarePassive(queue).getMessageCount())
                                .isEqualTo(expected));
    }

    boolean queueExists(String queue) throws Exception {
        try (Channel probe = anotherChannel()) {
            probe.queueDeclarePassive(queue);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    boolean exchangeExists(String exchange) throws Exception {
        try (Channel probe = anotherChannel()) {
            probe.exchangeDeclarePassive(exchange);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @FunctionalInterface
    interface Mistake {
        void on(Channel channel) throws Exception;
    }

    /** Scope, code and text with which the broker answers a mistake on a new channel of the first connection. */
    String reply(Mistake mistake) throws Exception {
        return reply(anotherChannel(), mistake);
    }

    /** Scope, code and text with which the broker answers a mistake. */
    static String reply(Channel channel, Mistake mistake) throws Exception {
        CompletableFuture<String> reply = new CompletableFuture<>();
        channel.addShutdownListener(signal -> reply.complete(describe(signal)));
        try {
            mistake.on(channel);
        } catch (IOException | AlreadyClosedException e) {
            // The listener knows why.
        }
        return reply.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static String describe(ShutdownSignalException signal) {
        Object reason = signal.getReason();
        if (reason instanceof AMQP.Channel.Close close) {
            return "channel " + close.getReplyCode() + " " + close.getReplyText();
        } else if (reason instanceof AMQP.Connection.Close close) {
            return "connection " + close.getReplyCode() + " " + close.getReplyText();
        }
        return signal.toString();
    }

    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }

    /** Code and text with which the broker answered a mistake. */
    static String replyTo(Action mistake) {
        try {
            mistake.run();
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof ShutdownSignalException signal) {
                    return describe(signal);
                }
            }
            throw new AssertionError("the broker did not say why", e);
        }
        throw new AssertionError("the broker let it pass");
    }
}
