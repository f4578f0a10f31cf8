package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.replyTo;
import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopologyTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    @Test
    void aQueueIsDeclaredTwiceAlike() throws Exception {
        String queue = unique("q");
        Channel channel = broker.channel();
        channel.queueDeclare(queue, false, false, true, Map.of("x-max-length", 5));
        AMQP.Queue.DeclareOk again = channel.queueDeclare(queue, false, false, true, Map.of("x-max-length", 5L));
        assertThat(again.getQueue()).isEqualTo(queue);
        assertThat(again.getMessageCount()).isZero();
    }

    @Test
    void whatDiffersFromTheQueueThatIsThereIsNamed() throws Exception {
        String queue = unique("q");
        broker.channel().queueDeclare(queue, false, false, true, Map.of("x-max-length", 5));
        String text = "' for queue '" + queue + "' in vhost '/': received ";
        assertThat(replyTo(() -> broker.channel().queueDeclare(queue, true, false, true, Map.of("x-max-length", 5))))
                .isEqualTo("channel 406 PRECONDITION_FAILED - inequivalent arg 'durable" + text
                        + "'true' but current is 'false'");
        assertThat(replyTo(() ->
                        broker.anotherChannel().queueDeclare(queue, false, false, false, Map.of("x-max-length", 5))))
                .isEqualTo("channel 406 PRECONDITION_FAILED - inequivalent arg 'auto_delete" + text
                        + "'false' but current is 'true'");
        assertThat(replyTo(() -> broker.anotherChannel().queueDeclare(queue, false, false, true, null)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - inequivalent arg 'x-max-length" + text
                        + "none but current is the value '5' of type 'signedint'");
        assertThat(replyTo(() ->
                        broker.anotherChannel().queueDeclare(queue, false, false, true, Map.of("x-max-length", 6))))
                .isEqualTo("channel 406 PRECONDITION_FAILED - inequivalent arg 'x-max-length" + text
                        + "the value '6' of type 'signedint' but current is the value '5' of type 'signedint'");
    }

    @Test
    void aNameIsMadeForAQueueWithoutOne() throws Exception {
        String name = broker.channel().queueDeclare().getQueue();
        assertThat(name).startsWith("amq.gen-").hasSize(30);
    }

    @Test
    void whatIsNotThereIsNotFound() throws Exception {
        String name = unique("none");
        assertThat(replyTo(() -> broker.channel().queueDeclarePassive(name)))
                .isEqualTo("channel 404 NOT_FOUND - no queue '" + name + "' in vhost '/'");
        assertThat(replyTo(() -> broker.anotherChannel().exchangeDeclarePassive(name)))
                .isEqualTo("channel 404 NOT_FOUND - no exchange '" + name + "' in vhost '/'");
        assertThat(replyTo(() -> broker.anotherChannel().queueBind(name, "amq.direct", "k")))
                .isEqualTo("channel 404 NOT_FOUND - no queue '" + name + "' in vhost '/'");
        assertThat(replyTo(() -> broker.anotherChannel().basicConsume(name, (tag, message) -> {}, tag -> {})))
                .isEqualTo("channel 404 NOT_FOUND - no queue '" + name + "' in vhost '/'");
        assertThat(broker.anotherChannel().queueDelete(name).getMessageCount()).isZero();
    }

    @Test
    void otherChannelsGoOnWhenOneFails() throws Exception {
        Channel other = broker.anotherChannel();
        assertThat(replyTo(() -> broker.channel().queueDeclarePassive(unique("none"))))
                .startsWith("channel 404");
        assertThat(other.queueDeclare().getQueue()).startsWith("amq.gen-");
    }

    @Test
    void reservedNamesAreRefused() throws Exception {
        assertThat(replyTo(() -> broker.channel().queueDeclare("amq.mine", false, false, true, null)))
                .isEqualTo("channel 403 ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'");
        assertThat(replyTo(() -> broker.anotherChannel().exchangeDeclare("amq.mine", "direct")))
                .isEqualTo("channel 403 ACCESS_REFUSED - exchange name 'amq.mine' contains reserved prefix 'amq.*'");
        assertThat(replyTo(() -> broker.anotherChannel().exchangeDelete("amq.direct")))
                .isEqualTo("channel 403 ACCESS_REFUSED - exchange name 'amq.direct' contains reserved prefix 'amq.*'");
    }

    @Test
    void theDefaultExchangeIsNobodysToChange() throws Exception {
        String queue = broker.channel().queueDeclare().getQueue();
        String refused = "channel 403 ACCESS_REFUSED - operation not permitted on the default exchange";
        assertThat(replyTo(() -> broker.channel().queueBind(queue, "", "k"))).isEqualTo(refused);
        assertThat(replyTo(() -> broker.anotherChannel().exchangeDelete(""))).isEqualTo(refused);
        assertThat(replyTo(() -> broker.anotherChannel().exchangeDeclare("", "direct")))
                .isEqualTo(refused);
    }

    @Test
    void anUnknownExchangeTypeEndsTheConnection() {
        assertThat(replyTo(() -> broker.channel().exchangeDeclare(unique("x"), "x-nonsense")))
                .isEqualTo("connection 503 COMMAND_INVALID - unknown exchange type 'x-nonsense'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"amq.direct", "amq.fanout", "amq.topic", "amq.headers", "amq.match"})
    void everyVirtualHostHasTheUsualExchanges(String exchange) throws Exception {
        broker.channel().exchangeDeclarePassive(exchange);
    }

    @Test
    void anotherConnectionMayNotUseAnExclusiveQueue() throws Exception {
        String queue = broker.channel()
                .queueDeclare(unique("q"), false, true, false, null)
                .getQueue();
        String locked = "channel 405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '" + queue
                + "' in vhost '/'. It could be originally declared on another connection or the exclusive property value does"
                + " not match that of the original declaration.";
        Connection stranger = broker.connect();
        assertThat(replyTo(() -> stranger.createChannel().queueDeclarePassive(queue)))
                .isEqualTo(locked);
        assertThat(replyTo(() -> stranger.createChannel().basicGet(queue, true)))
                .isEqualTo(locked);
        assertThat(replyTo(() -> stranger.createChannel().queueDelete(queue))).isEqualTo(locked);
    }

    @Test
    void anExclusiveQueueGoesWithItsConnection() throws Exception {
        Connection owner = broker.connect();
        String queue = owner.createChannel()
                .queueDeclare(unique("q"), false, true, false, null)
                .getQueue();
        owner.close();
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(replyTo(() -> broker.anotherChannel().queueDeclarePassive(queue)))
                                .isEqualTo("channel 404 NOT_FOUND - no queue '" + queue + "' in vhost '/'"));
    }

    @Test
    void anAutoDeleteQueueGoesWithItsLastConsumer() throws Exception {
        Channel channel = broker.channel();
        String queue =
                channel.queueDeclare(unique("q"), false, false, true, null).getQueue();
        String tag = channel.basicConsume(queue, (t, message) -> {}, t -> {});
        channel.basicCancel(tag);
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(replyTo(() -> broker.anotherChannel().queueDeclarePassive(queue)))
                                .startsWith("channel 404"));
    }

    @Test
    void anAutoDeleteExchangeGoesWithItsLastBinding() throws Exception {
        Channel channel = broker.channel();
        String exchange = unique("x");
        channel.exchangeDeclare(exchange, "direct", false, true, null);
        String queue = channel.queueDeclare().getQueue();
        channel.queueBind(queue, exchange, "a");
        channel.queueBind(queue, exchange, "b");
        channel.queueUnbind(queue, exchange, "a");
        channel.exchangeDeclarePassive(exchange);
        channel.queueUnbind(queue, exchange, "b");
        assertThat(replyTo(() -> channel.exchangeDeclarePassive(exchange))).startsWith("channel 404");
    }

    @Test
    void deletingMindsConsumersAndMessages() throws Exception {
        Channel channel = broker.channel();
        String queue =
                channel.queueDeclare(unique("q"), false, false, false, null).getQueue();
        channel.basicPublish("", queue, null, new byte[] {1});
        assertThat(replyTo(() -> broker.anotherChannel().queueDelete(queue, false, true)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - queue '" + queue + "' in vhost '/' not empty");
        channel.basicConsume(queue, (t, message) -> {}, t -> {});
        assertThat(replyTo(() -> broker.anotherChannel().queueDelete(queue, true, false)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - queue '" + queue + "' in vhost '/' in use");
        channel.queueDelete(queue);
    }

    @Test
    void anExchangeInUseIsNotDeletedIfUnused() throws Exception {
        Channel channel = broker.channel();
        String exchange = unique("x");
        channel.exchangeDeclare(exchange, "direct");
        String queue = channel.queueDeclare().getQueue();
        channel.queueBind(queue, exchange, "k");
        assertThat(replyTo(() -> broker.anotherChannel().exchangeDelete(exchange, true)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - exchange '" + exchange + "' in vhost '/' in use");
        channel.exchangeDelete(exchange);
    }

    @Test
    void argumentsThatMakeNoSenseAreRefused() throws Exception {
        Map<Map<String, Object>, String> cases = new HashMap<>();
        cases.put(Map.of("x-message-ttl", -1), "'x-message-ttl' for QUEUE: {value_negative,-1}");
        cases.put(Map.of("x-expires", 0), "'x-expires' for QUEUE: {value_zero,0}");
        cases.put(Map.of("x-max-length", "five"), "'x-max-length' for QUEUE: {unacceptable_type,longstr}");
        cases.put(
                Map.of("x-dead-letter-routing-key", "k"),
                "'x-dead-letter-routing-key' for QUEUE: routing_key_but_no_dlx_defined");
        cases.forEach((arguments, expected) -> {
            String queue = unique("q");
            assertThat(replyTo(() -> broker.anotherChannel().queueDeclare(queue, false, false, false, arguments)))
                    .isEqualTo("channel 406 PRECONDITION_FAILED - invalid arg "
                            + expected.replace("QUEUE", "queue '" + queue + "' in vhost '/'"));
        });
    }

    @Test
    void exchangesAreBoundToExchangesInACircleToo() throws Exception {
        Channel channel = broker.channel();
        String first = unique("x");
        String second = unique("x");
        channel.exchangeDeclare(first, "fanout", false, true, null);
        channel.exchangeDeclare(second, "topic", false, true, null);
        channel.exchangeBind(second, first, "");
        channel.exchangeBind(first, second, "#");
        String queue = channel.queueDeclare().getQueue();
        channel.queueBind(queue, second, "a.*");
        channel.basicPublish(first, "a.b", null, new byte[] {1});
        channel.basicPublish(second, "a.c", null, new byte[] {2});
        assertThat(channel.queueDeclarePassive(queue).getMessageCount()).isEqualTo(2);
    }

    @Test
    void anAlternateExchangeCatchesWhatIsNotRouted() throws Exception {
        Channel channel = broker.channel();
        String main = unique("x");
        String alternate = unique("x");
        channel.exchangeDeclare(alternate, "fanout", false, true, null);
        channel.exchangeDeclare(main, "direct", false, true, Map.of("alternate-exchange", alternate));
        String caught = channel.queueDeclare().getQueue();
        String routed = channel.queueDeclare().getQueue();
        channel.queueBind(caught, alternate, "");
        channel.queueBind(routed, main, "k");
        channel.basicPublish(main, "k", null, new byte[] {1});
        channel.basicPublish(main, "other", null, new byte[] {2});
        assertThat(channel.queueDeclarePassive(routed).getMessageCount()).isEqualTo(1);
        assertThat(channel.basicGet(caught, true).getBody()).containsExactly(2);
    }

    @Test
    void copiesGoToMoreKeysAndBlindOnesStaySecret() throws Exception {
        Channel channel = broker.channel();
        List<String> queues = List.of(
                channel.queueDeclare().getQueue(),
                channel.queueDeclare().getQueue(),
                channel.queueDeclare().getQueue());
        channel.basicPublish(
                "",
                queues.get(0),
                new AMQP.BasicProperties.Builder()
                        .headers(Map.of("CC", List.of(queues.get(1)), "BCC", List.of(queues.get(2))))
                        .build(),
                new byte[] {7});
        for (String queue : queues) {
            assertThat(channel.basicGet(queue, true).getProps().getHeaders()).containsOnlyKeys("CC");
        }
    }
}
