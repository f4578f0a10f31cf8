package io.jumpmq.conformance;

import static io.jumpmq.conformance.BrokerUnderTest.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.LongString;
import io.jumpmq.conformance.RawAmqp.Octets;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is published comes back as it was, unless it breaks a rule. */
class MessageTest {
    private static final Date TIME = Date.from(Instant.ofEpochSecond(1_700_000_000));

    @RegisterExtension
    final BrokerUnderTest broker = new BrokerUnderTest();

    private GetResponse sent(AMQP.BasicProperties properties, byte[] body) throws Exception {
        String queue = broker.queue();
        broker.channel().basicPublish("", queue, properties, body);
        return broker.next(queue);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4_000, 131_064, 131_065, 1_000_000})
    void bodiesOfAllSizesComeBack(int size) throws Exception {
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        assertThat(sent(new AMQP.BasicProperties(), body).getBody()).isEqualTo(body);
    }

    @Test
    void allPropertiesComeBack() throws Exception {
        AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                .contentType("text/plain")
                .contentEncoding("utf-8")
                .headers(Map.of("text", "Grüße"))
                .deliveryMode(2)
                .priority(3)
                .correlationId("c")
                .replyTo("r")
                .expiration("60000")
                .messageId("m")
                .timestamp(TIME)
                .type("t")
                .userId("guest")
                .appId("a")
                .clusterId("k")
                .build();
        assertThat(sent(properties, new byte[1]).getProps()).hasToString(properties.toString());
    }

    @Test
    void noPropertiesComeBackAsNone() throws Exception {
        AMQP.BasicProperties properties = new AMQP.BasicProperties();
        assertThat(sent(properties, new byte[1]).getProps()).hasToString(properties.toString());
    }

    static Stream<Object> values() {
        return Stream.of(
                true,
                (byte) -5,
                (short) -300,
                42,
                1L << 40,
                Long.MIN_VALUE,
                1.5f,
                2.5d,
                new BigDecimal("12.34"),
                TIME,
                List.of(1, 2L, true),
                List.of(),
                Map.of("a", Map.of("b", 1)),
                Map.of());
    }

    @ParameterizedTest
    @MethodSource("values")
    void headersOfAllTypesComeBack(Object value) throws Exception {
        AMQP.BasicProperties properties =
                new AMQP.BasicProperties.Builder().headers(Map.of("h", value)).build();
        assertThat(sent(properties, new byte[1]).getProps().getHeaders()).containsEntry("h", value);
    }

    @Test
    void textsVoidAndOctetsComeBack() throws Exception {
        Map<String, Object> headers = new HashMap<>();
        headers.put("void", null);
        headers.put("octets", new byte[] {0, -1, 5});
        headers.put("text", "é".repeat(1_000));
        headers.put("list", Arrays.asList("a", null, List.of("b")));
        headers.put("", "a name may be empty");
        Map<String, Object> after = sent(
                        new AMQP.BasicProperties.Builder().headers(headers).build(), new byte[1])
                .getProps()
                .getHeaders();
        assertThat(after).hasSize(5).containsEntry("void", null);
        assertThat((byte[]) after.get("octets")).containsExactly(0, -1, 5);
        assertThat(after.get("text")).isInstanceOf(LongString.class).hasToString("é".repeat(1_000));
        assertThat(after.get("list")).hasToString("[a, null, [b]]");
        assertThat(after.get("")).hasToString("a name may be empty");
    }

    /** Names, types and values of headers that many clients cannot send, and some read as other types. */
    private static List<Octets> rareHeaders() {
        return List.of(
                new Octets().shortText("octet").u8('B').u8(200),
                new Octets().shortText("short").u8('u').u16(60_000),
                new Octets().shortText("int").u8('i').u32((int) 4_000_000_000L),
                new Octets().shortText("ticks").u8('T').u64(638_400_000_000_000_000L),
                new Octets()
                        .shortText("list")
                        .u8('A')
                        .table(new Octets().u8('B').u8(200).u8('u').u16(60_000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dead-lettered", "through a quorum queue", "as a direct reply"})
    void headersThatNothingChangesComeBackOctetForOctet(String way) throws Exception {
        String end = broker.sharedQueue(Map.of());
        String queue = switch (way) {
            case "dead-lettered" ->
                broker.sharedQueue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", end));
            case "through a quorum queue" -> {
                String quorum = broker.newQueueName();
                broker.channel().queueDeclare(quorum, true, false, false, Map.of("x-queue-type", "quorum"));
                end = quorum;
                yield quorum;
            }
            default -> end;
        };
        boolean replies = way.equals("as a direct reply");
        Octets all = new Octets();
        rareHeaders().forEach(header -> all.raw(header.toBytes()));
        try (RawAmqp raw = RawAmqp.openChannel()) {
            if (replies) {
                raw.send(
                        1,
                        RawAmqp.BASIC_CONSUME,
                        a -> a.u16(0)
                                .shortText("amq.rabbitmq.reply-to")
                                .shortText("replies")
                                .u8(2)
                                .emptyTable());
                raw.expect(RawAmqp.BASIC_CONSUME_OK);
            }
            raw.sendPublish(1, queue);
            Octets properties = new Octets().u16(60).u16(0).u64(0).u16(replies ? 0x2200 : 0x2100);
            properties.table(all).shortText(replies ? "amq.rabbitmq.reply-to" : way.startsWith("dead") ? "1" : "60000");
            raw.sendFrame(RawAmqp.HEADER, 1, properties.toBytes());
            String from = end;
            byte[] header = BrokerUnderTest.await().until(() -> raw.get(1, from), Objects::nonNull);
            for (Octets sent : rareHeaders()) {
                assertThat(HexFormat.of().formatHex(header))
                        .contains(HexFormat.of().formatHex(sent.toBytes()));
            }
        }
    }

    @Test
    void manyHeadersComeBack() throws Exception {
        Map<String, Object> headers = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            headers.put("header-" + i, i);
        }
        assertThat(sent(new AMQP.BasicProperties.Builder().headers(headers).build(), new byte[1])
                        .getProps()
                        .getHeaders())
                .isEqualTo(headers);
    }

    @Test
    void exchangeAndKeyComeAlong() throws Exception {
        String key = "é".repeat(127);
        String queue = broker.bound("amq.direct", key);
        broker.channel().basicPublish("amq.direct", key, null, new byte[1]);
        GetResponse response = broker.next(queue);
        assertThat(response.getEnvelope().getExchange()).isEqualTo("amq.direct");
        assertThat(response.getEnvelope().getRoutingKey()).isEqualTo(key);
    }

    @Test
    void onesOwnNameIsTaken() throws Exception {
        AMQP.BasicProperties properties =
                new AMQP.BasicProperties.Builder().userId("guest").build();
        assertThat(sent(properties, new byte[1]).getProps().getUserId()).isEqualTo("guest");
    }

    @Test
    void anotherUsersNameIsRefused() throws Exception {
        AMQP.BasicProperties properties =
                new AMQP.BasicProperties.Builder().userId("root").build();
        assertThat(broker.reply(c -> c.basicPublish("", "k", properties, new byte[1])))
                .isEqualTo(
                        "channel 406 PRECONDITION_FAILED - user_id property set to 'root' but authenticated user was 'guest'");
    }

    @Test
    void immediateIsNotThere() throws Exception {
        assertThat(broker.reply(c -> c.basicPublish("", "k", false, true, null, new byte[1])))
                .isEqualTo("connection 540 NOT_IMPLEMENTED - immediate=true");
    }

    @Test
    void publishingToNoExchangeEndsTheChannel() throws Exception {
        String exchange = unique("none");
        assertThat(broker.reply(c -> c.basicPublish(exchange, "k", null, new byte[1])))
                .isEqualTo("channel 404 NOT_FOUND - no exchange '" + exchange + "' in vhost '/'");
    }

    @Test
    void whatCameBeforeAMistakeIsThere() throws Exception {
        String queue = broker.queue();
        assertThat(broker.reply(c -> {
                    c.basicPublish("", queue, null, BrokerUnderTest.bytes("before"));
                    c.basicPublish(unique("none"), "k", null, new byte[1]);
                    c.basicPublish("", queue, null, BrokerUnderTest.bytes("after"));
                }))
                .startsWith("channel 404");
        assertThat(broker.drain(queue, 1)).containsExactly("before");
        assertThat(broker.drain(queue)).isEmpty();
    }
}
