package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.await;
import static io.jumpmq.conformance.BrokerUnderTest.bytes;
import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where messages go. */
class RoutingTest {
    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    private static AMQP.BasicProperties headers(@Nullable Map<String, Object> headers) {
        return new AMQP.BasicProperties.Builder().headers(headers).build();
    }

    private void publish(String exchange, String key) throws IOException {
        broker.channel().basicPublish(exchange, key, null, bytes(key));
    }

    /** Whether each of the queues gets a message with this key; they are empty afterwards. */
    private List<Boolean> reached(String exchange, String key, List<String> queues) throws IOException {
        publish(exchange, key);
        List<Boolean> reached = new ArrayList<>();
        for (String queue : queues) {
            reached.add(broker.drain(queue).size() == 1);
        }
        return reached;
    }

    @Test
    void theDefaultExchangeRoutesToTheQueueOfThatName() throws Exception {
        String queue = broker.queue();
        broker.publish(queue, "a");
        GetResponse response = broker.next(queue);
        assertThat(response.getEnvelope().getExchange()).isEmpty();
        assertThat(response.getEnvelope().getRoutingKey()).isEqualTo(queue);
    }

    @Test
    void aDirectExchangeRoutesByTheWholeKey() throws Exception {
        String exchange = broker.exchange("direct");
        List<String> queues = List.of(
                broker.bound(exchange, "a"),
                broker.bound(exchange, "a"),
                broker.bound(exchange, "b"),
                broker.bound(exchange, ""));
        assertThat(reached(exchange, "a", queues)).containsExactly(true, true, false, false);
        assertThat(reached(exchange, "b", queues)).containsExactly(false, false, true, false);
        assertThat(reached(exchange, "", queues)).containsExactly(false, false, false, true);
        assertThat(reached(exchange, "A", queues)).containsExactly(false, false, false, false);
        assertThat(reached(exchange, "#", queues)).containsExactly(false, false, false, false);
    }

    @Test
    void aFanoutExchangeRoutesToAll() throws Exception {
        String exchange = broker.exchange("fanout");
        List<String> queues = List.of(broker.bound(exchange, ""), broker.bound(exchange, "a"));
        assertThat(reached(exchange, "a", queues)).containsExactly(true, true);
        assertThat(reached(exchange, "", queues)).containsExactly(true, true);
    }

    @Test
    void aQueueBoundTwiceGetsAMessageOnce() throws Exception {
        for (String type : List.of("fanout", "topic", "direct")) {
            String exchange = broker.exchange(type);
            String queue = broker.bound(exchange, "k");
            broker.channel().queueBind(queue, exchange, "k", Map.of("x", 1));
            broker.channel().queueBind(queue, exchange, "#");
            publish(exchange, "k");
            assertThat(broker.drain(queue)).as(type).containsExactly("k");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a.b.c, a.b.c, true",
        "a.b.c, a.b, false",
        "a.b, a.b.c, false",
        "*, a, true",
        "*, a.b, false",
        "*, '', false",
        "a.*, a.b, true",
        "a.*, a, false",
        "a.*, a., true",
        "*.b, a.b, true",
        "*.*, a.b, true",
        "*.*, a, false",
        "#, '', true",
        "#, a.b.c, true",
        "a.#, a, true",
        "a.#, a.b.c, true",
        "a.#, b.a, false",
        "#.c, c, true",
        "#.c, a.b.c, true",
        "#.c, a.c.b, false",
        "a.#.c, a.c, true",
        "a.#.c, a.b.b.c, true",
        "a.#.c, a.b, false",
        "#.b.#, b, true",
        "#.b.#, a.b.c, true",
        "#.b.#, a.c, false",
        "*.#, '', false",
        "*.#.*, a, false",
        "*.#.*, a.b, true",
        "#.#, a, true",
        "a*, ab, false",
        "a#, ab, false",
        "'', '', true",
        "'', a, false",
        "a..b, a..b, true",
        "a.*.b, a..b, true",
        "a.#.b, a..b, true",
        ".a, .a, true",
        "*.a, .a, true",
        "A.b, a.b, false"
    })
    void topicPatternsMatchWords(String pattern, String key, boolean matches) throws Exception {
        String exchange = broker.exchange("topic");
        String queue = broker.bound(exchange, pattern);
        publish(exchange, key);
        assertThat(broker.drain(queue)).hasSize(matches ? 1 : 0);
    }

    @Test
    void manyTopicPatternsAreToldApart() throws Exception {
        String exchange = broker.exchange("topic");
        List<String> queues = new ArrayList<>();
        for (String pattern : List.of("a.b.c", "a.*.c", "a.#.b", "a.b.b.c", "#", "#.#", "*", "#.b", "*.*")) {
            queues.add(broker.bound(exchange, pattern));
        }
        assertThat(reached(exchange, "a.b.c", queues))
                .containsExactly(true, true, false, false, true, true, false, false, false);
        assertThat(reached(exchange, "a.b", queues))
                .containsExactly(false, false, true, false, true, true, false, true, true);
        assertThat(reached(exchange, "b", queues))
                .containsExactly(false, false, false, false, true, true, true, true, false);
        assertThat(reached(exchange, "", queues))
                .containsExactly(false, false, false, false, true, true, false, false, false);
        broker.channel().queueUnbind(queues.get(4), exchange, "#");
        broker.channel().queueUnbind(queues.get(1), exchange, "a.*.c");
        assertThat(reached(exchange, "a.b.c", queues))
                .containsExactly(true, false, false, false, false, true, false, false, false);
    }

    private String boundByHeaders(String exchange, Map<String, Object> arguments) throws IOException {
        String queue = broker.queue();
        broker.channel().queueBind(queue, exchange, "", arguments);
        return queue;
    }

    private boolean matches(Map<String, Object> binding, @Nullable Map<String, Object> message) throws IOException {
        String exchange = broker.exchange("headers");
        String queue = boundByHeaders(exchange, binding);
        broker.channel().basicPublish(exchange, "", headers(message), new byte[1]);
        return broker.drain(queue).size() == 1;
    }

    @Test
    void allHeadersMustMatchUnlessToldOtherwise() throws Exception {
        Map<String, Object> both = Map.of("a", 1, "b", "x");
        assertThat(matches(both, Map.of("a", 1, "b", "x"))).isTrue();
        assertThat(matches(both, Map.of("a", 1, "b", "x", "c", 3))).isTrue();
        assertThat(matches(both, Map.of("a", 1))).isFalse();
        assertThat(matches(both, Map.of("a", 1, "b", "y"))).isFalse();
        assertThat(matches(both, null)).isFalse();
    }

    @Test
    void withAllEveryHeaderMustMatch() throws Exception {
        Map<String, Object> all = Map.of("x-match", "all", "a", 1, "b", 2);
        assertThat(matches(all, Map.of("a", 1, "b", 2))).isTrue();
        assertThat(matches(all, Map.of("a", 1))).isFalse();
        assertThat(matches(all, Map.of("a", 1, "b", 3))).isFalse();
    }

    @Test
    void withAnyOneHeaderIsEnough() throws Exception {
        Map<String, Object> any = Map.of("x-match", "any", "a", 1, "b", 2);
        assertThat(matches(any, Map.of("a", 1))).isTrue();
        assertThat(matches(any, Map.of("a", 9, "b", 2))).isTrue();
        assertThat(matches(any, Map.of("a", 2, "b", 1))).isFalse();
        assertThat(matches(any, Map.of("c", 1))).isFalse();
        assertThat(matches(any, Map.of())).isFalse();
    }

    @Test
    void aBindingWithoutHeadersTakesAllOrNothing() throws Exception {
        assertThat(matches(Map.of(), null)).isTrue();
        assertThat(matches(Map.of(), Map.of("a", 1))).isTrue();
        assertThat(matches(Map.of("x-match", "all"), Map.of("a", 1))).isTrue();
        assertThat(matches(Map.of("x-match", "any"), Map.of("a", 1))).isFalse();
    }

    @Test
    void aVoidHeaderAsksForPresenceAlone() throws Exception {
        Map<String, Object> present = new HashMap<>();
        present.put("a", null);
        assertThat(matches(present, Map.of("a", "anything"))).isTrue();
        assertThat(matches(present, Map.of("b", 1))).isFalse();
    }

    @Test
    void numbersOfOtherWidthsAreEqualAndTextsAreNot() throws Exception {
        assertThat(matches(Map.of("a", 1), Map.of("a", 1L))).isTrue();
        assertThat(matches(Map.of("a", 1), Map.of("a", (short) 1))).isTrue();
        assertThat(matches(Map.of("a", 1), Map.of("a", "1"))).isFalse();
        assertThat(matches(Map.of("a", true), Map.of("a", true))).isTrue();
        assertThat(matches(Map.of("a", true), Map.of("a", "true"))).isFalse();
    }

    @Test
    void headersThatBeginWithXAreNotCompared() throws Exception {
        assertThat(matches(Map.of("x-match", "all", "x-a", 1, "b", 2), Map.of("b", 2)))
                .isTrue();
        assertThat(matches(Map.of("x-match", "any", "x-a", 1), Map.of("x-a", 1)))
                .isFalse();
    }

    @Test
    void headersThatBeginWithXAreComparedWhenAsked() throws Exception {
        assertThat(matches(Map.of("x-match", "all-with-x", "x-a", 1), Map.of("x-a", 1)))
                .isTrue();
        assertThat(matches(Map.of("x-match", "all-with-x", "x-a", 1), Map.of("x-a", 2)))
                .isFalse();
        assertThat(matches(Map.of("x-match", "any-with-x", "x-a", 1, "b", 1), Map.of("x-a", 1)))
                .isTrue();
        assertThat(matches(Map.of("x-match", "any-with-x", "x-a", 1, "b", 1), Map.of("x-a", 2)))
                .isFalse();
    }

    @Test
    void anUnknownMatchIsRefused() throws Exception {
        String exchange = broker.exchange("headers");
        String queue = broker.queue();
        assertThat(broker.reply(c -> c.queueBind(queue, exchange, "", Map.of("x-match", "some"))))
                .isEqualTo(
                        "channel 406 PRECONDITION_FAILED - Invalid x-match field value <<\"some\">>; expected all, any, all-with-x, or any-with-x");
        assertThat(broker.reply(c -> c.queueBind(queue, exchange, "", Map.of("x-match", 23))))
                .isEqualTo(
                        "channel 406 PRECONDITION_FAILED - Invalid x-match field type signedint (value 23); expected longstr");
    }

    @Test
    void bindingsWithOtherArgumentsAreOthers() throws Exception {
        String exchange = broker.exchange("headers");
        String queue = boundByHeaders(exchange, Map.of("a", 1));
        broker.channel().queueBind(queue, exchange, "", Map.of("a", 2));
        broker.channel().queueUnbind(queue, exchange, "", Map.of("a", 1));
        broker.channel().basicPublish(exchange, "", headers(Map.of("a", 1)), bytes("one"));
        broker.channel().basicPublish(exchange, "", headers(Map.of("a", 2)), bytes("two"));
        assertThat(broker.drain(queue)).containsExactly("two");
    }

    @Test
    void bindingAgainChangesNothing() throws Exception {
        String exchange = broker.exchange("direct");
        String queue = broker.bound(exchange, "k");
        broker.channel().queueBind(queue, exchange, "k");
        publish(exchange, "k");
        assertThat(broker.drain(queue)).hasSize(1);
        broker.channel().queueUnbind(queue, exchange, "k");
        publish(exchange, "k");
        assertThat(broker.drain(queue)).isEmpty();
    }

    @Test
    void unbindingWhatIsNotBoundSucceeds() throws Exception {
        String exchange = broker.exchange("direct");
        String queue = broker.bound(exchange, "k");
        broker.channel().queueUnbind(queue, exchange, "other");
        broker.channel().queueUnbind(queue, exchange, "k", Map.of("a", 1));
        publish(exchange, "k");
        assertThat(broker.drain(queue)).hasSize(1);
    }

    @Test
    void unbindingFromNowhereSucceeds() throws Exception {
        String queue = broker.queue();
        broker.channel().queueUnbind(queue, unique("none"), "k");
        broker.channel().queueUnbind(unique("none"), "amq.direct", "k");
        broker.channel().exchangeUnbind(unique("none"), "amq.direct", "k");
        broker.channel().exchangeUnbind("amq.direct", unique("none"), "k");
    }

    @Test
    void bindingAQueueThatIsNotThereIsNotFound() throws Exception {
        String queue = unique("none");
        assertThat(broker.reply(c -> c.queueBind(queue, "amq.direct", "k")))
                .isEqualTo("channel 404 NOT_FOUND - no queue '" + queue + "' in vhost '/'");
    }

    @Test
    void exchangesPassMessagesOnToExchanges() throws Exception {
        String source = broker.exchange("topic");
        String middle = broker.exchange("direct");
        String end = broker.exchange("fanout");
        broker.channel().exchangeBind(middle, source, "a.#");
        broker.channel().exchangeBind(end, middle, "a.b");
        List<String> queues = List.of(broker.bound(source, "#"), broker.bound(middle, "a.c"), broker.bound(end, ""));
        assertThat(reached(source, "a.b", queues)).containsExactly(true, false, true);
        assertThat(reached(source, "a.c", queues)).containsExactly(true, true, false);
        assertThat(reached(source, "b", queues)).containsExactly(true, false, false);
    }

    @Test
    void theFirstExchangeAndItsKeyAreWhatTheConsumerSees() throws Exception {
        String source = broker.exchange("topic");
        String end = broker.exchange("fanout");
        broker.channel().exchangeBind(end, source, "#");
        String queue = broker.bound(end, "");
        publish(source, "a.b");
        GetResponse response = broker.next(queue);
        assertThat(response.getEnvelope().getExchange()).isEqualTo(source);
        assertThat(response.getEnvelope().getRoutingKey()).isEqualTo("a.b");
    }

    @Test
    void circlesOfExchangesEnd() throws Exception {
        String one = broker.exchange("fanout");
        String two = broker.exchange("fanout");
        broker.channel().exchangeBind(two, one, "");
        broker.channel().exchangeBind(one, two, "");
        broker.channel().exchangeBind(one, one, "");
        List<String> queues = List.of(broker.bound(one, ""), broker.bound(two, ""));
        assertThat(reached(one, "k", queues)).containsExactly(true, true);
        assertThat(reached(two, "k", queues)).containsExactly(true, true);
    }

    @Test
    void twoWaysToAQueueDeliverOnce() throws Exception {
        String source = broker.exchange("fanout");
        String left = broker.exchange("fanout");
        String right = broker.exchange("topic");
        broker.channel().exchangeBind(left, source, "");
        broker.channel().exchangeBind(right, source, "");
        String queue = broker.bound(left, "");
        broker.channel().queueBind(queue, right, "#");
        publish(source, "k");
        assertThat(broker.drain(queue)).containsExactly("k");
    }

    @Test
    void anUnboundExchangeGetsNothingMore() throws Exception {
        String source = broker.exchange("fanout");
        String end = broker.exchange("fanout");
        broker.channel().exchangeBind(end, source, "k");
        broker.channel().exchangeBind(end, source, "k");
        String queue = broker.bound(end, "");
        publish(source, "k");
        broker.channel().exchangeUnbind(end, source, "k");
        publish(source, "k");
        assertThat(broker.drain(queue)).containsExactly("k");
    }

    @Test
    void withoutWaitingExchangesAreBoundAllTheSame() throws Exception {
        String source = broker.exchange("fanout");
        String end = broker.exchange("fanout");
        String queue = broker.bound(end, "");
        broker.channel().exchangeBindNoWait(end, source, "", null);
        publish(source, "k");
        assertThat(broker.drain(queue)).containsExactly("k");
    }

    @Test
    void anAlternateExchangeCatchesWhatIsNotRouted() throws Exception {
        String alternate = broker.exchange("fanout");
        String main = broker.exchange("direct", Map.of("alternate-exchange", alternate));
        List<String> queues = List.of(broker.bound(main, "k"), broker.bound(alternate, ""));
        assertThat(reached(main, "k", queues)).containsExactly(true, false);
        assertThat(reached(main, "other", queues)).containsExactly(false, true);
        assertThat(reached(alternate, "k", queues)).containsExactly(false, true);
    }

    @Test
    void alternateExchangesFollowEachOther() throws Exception {
        String last = broker.exchange("fanout");
        String second = broker.exchange("direct", Map.of("alternate-exchange", last));
        String first = broker.exchange("direct", Map.of("alternate-exchange", second));
        List<String> queues = List.of(broker.bound(first, "1"), broker.bound(second, "2"), broker.bound(last, ""));
        assertThat(reached(first, "1", queues)).containsExactly(true, false, false);
        assertThat(reached(first, "2", queues)).containsExactly(false, true, false);
        assertThat(reached(first, "3", queues)).containsExactly(false, false, true);
    }

    @Test
    void alternateExchangesInACircleEnd() throws Exception {
        String two = broker.newExchangeName();
        String one = broker.exchange("direct", Map.of("alternate-exchange", two));
        broker.channel().exchangeDeclare(two, "direct", false, false, Map.of("alternate-exchange", one));
        String queue = broker.bound(two, "2");
        assertThat(reached(one, "2", List.of(queue))).containsExactly(true);
        assertThat(reached(one, "3", List.of(queue))).containsExactly(false);
    }

    @Test
    void anAlternateExchangeThatIsNotThereLosesTheMessage() throws Exception {
        String main = broker.exchange("direct", Map.of("alternate-exchange", unique("none")));
        publish(main, "k");
        assertThat(broker.channel().isOpen()).isTrue();
        broker.queue();
    }

    @Test
    void whatAnAlternateExchangeRoutesIsNotReturned() throws Exception {
        String alternate = broker.exchange("fanout");
        broker.bound(alternate, "");
        String main = broker.exchange("direct", Map.of("alternate-exchange", alternate));
        List<String> returned = new CopyOnWriteArrayList<>();
        Channel channel = broker.channel();
        channel.addReturnListener(message -> returned.add(message.getRoutingKey()));
        channel.confirmSelect();
        channel.basicPublish(main, "caught", true, null, new byte[1]);
        channel.basicPublish("amq.direct", unique("nowhere"), true, null, new byte[1]);
        channel.waitForConfirmsOrDie(5_000);
        await().until(() -> returned.size() == 1);
        assertThat(returned.get(0)).startsWith("nowhere");
    }

    @Test
    void theAlternateExchangeIsAskedWhenAllOfAnExchangesBindingsAreDeadEnds() throws Exception {
        String alternate = broker.exchange("fanout");
        String caught = broker.bound(alternate, "");
        String empty = broker.exchange("fanout");
        String main = broker.exchange("fanout", Map.of("alternate-exchange", alternate));
        broker.channel().exchangeBind(empty, main, "");
        publish(main, "k");
        assertThat(broker.drain(caught)).isEmpty();
    }

    private static AMQP.BasicProperties copies(String header, @Nullable Object value) {
        Map<String, Object> headers = new HashMap<>();
        headers.put(header, value);
        return headers(headers);
    }

    @Test
    void copiesGoToTheKeysOfCc() throws Exception {
        List<String> queues = List.of(broker.queue(), broker.queue(), broker.queue());
        broker.channel().basicPublish("", queues.get(0), copies("CC", queues.subList(1, 3)), bytes("copy"));
        for (String queue : queues) {
            GetResponse response = broker.next(queue);
            assertThat(response.getProps().getHeaders().get("CC"))
                    .hasToString(queues.subList(1, 3).toString());
            assertThat(response.getEnvelope().getRoutingKey()).isEqualTo(queues.get(0));
        }
    }

    @Test
    void blindCopiesStaySecret() throws Exception {
        List<String> queues = List.of(broker.queue(), broker.queue());
        broker.channel().basicPublish("", queues.get(0), copies("BCC", List.of(queues.get(1))), bytes("copy"));
        for (String queue : queues) {
            GetResponse response = broker.next(queue);
            assertThat(response.getProps().getHeaders()).isNullOrEmpty();
        }
    }

    @Test
    void ccAndBccWorkThroughAnyExchange() throws Exception {
        String exchange = broker.exchange("topic");
        List<String> queues =
                List.of(broker.bound(exchange, "a.*"), broker.bound(exchange, "b.#"), broker.bound(exchange, "c"));
        Map<String, Object> headers = Map.of("CC", List.of("b.x"), "BCC", List.of("c", "nowhere"));
        broker.channel().basicPublish(exchange, "a.x", headers(headers), bytes("m"));
        for (String queue : queues) {
            assertThat(broker.drain(queue)).containsExactly("m");
        }
    }

    @Test
    void theSameQueueTwiceGetsOneCopy() throws Exception {
        String queue = broker.queue();
        broker.channel().basicPublish("", queue, copies("CC", List.of(queue, queue)), bytes("m"));
        assertThat(broker.drain(queue)).containsExactly("m");
    }

    @Test
    void ccMustBeAList() throws Exception {
        String queue = broker.queue();
        assertThat(broker.reply(c -> c.basicPublish("", queue, copies("CC", "text"), new byte[1])))
                .isEqualTo(
                        "channel 406 PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,\"CC\",longstr}");
        assertThat(broker.reply(c -> c.basicPublish("", queue, copies("CC", null), new byte[1])))
                .isEqualTo(
                        "channel 406 PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,\"CC\",void}");
        assertThat(broker.reply(c -> c.basicPublish("", queue, copies("BCC", 5), new byte[1])))
                .isEqualTo(
                        "channel 406 PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,\"BCC\",signedint}");
    }

    @Test
    void whatIsNoTextInCcIsRefusedOrSkipped() throws Exception {
        String queue = broker.queue();
        String other = broker.queue();
        broker.channel().basicPublish("", queue, copies("CC", Arrays.asList(5, other)), bytes("m"));
        assertThat(broker.drain(queue)).containsExactly("m");
    }
}
