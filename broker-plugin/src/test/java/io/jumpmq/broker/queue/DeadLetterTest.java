package io.jumpmq.broker.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.EncodedProperties;
import io.jumpmq.broker.message.Message;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
    private static final long NOW = 1_700_000_000_999L;

    @Test
    void firstDeathIsToldInFull() {
        Message dead = message(Map.of("kept", "yes"), "60000");

        DeadLetter letter = DeadLetter.of(dead, DeathReason.EXPIRED, "q1", "dlx", null, NOW);

        assertThat(letter.message().exchange()).isEqualTo("dlx");
        assertThat(letter.message().routingKeyText()).isEqualTo("key");
        assertThat(letter.message().body()).isSameAs(dead.body());
        assertThat(headers(letter))
                .isEqualTo(FieldTable.of(Map.of(
                        "kept",
                        "yes",
                        "x-first-death-reason",
                        "expired",
                        "x-first-death-queue",
                        "q1",
                        "x-first-death-exchange",
                        "origin",
                        "x-death",
                        List.of(FieldTable.of(Map.of(
                                "count",
                                1L,
                                "reason",
                                "expired",
                                "queue",
                                "q1",
                                "time",
                                Instant.ofEpochSecond(1_700_000_000L),
                                "exchange",
                                "origin",
                                "routing-keys",
                                List.of("key"),
                                "original-expiration",
                                "60000"))))));
    }

    @Test
    void countAndTimeHaveTheTypesThatClientsExpect() {
        FieldTable death =
                deaths(die(message(Map.of(), null), DeathReason.REJECTED, "q1")).get(0);

        assertThat(death.get("count")).isInstanceOf(Long.class);
        assertThat(death.get("time")).isInstanceOf(Instant.class);
    }

    @Test
    void messageWithoutHeadersGetsSome() {
        Message bare = new Message(
                "origin", "key".getBytes(UTF_8), BasicFormat.INSTANCE.header(MessageProperties.NONE), new byte[0]);

        assertThat(deaths(die(bare, DeathReason.MAXLEN, "q1"))).hasSize(1);
    }

    @Test
    void deadLetterDoesNotExpireAgain() {
        Message letter =
                die(message(Map.of(), "10"), DeathReason.REJECTED, "q1").message();

        assertThat(letter.header().properties().expiration()).isNull();
        assertThat(letter.header().expirationMillis()).isEqualTo(QueueEntry.NEVER);
    }

    @Test
    void otherPropertiesStayAsTheyWere() {
        MessageProperties before = new MessageProperties(
                "text/plain", "gzip", null, 2, 7, "c", "r", null, "m", 42L, "t", "guest", "app", "cluster");
        Message dead = new Message("origin", "key".getBytes(UTF_8), BasicFormat.INSTANCE.header(before), new byte[0]);

        MessageProperties after =
                die(dead, DeathReason.REJECTED, "q1").message().header().properties();

        assertThat(after.headers()).isNotNull();
        assertThat(EncodedProperties.withHeaders(BasicProperties.encode(after), FieldTable.EMPTY))
                .isEqualTo(BasicProperties.encode(before));
    }

    @Test
    void latestDeathComesFirst() {
        DeadLetter third = dieInTurn("q1", "q2", "q3");

        assertThat(deaths(third)).extracting(death -> death.text("queue")).containsExactly("q3", "q2", "q1");
        assertThat(headers(third).text("x-first-death-queue")).isEqualTo("q1");
    }

    @Test
    void deathForTheSameReasonInTheSameQueueIsCountedAndComesToTheFront() {
        DeadLetter again = dieInTurn("q1", "q2", "q3", "q2");

        assertThat(deaths(again)).extracting(death -> death.text("queue")).containsExactly("q2", "q3", "q1");
        assertThat(deaths(again)).extracting(death -> death.get("count")).containsExactly(2L, 1L, 1L);
    }

    @Test
    void deathForAnotherReasonInTheSameQueueIsAnother() {
        DeadLetter first = die(message(Map.of(), null), DeathReason.EXPIRED, "q1");
        DeadLetter second = die(first.message(), DeathReason.REJECTED, "q1");

        assertThat(deaths(second)).extracting(death -> death.text("reason")).containsExactly("rejected", "expired");
    }

    @Test
    void keysOfTheDeathAreAllThatTheMessageWasSentTo() {
        Message dead = message(Map.of("CC", List.of("copy1", "copy2")), null);

        DeadLetter letter = die(dead, DeathReason.REJECTED, "q1");

        assertThat(deaths(letter).get(0))
                .extracting(death -> death.get("routing-keys"))
                .hasToString("[key, copy1, copy2]");
        assertThat(headers(letter).get("CC")).hasToString("[copy1, copy2]");
    }

    @Test
    void newRoutingKeyReplacesAllOldOnes() {
        Message dead = message(Map.of("CC", List.of("copy")), null);

        DeadLetter letter = DeadLetter.of(dead, DeathReason.REJECTED, "q1", "dlx", "new", NOW);

        assertThat(letter.message().routingKeyText()).isEqualTo("new");
        assertThat(headers(letter).get("CC")).isNull();
    }

    @Test
    void headerThatIsNoListIsReplaced() {
        DeadLetter letter = die(message(Map.of("x-death", "text"), null), DeathReason.REJECTED, "q1");

        assertThat(deaths(letter)).hasSize(1);
        assertThat(headers(letter).get("x-first-death-queue")).isNull();
    }

    @Test
    void deathsThatPublishersWroteAreCountedTogether() {
        FieldTable written = FieldTable.of(Map.of("queue", "q1", "reason", "rejected"));
        Message dead = message(Map.of("x-death", List.of("text", written, written)), null);

        List<?> deaths =
                (List<?>) headers(die(dead, DeathReason.REJECTED, "q1")).get("x-death");

        assertThat(deaths).isNotNull().hasSize(2);
        assertThat(deaths.get(0)).isEqualTo(FieldTable.of(Map.of("queue", "q1", "reason", "rejected", "count", 3L)));
        assertThat(deaths.get(1)).hasToString("text");
    }

    @Test
    void deathsOfOtherKindsThatPublishersWroteAreFoldedToo() {
        FieldTable written = FieldTable.of(Map.of("queue", "q2", "reason", "expired"));
        FieldTable counted = FieldTable.of(Map.of("queue", "q3", "reason", "expired", "count", 7L));
        Message dead = message(Map.of("x-death", List.of(written, counted, "text", written, counted)), null);

        List<?> deaths =
                (List<?>) headers(die(dead, DeathReason.REJECTED, "q1")).get("x-death");

        assertThat(deaths).isNotNull().hasSize(4);
        assertThat(deaths.get(1)).isEqualTo(FieldTable.of(Map.of("queue", "q2", "reason", "expired", "count", 2L)));
        assertThat(deaths.get(2)).isEqualTo(counted);
        assertThat(deaths.get(3)).hasToString("text");
    }

    @Test
    void queueThatItDiedInWithoutAConsumersDoingIsACycle() {
        DeadLetter letter = dieInTurn("q1", "q2", "q3");

        assertThat(letter.closesCycle("q1")).isTrue();
        assertThat(letter.closesCycle("q3")).isTrue();
        assertThat(letter.closesCycle("q4")).isFalse();
    }

    @Test
    void rejectedMessageMayGoAnywhere() {
        DeadLetter letter = die(dieInTurn("q1", "q2").message(), DeathReason.REJECTED, "q2");

        assertThat(letter.closesCycle("q1")).isFalse();
        assertThat(letter.closesCycle("q2")).isFalse();
    }

    @Test
    void rejectionOnTheWayRoundBreaksTheCycle() {
        DeadLetter rejected = die(dieInTurn("q1").message(), DeathReason.REJECTED, "q2");
        DeadLetter letter = die(rejected.message(), DeathReason.EXPIRED, "q3");

        assertThat(letter.closesCycle("q1")).isFalse();
        assertThat(letter.closesCycle("q2")).isFalse();
        assertThat(letter.closesCycle("q3")).isTrue();
    }

    @Test
    void rejectionBeforeTheCycleDoesNotBreakIt() {
        DeadLetter rejected = die(message(Map.of(), null), DeathReason.REJECTED, "q0");
        DeadLetter first = die(rejected.message(), DeathReason.EXPIRED, "q1");
        DeadLetter second = die(first.message(), DeathReason.MAXLEN, "q2");

        assertThat(second.closesCycle("q1")).isTrue();
    }

    @Test
    void deathThatAPublisherInventedBreaksTheCycle() {
        FieldTable old = FieldTable.of(Map.of("queue", "q1", "reason", "expired", "count", 1L));
        Message dead = message(Map.of("x-death", List.of("text", old)), null);

        assertThat(die(dead, DeathReason.EXPIRED, "q2").closesCycle("q1")).isFalse();
    }

    private static Message message(Map<String, ?> headers, @Nullable String expiration) {
        MessageProperties properties = new MessageProperties(
                null, null, null, null, null, null, null, expiration, null, null, null, null, null, null);
        return new Message(
                "origin",
                "key".getBytes(UTF_8),
                BasicFormat.INSTANCE.header(properties).withHeaders(FieldTable.of(headers)),
                "body".getBytes(UTF_8));
    }

    private static DeadLetter die(Message message, DeathReason reason, String queue) {
        return DeadLetter.of(message, reason, queue, "dlx", null, NOW);
    }

    /** A message that expired in one queue after the other. */
    private static DeadLetter dieInTurn(String first, String... others) {
        DeadLetter letter = die(message(Map.of(), null), DeathReason.EXPIRED, first);
        for (String queue : others) {
            letter = die(letter.message(), DeathReason.EXPIRED, queue);
        }
        return letter;
    }

    private static FieldTable headers(DeadLetter letter) {
        assertThat(letter.message().header().hasHeaders()).isTrue();
        return letter.message().header().headers();
    }

    private static List<FieldTable> deaths(DeadLetter letter) {
        List<?> deaths = (List<?>) headers(letter).get("x-death");
        assertThat(deaths).isNotNull();
        return deaths.stream().map(FieldTable.class::cast).toList();
    }
}
