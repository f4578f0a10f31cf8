package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of exchanges: declaring, finding, deleting. */
class ExchangeTest {
    private static final String DEFAULT_EXCHANGE =
            "channel 403 ACCESS_REFUSED - operation not permitted on the default exchange";

    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    private static String inequivalent(String exchange, String what) {
        return "channel 406 PRECONDITION_FAILED - inequivalent arg "
                + what.replace("EXCHANGE", "exchange '" + exchange + "' in vhost '/'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "fanout", "topic", "headers", "x-consistent-hash"})
    void anExchangeOfEveryTypeIsDeclaredTwiceAlike(String type) throws Exception {
        String exchange = broker.exchange(type);
        broker.channel().exchangeDeclare(exchange, type, false, false, null);
        broker.channel().exchangeDeclarePassive(exchange);
    }

    @ParameterizedTest
    @ValueSource(strings = {"amq.direct", "amq.fanout", "amq.topic", "amq.headers", "amq.match"})
    void everyVirtualHostHasTheUsualExchanges(String exchange) throws Exception {
        broker.channel().exchangeDeclarePassive(exchange);
        String type = exchange.equals("amq.match") ? "headers" : exchange.substring("amq.".length());
        broker.channel().exchangeDeclare(exchange, type, true, false, null);
    }

    @Test
    void anExchangeThatIsNotThereIsNotFound() throws Exception {
        String exchange = unique("none");
        String expected = "channel 404 NOT_FOUND - no exchange '" + exchange + "' in vhost '/'";
        assertThat(broker.reply(c -> c.exchangeDeclarePassive(exchange))).isEqualTo(expected);
        assertThat(broker.reply(c -> c.basicPublish(exchange, "k", null, new byte[1])))
                .isEqualTo(expected);
        assertThat(broker.reply(c -> c.queueBind(broker.queue(), exchange, "k")))
                .isEqualTo(expected);
        assertThat(broker.reply(c -> c.exchangeBind("amq.direct", exchange, "k")))
                .isEqualTo(expected);
        assertThat(broker.reply(c -> c.exchangeBind(exchange, "amq.direct", "k")))
                .isEqualTo(expected);
    }

    @Test
    void deletingAnExchangeThatIsNotThereSucceeds() throws Exception {
        broker.channel().exchangeDelete(unique("none"));
        broker.channel().exchangeDelete(unique("none"), true);
    }

    @Test
    void deletingTwiceSucceeds() throws Exception {
        String exchange = broker.exchange("direct");
        broker.channel().exchangeDelete(exchange);
        broker.channel().exchangeDelete(exchange);
        assertThat(broker.exchangeExists(exchange)).isFalse();
    }

    @Test
    void anotherTypeIsNotEquivalent() throws Exception {
        String exchange = broker.exchange("direct");
        assertThat(broker.reply(c -> c.exchangeDeclare(exchange, "fanout", false, false, null)))
                .isEqualTo(inequivalent(exchange, "'type' for EXCHANGE: received 'fanout' but current is 'direct'"));
    }

    @Test
    void anotherDurabilityIsNotEquivalent() throws Exception {
        String exchange = broker.exchange("direct");
        assertThat(broker.reply(c -> c.exchangeDeclare(exchange, "direct", true, false, null)))
                .isEqualTo(inequivalent(exchange, "'durable' for EXCHANGE: received 'true' but current is 'false'"));
    }

    @Test
    void anotherAutoDeleteIsNotEquivalent() throws Exception {
        String exchange = broker.exchange("direct");
        assertThat(broker.reply(c -> c.exchangeDeclare(exchange, "direct", false, true, null)))
                .isEqualTo(
                        inequivalent(exchange, "'auto_delete' for EXCHANGE: received 'true' but current is 'false'"));
    }

    @Test
    void internalOrNotIsNotEquivalent() throws Exception {
        String exchange = broker.exchange("direct");
        assertThat(broker.reply(c -> c.exchangeDeclare(exchange, "direct", false, false, true, null)))
                .isEqualTo(inequivalent(exchange, "'internal' for EXCHANGE: received 'true' but current is 'false'"));
    }

    @Test
    void anotherAlternateExchangeIsNotEquivalent() throws Exception {
        String exchange = broker.exchange("direct", Map.of("alternate-exchange", "amq.fanout"));
        assertThat(broker.reply(c -> c.exchangeDeclare(
                        exchange, "direct", false, false, Map.of("alternate-exchange", "amq.direct"))))
                .isEqualTo(inequivalent(
                        exchange,
                        "'alternate-exchange' for EXCHANGE: received 'amq.direct' but current is 'amq.fanout'"));
        assertThat(broker.reply(c -> c.exchangeDeclare(exchange, "direct", false, false, null)))
                .isEqualTo(
                        inequivalent(
                                exchange,
                                "'alternate-exchange' for EXCHANGE: received none but current is the value 'amq.fanout' of type 'longstr'"));
    }

    @Test
    void anAddedAlternateExchangeIsNotEquivalent() throws Exception {
        String exchange = broker.exchange("direct");
        assertThat(broker.reply(c -> c.exchangeDeclare(
                        exchange, "direct", false, false, Map.of("alternate-exchange", "amq.fanout"))))
                .isEqualTo(
                        inequivalent(
                                exchange,
                                "'alternate-exchange' for EXCHANGE: received the value 'amq.fanout' of type 'longstr' but current is none"));
    }

    @Test
    void argumentsThatMeanNothingAreIgnoredInComparing() throws Exception {
        String exchange = broker.exchange("direct", Map.of("x-mine", 1));
        broker.channel().exchangeDeclare(exchange, "direct", false, false, Map.of("x-mine", 2));
        broker.channel().exchangeDeclare(exchange, "direct", false, false, null);
    }

    @Test
    void theSameHashArgumentIsEquivalent() throws Exception {
        String exchange = broker.exchange("x-consistent-hash", Map.of("hash-header", "a"));
        broker.channel().exchangeDeclare(exchange, "x-consistent-hash", false, false, Map.of("hash-header", "a"));
    }

    @Test
    void reservedNamesAreRefused() throws Exception {
        assertThat(broker.reply(c -> c.exchangeDeclare("amq.mine", "direct")))
                .isEqualTo("channel 403 ACCESS_REFUSED - exchange name 'amq.mine' contains reserved prefix 'amq.*'");
    }

    @Test
    void aPassiveDeclareOfAReservedNameIsNotFound() throws Exception {
        assertThat(broker.reply(c -> c.exchangeDeclarePassive("amq.mine")))
                .isEqualTo("channel 404 NOT_FOUND - no exchange 'amq.mine' in vhost '/'");
    }

    @Test
    void systemExchangesAreNotDeleted() throws Exception {
        for (String exchange : List.of("amq.direct", "amq.fanout", "amq.topic", "amq.headers", "amq.match")) {
            assertThat(broker.reply(c -> c.exchangeDelete(exchange)))
                    .isEqualTo("channel 403 ACCESS_REFUSED - deletion of system exchange '" + exchange
                            + "' in vhost '/' not allowed");
        }
    }

    @Test
    void theDefaultExchangeIsNobodysToChange() throws Exception {
        String queue = broker.queue();
        assertThat(broker.reply(c -> c.exchangeDeclare("", "direct", true))).isEqualTo(DEFAULT_EXCHANGE);
        assertThat(broker.reply(c -> c.exchangeDeclarePassive(""))).isEqualTo(DEFAULT_EXCHANGE);
        assertThat(broker.reply(c -> c.exchangeDelete(""))).isEqualTo(DEFAULT_EXCHANGE);
        assertThat(broker.reply(c -> c.queueBind(queue, "", "k"))).isEqualTo(DEFAULT_EXCHANGE);
        assertThat(broker.reply(c -> c.queueUnbind(queue, "", queue))).isEqualTo(DEFAULT_EXCHANGE);
        assertThat(broker.reply(c -> c.exchangeBind("", "amq.direct", "k"))).isEqualTo(DEFAULT_EXCHANGE);
        assertThat(broker.reply(c -> c.exchangeBind("amq.direct", "", "k"))).isEqualTo(DEFAULT_EXCHANGE);
        assertThat(broker.reply(c -> c.exchangeUnbind("amq.direct", "", "k"))).isEqualTo(DEFAULT_EXCHANGE);
    }

    @Test
    void anUnknownTypeEndsTheConnection() throws Exception {
        assertThat(broker.reply(c -> c.exchangeDeclare(unique("x"), "x-nonsense")))
                .isEqualTo("connection 503 COMMAND_INVALID - unknown exchange type 'x-nonsense'");
    }

    @Test
    void anEmptyTypeEndsTheConnection() throws Exception {
        assertThat(broker.reply(c -> c.exchangeDeclare(unique("x"), "")))
                .isEqualTo("connection 503 COMMAND_INVALID - invalid exchange type ''");
    }

    @Test
    void anUnknownTypeOfAnExchangeThatIsThereEndsTheConnectionToo() throws Exception {
        String exchange = broker.exchange("direct");
        assertThat(broker.reply(c -> c.exchangeDeclare(exchange, "x-nonsense")))
                .isEqualTo("connection 503 COMMAND_INVALID - unknown exchange type 'x-nonsense'");
    }

    @Test
    void anAlternateExchangeOfTheWrongTypeIsRefused() throws Exception {
        String exchange = unique("x");
        assertThat(broker.reply(
                        c -> c.exchangeDeclare(exchange, "direct", false, true, Map.of("alternate-exchange", 5))))
                .isEqualTo(
                        "channel 406 PRECONDITION_FAILED - invalid type 'signedint' for arg 'alternate-exchange' in exchange '"
                                + exchange + "' in vhost '/'");
    }

    @Test
    void anExchangeInUseIsNotDeletedIfUnused() throws Exception {
        String exchange = broker.exchange("direct");
        String queue = broker.bound(exchange, "k");
        assertThat(broker.reply(c -> c.exchangeDelete(exchange, true)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - exchange '" + exchange + "' in vhost '/' in use");
        broker.channel().queueUnbind(queue, exchange, "k");
        broker.channel().exchangeDelete(exchange, true);
        assertThat(broker.exchangeExists(exchange)).isFalse();
    }

    @Test
    void anExchangeBoundToAnExchangeIsInUse() throws Exception {
        String exchange = broker.exchange("direct");
        broker.channel().exchangeBind("amq.fanout", exchange, "k");
        assertThat(broker.reply(c -> c.exchangeDelete(exchange, true)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - exchange '" + exchange + "' in vhost '/' in use");
    }

    @Test
    void anExchangeThatOnlyReceivesIsUnused() throws Exception {
        String source = broker.exchange("fanout");
        String exchange = broker.exchange("direct");
        broker.channel().exchangeBind(exchange, source, "");
        broker.channel().exchangeDelete(exchange, true);
        assertThat(broker.exchangeExists(exchange)).isFalse();
    }

    @Test
    void anInternalExchangeTakesNoMessagesFromClients() throws Exception {
        String exchange = broker.newExchangeName();
        broker.channel().exchangeDeclare(exchange, "direct", false, false, true, null);
        assertThat(broker.reply(c -> c.basicPublish(exchange, "k", null, new byte[1])))
                .isEqualTo("channel 403 ACCESS_REFUSED - cannot publish to internal exchange '" + exchange
                        + "' in vhost '/'");
    }

    @Test
    void anInternalExchangeTakesMessagesFromExchanges() throws Exception {
        String internal = broker.newExchangeName();
        broker.channel().exchangeDeclare(internal, "fanout", false, false, true, null);
        String source = broker.exchange("fanout");
        broker.channel().exchangeBind(internal, source, "");
        String queue = broker.bound(internal, "");
        broker.channel().basicPublish(source, "k", null, new byte[] {5});
        assertThat(broker.next(queue).getBody()).containsExactly(5);
    }

    @Test
    void anAutoDeleteExchangeGoesWithItsLastBinding() throws Exception {
        String exchange = broker.newExchangeName();
        Channel channel = broker.channel();
        channel.exchangeDeclare(exchange, "direct", false, true, null);
        String queue = broker.bound(exchange, "a");
        channel.queueBind(queue, exchange, "b");
        channel.queueUnbind(queue, exchange, "a");
        assertThat(broker.exchangeExists(exchange)).isTrue();
        channel.queueUnbind(queue, exchange, "b");
        assertThat(broker.exchangeExists(exchange)).isFalse();
    }

    @Test
    void anAutoDeleteExchangeStaysUntilItWasBound() throws Exception {
        String exchange = broker.newExchangeName();
        broker.channel().exchangeDeclare(exchange, "direct", false, true, null);
        String queue = broker.queue();
        broker.channel().queueUnbind(queue, exchange, "never bound");
        assertThat(broker.exchangeExists(exchange)).isTrue();
    }

    @Test
    void anAutoDeleteExchangeGoesWithTheQueueThatWasBoundToIt() throws Exception {
        String exchange = broker.newExchangeName();
        broker.channel().exchangeDeclare(exchange, "fanout", false, true, null);
        String queue = broker.bound(exchange, "");
        broker.channel().queueDelete(queue);
        assertThat(broker.exchangeExists(exchange)).isFalse();
    }

    @Test
    void anAutoDeleteExchangeGoesWithTheConnectionOfTheLastQueue() throws Exception {
        String exchange = broker.newExchangeName();
        broker.channel().exchangeDeclare(exchange, "fanout", false, true, null);
        Connection connection = broker.connect();
        Channel channel = connection.createChannel();
        channel.queueBind(channel.queueDeclare().getQueue(), exchange, "");
        connection.close();
        await().until(() -> !broker.exchangeExists(exchange));
    }

    @Test
    void autoDeleteExchangesFollowEachOther() throws Exception {
        Channel channel = broker.channel();
        List<String> chain = List.of(broker.newExchangeName(), broker.newExchangeName(), broker.newExchangeName());
        for (String exchange : chain) {
            channel.exchangeDeclare(exchange, "fanout", false, true, null);
        }
        channel.exchangeBind(chain.get(1), chain.get(0), "");
        channel.exchangeBind(chain.get(2), chain.get(1), "");
        String queue = broker.bound(chain.get(2), "");
        channel.queueDelete(queue);
        for (String exchange : chain) {
            assertThat(broker.exchangeExists(exchange)).isFalse();
        }
    }

    @Test
    void anAutoDeleteSourceGoesWithTheExchangeThatWasBoundToIt() throws Exception {
        Channel channel = broker.channel();
        String source = broker.newExchangeName();
        channel.exchangeDeclare(source, "fanout", false, true, null);
        String destination = broker.exchange("fanout");
        channel.exchangeBind(destination, source, "");
        channel.exchangeDelete(destination);
        assertThat(broker.exchangeExists(source)).isFalse();
    }

    @Test
    void withoutWaitingAnExchangeIsDeclaredAndDeletedAllTheSame() throws Exception {
        String exchange = broker.newExchangeName();
        broker.channel().exchangeDeclareNoWait(exchange, "direct", false, false, false, null);
        broker.channel().queueDeclare(); // Once this is answered, what came before it is done.
        assertThat(broker.exchangeExists(exchange)).isTrue();
        broker.channel().exchangeDeleteNoWait(exchange, false);
        broker.channel().queueDeclare();
        assertThat(broker.exchangeExists(exchange)).isFalse();
    }

    @Test
    void withoutWaitingAnErrorIsToldAllTheSame() throws Exception {
        String exchange = broker.exchange("direct");
        assertThat(broker.reply(c -> c.exchangeDeclareNoWait(exchange, "fanout", false, false, false, null)))
                .startsWith("channel 406");
    }

    @Test
    void aDeletedExchangeTakesItsBindingsAlong() throws Exception {
        String exchange = broker.exchange("direct");
        String queue = broker.bound(exchange, "k");
        broker.channel().exchangeDelete(exchange);
        broker.channel().exchangeDeclare(exchange, "direct", false, false, null);
        broker.channel().basicPublish(exchange, "k", null, new byte[1]);
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    void anExchangeNameMayBeAnyText() throws Exception {
        String exchange = unique("Bücher & 本 #*.");
        broker.channel().exchangeDeclare(exchange, "direct", false, true, null);
        String queue = broker.bound(exchange, "ключ");
        broker.channel().basicPublish(exchange, "ключ", null, new byte[] {4});
        assertThat(broker.next(queue).getEnvelope().getExchange()).isEqualTo(exchange);
        broker.channel().exchangeDelete(exchange);
    }

    @Test
    void otherConnectionsSeeAnExchangeAtOnce() throws Exception {
        String exchange = broker.exchange("direct");
        broker.connect().createChannel().exchangeDeclarePassive(exchange);
    }

    @Test
    void nothingIsNoAlternateAndNoMatch() throws Exception {
        assertThat(broker.reply(c -> c.exchangeDeclare(
                        BrokerUnderTest.unique("x"),
                        "direct",
                        false,
                        false,
                        Collections.singletonMap("alternate-exchange", null))))
                .startsWith("channel 406 PRECONDITION_FAILED - invalid type 'void' for arg 'alternate-exchange'");
        String exchange = broker.exchange("headers");
        String queue = broker.queue();
        assertThat(broker.reply(c -> c.queueBind(queue, exchange, "", Collections.singletonMap("x-match", null))))
                .startsWith("channel 406 PRECONDITION_FAILED - ")
                .contains("x-match field type void");
    }
}
