package io.jumpmq.broker.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.broker.catalog.Policy.Target;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.broker.queue.QueueSettings.Overflow;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which policy counts for what, and what it comes to together with arguments and an operator's policy. */
class PolicyTest {
    private static final String V = CatalogUnderTest.V;

    private final CatalogUnderTest catalog = new CatalogUnderTest();

    private void policy(String name, String pattern, Target target, int priority, Map<String, Object> definition) {
        catalog.run(new Command.SetPolicy(V, Policy.of(name, pattern, target, priority, definition, false)));
    }

    private void operatorPolicy(String name, String pattern, Map<String, Object> definition) {
        catalog.run(new Command.SetPolicy(V, Policy.of(name, pattern, Target.QUEUES, 0, definition, true)));
    }

    @Test
    void aQueueFollowsThePolicyOfTheHighestPriorityThatFits() {
        policy("low", "^q", Target.ALL, 1, Map.of("max-length", 10, "message-ttl", 5));
        policy("high", "^q", Target.QUEUES, 2, Map.of("max-length", 20L));
        policy("others", "^z", Target.QUEUES, 9, Map.of("max-length", 30));
        policy("exchanges", "^q", Target.EXCHANGES, 9, Map.of("alternate-exchange", "ae"));
        QueueRecord queue = catalog.queue("q1", Map.of());
        assertThat(queue.policy().policy()).extracting(Policy::name).isEqualTo("high");
        assertThat(queue.settings().maxLength()).hasValue(20);
        assertThat(queue.settings().messageTtlMillis())
                .as("one policy, not a mixture")
                .isEmpty();
        assertThat(catalog.queue("other", Map.of()).policy()).isEqualTo(EffectivePolicy.NONE);
    }

    @Test
    void aPolicyForOneTypeOfQueueCountsForNoOther() {
        QueueRecord classic = catalog.queue("q-classic", Map.of("x-queue-type", "classic"));
        QueueRecord quorum = catalog.queue("q-quorum", Map.of("x-queue-type", "quorum"));
        Map<Target, List<QueueRecord>> fitting = Map.of(
                Target.ALL, List.of(classic, quorum),
                Target.QUEUES, List.of(classic, quorum),
                Target.CLASSIC_QUEUES, List.of(classic),
                Target.QUORUM_QUEUES, List.of(quorum),
                Target.STREAMS, List.of(),
                Target.EXCHANGES, List.of());
        assertThat(fitting).containsOnlyKeys(Target.values());
        fitting.forEach((target, queues) -> {
            policy("p", "^q", target, 0, Map.of("max-length", 3));
            for (QueueRecord queue : List.of(classic, quorum)) {
                assertThat(queue.settings().maxLength().isPresent())
                        .as("%s follows a policy for %s", queue, target)
                        .isEqualTo(queues.contains(queue));
            }
        });
    }

    @Test
    void aPolicyThatComesOrGoesChangesQueuesThatAreThere() {
        QueueRecord queue = catalog.queue("q", Map.of());
        policy("p", "q", Target.QUEUES, 0, Map.of("max-length", 3, "overflow", "reject-publish"));
        assertThat(queue.settings().maxLength()).hasValue(3);
        assertThat(queue.settings().overflow()).isEqualTo(Overflow.REJECT_PUBLISH);
        catalog.run(new Command.DeletePolicy(V, "p", false));
        assertThat(queue.settings().maxLength()).isEmpty();
        policy("z", "no such", Target.QUEUES, 0, Map.of("max-length", 3));
        assertThat(catalog.told).containsExactly("changed q", "changed q");
    }

    @Test
    void ofTwoBoundsTheTighterCountsAndElseTheArgument() {
        policy(
                "p",
                "",
                Target.QUEUES,
                0,
                Map.of("max-length", 10, "message-ttl", 1000, "dead-letter-exchange", "dlx", "expires", 5));
        operatorPolicy("o", "", Map.of("message-ttl", 500, "max-length-bytes", 7));
        QueueRecord queue =
                catalog.queue("q", Map.of("x-max-length", 20, "x-message-ttl", 400, "x-dead-letter-exchange", "mine"));
        assertThat(queue.settings().maxLength()).hasValue(10);
        assertThat(queue.settings().messageTtlMillis()).hasValue(400);
        assertThat(queue.settings().maxLengthBytes()).hasValue(7);
        assertThat(queue.settings().expiresMillis()).hasValue(5);
        assertThat(queue.settings().deadLetterExchange()).isEqualTo("mine");
        QueueRecord plain = catalog.queue("plain", Map.of());
        assertThat(plain.settings().messageTtlMillis()).as("the operator's").hasValue(500);
        assertThat(plain.settings().deadLetterExchange()).isEqualTo("dlx");
    }

    @Test
    void aDeadLettersKeyIsAShortString() {
        String key = "é".repeat(128);
        assertThatThrownBy(() ->
                        catalog.queue("q", Map.of("x-dead-letter-exchange", "mine", "x-dead-letter-routing-key", key)))
                .isInstanceOf(AmqpException.class)
                .hasMessageContaining("x-dead-letter-routing-key");
    }

    @Test
    void anAlternateExchangeMayComeFromAPolicy() {
        catalog.run(
                new Command.DeclareExchange(V, "x", "direct", true, false, false, FieldTable.EMPTY, TestIds.CLIENT));
        ExchangeRecord exchange = catalog.vhost().requireExchange("x");
        policy("ae", "^x$", Target.EXCHANGES, 0, Map.of("alternate-exchange", "amq.fanout"));
        assertThat(exchange.alternate()).isEqualTo("amq.fanout");
        catalog.run(new Command.DeletePolicy(V, "ae", false));
        assertThat(exchange.alternate()).isNull();
    }

    @Test
    void theDefaultExchangeFollowsNoPolicy() {
        policy("all", ".*", Target.EXCHANGES, 0, Map.of("alternate-exchange", "amq.fanout"));
        operatorPolicy("operator", "", Map.of("max-length", 1));
        ExchangeRecord exchange = catalog.vhost().requireExchange(VirtualHost.DEFAULT_EXCHANGE);
        assertThat(exchange.policy()).isEqualTo(EffectivePolicy.NONE);
        assertThat(exchange.alternate()).isNull();
        assertThat(catalog.vhost().requireExchange("amq.direct").alternate()).isEqualTo("amq.fanout");
    }

    @Test
    void theSamePolicyAgainChangesNothing() {
        policy("p", "^q", Target.QUEUES, 0, Map.of("max-length", 10));
        assertThat(catalog.run(new Command.SetPolicy(
                        V, Policy.of("p", "^q", Target.QUEUES, 0, Map.of("max-length", 10L), false))))
                .isEmpty();
    }

    @Test
    void whatMakesNoSenseIsRefusedWithItsReason() {
        refused("no policy provided", Map.of());
        refused("[max-lenght] are not recognised policy settings", Map.of("max-lenght", 1));
        refused("-1 is not a valid maximum length", Map.of("max-length", -1));
        refused("0 is not a valid queue expiry", Map.of("expires", 0));
        refused("1.5 is not a valid message TTL", Map.of("message-ttl", 1.5));
        refused("drop is not a valid overflow value", Map.of("overflow", "drop"));
        refused("a dead letter routing key has at most 255 bytes", Map.of("dead-letter-routing-key", "é".repeat(128)));
        refused("7 is not a valid dead letter exchange name", Map.of("dead-letter-exchange", 7));
        assertThatThrownBy(() -> Policy.of("p", "(", Target.ALL, 0, Map.of("expires", 1), false))
                .isInstanceOf(AmqpException.class)
                .hasMessageContaining("is no regular expression");
        assertThatThrownBy(() -> Policy.of("p", "x".repeat(300_000), Target.ALL, 0, Map.of("expires", 1), false))
                .isInstanceOf(AmqpException.class)
                .hasMessageContaining("more than 4096 characters");
        assertThatThrownBy(() -> Policy.of("p", "", Target.ALL, 0, Map.of("alternate-exchange", "a"), true))
                .isInstanceOf(AmqpException.class)
                .hasMessageContaining("not recognised operator policy settings");
    }

    private static void refused(String reason, Map<String, Object> definition) {
        assertThatThrownBy(() -> Policy.of("p", "", Target.ALL, 0, definition, false))
                .isInstanceOf(AmqpException.class)
                .hasMessage("Validation failed: " + reason);
    }
}
