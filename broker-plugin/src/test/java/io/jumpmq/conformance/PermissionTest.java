package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.bytes;
import static io.jumpmq.conformance.BrokerUnderTest.reply;
import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.jumpmq.app.JumpMq;
import io.jumpmq.security.Permission;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A user who may configure what has a c in the first word of its name, write what has a w, and read what has an r. On
 * RabbitMQ somebody must make that user first, and name it by {@code -Dbroker.limited.uri}:
 *
 * <pre>
 * rabbitmqctl add_user limited limited
 * rabbitmqctl set_permissions limited '^[a-z]*c[a-z]*-' '^[a-z]*w[a-z]*-' '^[a-z]*r[a-z]*-'
 * </pre>
 */
class PermissionTest {
    private static @Nullable JumpMq embedded;
    private static @Nullable Connection connection;

    @BeforeAll
    static void connect() throws Exception {
        String uri = System.getProperty("broker.limited.uri");
        assumeTrue(uri != null || System.getProperty("broker.uri") == null, "needs a user with few permissions");
        if (uri == null) {
            embedded = JumpMq.builder()
                    .host("127.0.0.1")
                    .port(0)
                    .permission(Permission.of("^[a-z]*c[a-z]*-", "^[a-z]*w[a-z]*-", "^[a-z]*r[a-z]*-"))
                    .user("limited", "limited")
                    .start();
            uri = "amqp://limited:limited@127.0.0.1:" + embedded.port();
        }
        ConnectionFactory factory = BrokerUnderTest.factory();
        factory.setUri(uri);
        factory.setVirtualHost("/");
        connection = factory.newConnection();
    }

    @AfterAll
    static void close() {
        if (connection != null) {
            connection.abort();
        }
        if (embedded != null) {
            embedded.close();
        }
    }

    private static Channel channel() throws Exception {
        assertThat(connection).isNotNull();
        return connection.createChannel();
    }

    /** A queue on which the letters are permitted, c among them. */
    private static String queue(String letters) throws Exception {
        return channel().queueDeclare(unique(letters), false, true, false, null).getQueue();
    }

    /** An exchange on which the letters are permitted, c among them; it goes with its last binding. */
    private static String exchange(String letters) throws Exception {
        String name = unique(letters);
        channel().exchangeDeclare(name, "fanout", false, true, null);
        return name;
    }

    private static String refused(String kind, String name) {
        return "channel 403 ACCESS_REFUSED - access to " + kind + " '" + name
                + "' in vhost '/' refused for user 'limited'";
    }

    @Test
    void whatIsPermittedSucceeds() throws Exception {
        Channel channel = channel();
        String queue = queue("crw");
        String exchange = exchange("crw");
        channel.queueBind(queue, exchange, "");
        channel.basicPublish(exchange, "", null, bytes("m"));
        assertThat(BrokerUnderTest.next(channel, queue, true).getBody()).isEqualTo(bytes("m"));
        channel.queuePurge(queue);
        channel.queueUnbind(queue, exchange, "");
        channel.queueDelete(queue);
    }

    @Test
    void declaringAndDeletingIsConfiguring() throws Exception {
        String name = unique("rw");
        assertThat(reply(channel(), c -> c.queueDeclare(name, false, true, false, null)))
                .isEqualTo(refused("queue", name));
        assertThat(reply(channel(), c -> c.queueDelete(name))).isEqualTo(refused("queue", name));
        assertThat(reply(channel(), c -> c.exchangeDeclare(name, "fanout"))).isEqualTo(refused("exchange", name));
        assertThat(reply(channel(), c -> c.exchangeDelete(name))).isEqualTo(refused("exchange", name));
        assertThat(reply(channel(), c -> c.queueDeclare("", false, true, false, null)))
                .startsWith("channel 403 ACCESS_REFUSED - access to queue 'amq.gen-");
    }

    @Test
    void everybodyMayAskWhetherSomethingIsThere() throws Exception {
        channel().exchangeDeclarePassive("amq.direct");
        channel().queueDeclarePassive(queue("c"));
    }

    @Test
    void publishingIsWritingToTheExchange() throws Exception {
        String exchange = exchange("cr");
        assertThat(reply(channel(), c -> c.basicPublish(exchange, "k", null, new byte[1])))
                .isEqualTo(refused("exchange", exchange));
        channel().exchangeDelete(exchange);
    }

    @Test
    void theDefaultExchangeHasANameHere() throws Exception {
        assertThat(reply(channel(), c -> c.basicPublish("", queue("crw"), null, new byte[1])))
                .isEqualTo(refused("exchange", "amq.default"));
    }

    @Test
    void fetchingConsumingAndPurgingIsReadingTheQueue() throws Exception {
        String queue = queue("cw");
        assertThat(reply(channel(), c -> c.basicGet(queue, true))).isEqualTo(refused("queue", queue));
        assertThat(reply(channel(), c -> Inbox.of(c, queue))).isEqualTo(refused("queue", queue));
        assertThat(reply(channel(), c -> c.queuePurge(queue))).isEqualTo(refused("queue", queue));
    }

    @Test
    void bindingIsWritingToTheQueueAndReadingTheExchange() throws Exception {
        String queue = queue("cr");
        String exchange = exchange("crw");
        assertThat(reply(channel(), c -> c.queueBind(queue, exchange, ""))).isEqualTo(refused("queue", queue));
        assertThat(reply(channel(), c -> c.queueUnbind(queue, exchange, ""))).isEqualTo(refused("queue", queue));
        String writable = queue("cw");
        String unreadable = exchange("cw");
        assertThat(reply(channel(), c -> c.queueBind(writable, unreadable, "")))
                .isEqualTo(refused("exchange", unreadable));
        assertThat(reply(channel(), c -> c.queueUnbind(writable, unreadable, "")))
                .isEqualTo(refused("exchange", unreadable));
        channel().exchangeDelete(exchange);
        channel().exchangeDelete(unreadable);
    }

    @Test
    void bindingExchangesIsWritingToTheOneAndReadingTheOther() throws Exception {
        String readable = exchange("cr");
        String writable = exchange("cw");
        assertThat(reply(channel(), c -> c.exchangeBind(readable, readable, "")))
                .isEqualTo(refused("exchange", readable));
        assertThat(reply(channel(), c -> c.exchangeBind(writable, writable, "")))
                .isEqualTo(refused("exchange", writable));
        channel().exchangeBind(writable, readable, "");
        channel().exchangeDelete(readable);
        channel().exchangeDelete(writable);
    }

    @Test
    void anAlternateExchangeIsReadingTheOneAndWritingToTheOther() throws Exception {
        String name = unique("cr");
        String other = unique("cr");
        assertThat(reply(
                        channel(),
                        c -> c.exchangeDeclare(name, "fanout", false, true, Map.of("alternate-exchange", other))))
                .isEqualTo(refused("exchange", other));
        String unreadable = unique("cw");
        String writable = unique("cw");
        assertThat(reply(
                        channel(),
                        c -> c.exchangeDeclare(
                                unreadable, "fanout", false, true, Map.of("alternate-exchange", writable))))
                .isEqualTo(refused("exchange", unreadable));
        channel().exchangeDeclare(name, "fanout", false, true, Map.of("alternate-exchange", writable));
        channel().exchangeDelete(name);
    }

    @Test
    void aDeadLetterExchangeIsReadingTheQueueAndWritingToTheExchange() throws Exception {
        String name = unique("cr");
        String other = unique("cr");
        assertThat(reply(
                        channel(),
                        c -> c.queueDeclare(name, false, true, false, Map.of("x-dead-letter-exchange", other))))
                .isEqualTo(refused("exchange", other));
        String unreadable = unique("cw");
        String writable = unique("cw");
        assertThat(reply(
                        channel(),
                        c -> c.queueDeclare(
                                unreadable, false, true, false, Map.of("x-dead-letter-exchange", writable))))
                .isEqualTo(refused("queue", unreadable));
        channel().queueDeclare(name, false, true, false, Map.of("x-dead-letter-exchange", writable));
    }

    @Test
    void anErrorOfPermissionLeavesTheConnectionAlone() throws Exception {
        assertThat(reply(channel(), c -> c.queueDelete(unique("rw")))).startsWith("channel 403");
        assertThat(channel().isOpen()).isTrue();
    }
}
