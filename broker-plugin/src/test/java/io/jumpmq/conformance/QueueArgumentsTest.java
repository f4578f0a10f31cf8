package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a queue may be declared with, and RabbitMQ's words for what it may not. */
class QueueArgumentsTest {
    private static final long HUGE = 315_360_000_001L;

    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("x-message-ttl", -1, "{value_negative,-1}"),
                Arguments.of("x-message-ttl", HUGE, "{value_too_large,315360000001}"),
                Arguments.of("x-message-ttl", "5", "\"expected integer, got longstr\""),
                Arguments.of("x-message-ttl", 5.5, "\"expected integer, got double\""),
                Arguments.of("x-message-ttl", true, "\"expected integer, got bool\""),
                Arguments.of("x-expires", 0, "{value_zero,0}"),
                Arguments.of("x-expires", -1, "{value_negative,-1}"),
                Arguments.of("x-expires", HUGE, "{value_too_large,315360000001}"),
                Arguments.of("x-expires", "5", "\"expected integer, got longstr\""),
                Arguments.of("x-max-length", -1, "{value_negative,-1}"),
                Arguments.of("x-max-length", "five", "\"expected integer, got longstr\""),
                Arguments.of("x-max-length-bytes", -1, "{value_negative,-1}"),
                Arguments.of("x-max-length-bytes", "five", "\"expected integer, got longstr\""),
                Arguments.of("x-max-priority", -1, "{value_negative,-1}"),
                Arguments.of("x-max-priority", 256, "{max_value_exceeded,256}"),
                Arguments.of("x-max-priority", "five", "\"expected integer, got longstr\""),
                Arguments.of("x-overflow", "nonsense", "invalid_overflow"),
                Arguments.of("x-overflow", 5, "{unacceptable_type,signedint}"),
                Arguments.of("x-dead-letter-routing-key", "k", "routing_key_but_no_dlx_defined"),
                Arguments.of("x-dead-letter-routing-key", 5, "{unacceptable_type,signedint}"),
                Arguments.of("x-single-active-consumer", "true", "{unacceptable_type,longstr}"),
                Arguments.of("x-single-active-consumer", 1, "{unacceptable_type,signedint}"),
                Arguments.of("x-queue-mode", "nonsense", "\"unsupported queue mode 'nonsense'\""),
                Arguments.of("x-queue-mode", 5, "{unacceptable_type,signedint}"),
                Arguments.of("x-queue-version", 3, "\"unsupported queue version '3'\""));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void argumentsThatMakeNoSenseAreRefused(String name, Object value, String expected) throws Exception {
        String queue = unique("q");
        assertThat(broker.reply(c -> c.queueDeclare(queue, false, true, false, Map.of(name, value))))
                .isEqualTo("channel 406 PRECONDITION_FAILED - invalid arg '" + name + "' for queue '" + queue
                        + "' in vhost '/': " + expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-message-ttl",
                "x-expires",
                "x-max-length",
                "x-max-length-bytes",
                "x-max-priority",
                "x-overflow",
                "x-dead-letter-exchange",
                "x-dead-letter-routing-key",
                "x-single-active-consumer",
                "x-queue-mode",
                "x-queue-version",
                "x-queue-type"
            })
    void nothingIsNoValue(String name) throws Exception {
        Map<String, Object> arguments = Collections.singletonMap(name, null);
        assertThat(broker.reply(c -> c.queueDeclare(unique("q"), false, true, false, arguments)))
                .startsWith("channel 406 PRECONDITION_FAILED - invalid ")
                .contains("void")
                .contains(name);
        String queue = broker.queue();
        assertThat(broker.reply(c -> c.queueDeclare(queue, false, true, false, arguments)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - inequivalent arg '" + name + "' for queue '" + queue
                        + "' in vhost '/': received the value 'undefined' of type 'void' but current is none");
    }

    @Test
    void aDeadLetterExchangeIsAText() throws Exception {
        String queue = unique("q");
        assertThat(broker.reply(c -> c.queueDeclare(queue, false, true, false, Map.of("x-dead-letter-exchange", 5))))
                .isEqualTo("channel 406 PRECONDITION_FAILED - invalid type 'signedint' for arg"
                        + " 'x-dead-letter-exchange' in queue '" + queue + "' in vhost '/'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-delivery-limit",
                "x-dead-letter-strategy",
                "x-max-in-memory-length",
                "x-max-in-memory-bytes",
                "x-quorum-initial-group-size",
                "x-max-age",
                "x-initial-cluster-size",
                "x-stream-max-segment-size-bytes"
            })
    void argumentsOfOtherTypesOfQueuesAreRefused(String name) throws Exception {
        String queue = unique("q");
        assertThat(broker.reply(c -> c.queueDeclare(queue, false, true, false, Map.of(name, 5))))
                .isEqualTo("channel 406 PRECONDITION_FAILED - invalid arg '" + name + "' for queue '" + queue
                        + "' in vhost '/' of queue type rabbit_classic_queue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-max-priority", "x-queue-mode", "x-queue-version", "x-max-age", "x-initial-cluster-size"})
    void argumentsOfOtherTypesAreRefusedForAQuorumQueue(String name) throws Exception {
        String queue = unique("q");
        Map<String, Object> arguments = Map.of("x-queue-type", "quorum", name, 5);
        assertThat(broker.reply(c -> c.queueDeclare(queue, true, false, false, arguments)))
                .isEqualTo("channel 406 PRECONDITION_FAILED - invalid arg '" + name + "' for queue '" + queue
                        + "' in vhost '/' of queue type rabbit_quorum_queue");
    }

    static Stream<Arguments> taken() {
        return Stream.of(
                Arguments.of("x-message-ttl", 0),
                Arguments.of("x-message-ttl", (byte) 5),
                Arguments.of("x-message-ttl", (short) 5),
                Arguments.of("x-message-ttl", 5L),
                Arguments.of("x-message-ttl", 315_360_000_000L),
                Arguments.of("x-expires", 60_000),
                Arguments.of("x-max-length", 0),
                Arguments.of("x-max-length-bytes", HUGE),
                Arguments.of("x-max-priority", 0),
                Arguments.of("x-max-priority", 255),
                Arguments.of("x-overflow", "drop-head"),
                Arguments.of("x-overflow", "reject-publish"),
                Arguments.of("x-overflow", "reject-publish-dlx"),
                Arguments.of("x-dead-letter-exchange", "not there"),
                Arguments.of("x-dead-letter-exchange", ""),
                Arguments.of("x-single-active-consumer", false),
                Arguments.of("x-queue-mode", "lazy"),
                Arguments.of("x-queue-mode", "default"),
                Arguments.of("x-queue-version", 1),
                Arguments.of("x-queue-master-locator", "client-local"),
                Arguments.of("x-queue-type", "classic"),
                Arguments.of("mine", List.of(1, "a", Map.of("b", 2))));
    }

    @ParameterizedTest
    @MethodSource("taken")
    void argumentsThatMakeSenseAreTaken(String name, Object value) throws Exception {
        String queue = broker.queue(Map.of(name, value));
        broker.channel().queueDeclare(queue, false, true, false, Map.of(name, value));
    }
}
