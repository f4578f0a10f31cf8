package io.jumpmq.conformance;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import io.jumpmq.app.JumpMq;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A connection and a channel for each test, to a broker that all tests share. */
final class BrokerUnderTest implements BeforeEachCallback, AfterEachCallback {
    private static final @Nullable String URI = System.getProperty("broker.uri");

    /** Stopped with the process: starting one for each test would test starting. */
    private static final class Embedded {
        static final JumpMq BROKER = JumpMq.builder().host("127.0.0.1").port(0).start();
    }

    private final List<Connection> connections = new ArrayList<>();
    private @Nullable Channel channel;

    static String uri() {
        return URI == null ? Embedded.BROKER.uri() : URI;
    }

    static boolean isJumpMq() {
        return URI == null || Boolean.getBoolean("broker.jumpmq");
    }

    /** A name that no other test has. */
    static String unique(String what) {
        return what + "-" + UUID.randomUUID();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        channel = connect().createChannel();
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        for (Connection connection : connections) {
            connection.abort();
        }
        connections.clear();
    }

    Connection connect() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(uri());
        factory.setAutomaticRecoveryEnabled(false);
        Connection connection = factory.newConnection();
        connections.add(connection);
        return connection;
    }

    Channel channel() {
        return Objects.requireNonNull(channel);
    }

    /** Another channel of the first connection. */
    Channel anotherChannel() throws IOException {
        return Objects.requireNonNull(channel().getConnection().createChannel());
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
                    Object reason = signal.getReason();
                    if (reason instanceof AMQP.Channel.Close close) {
                        return "channel " + close.getReplyCode() + " " + close.getReplyText();
                    } else if (reason instanceof AMQP.Connection.Close close) {
                        return "connection " + close.getReplyCode() + " " + close.getReplyText();
                    }
                }
            }
            throw new AssertionError("the broker did not say why", e);
        }
        throw new AssertionError("the broker let it pass");
    }
}
