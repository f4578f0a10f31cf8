package io.jumpmq.broker.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.broker.exchange.ConsistentHashExchange;
import io.jumpmq.broker.queue.QueueSettings;
import io.jumpmq.broker.queue.QueueSettings.Overflow;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing that is accepted is without effect: every argument and policy key that the catalog reads reaches the rules of
 * the queue or exchange, and there is a test of what it does there. Who adds one has to add both. The same goes for what
 * messages, bindings, consumers and clients say of themselves.
 */
class EffectsTest {
    private static final Map<String, Object> QUORUM = Map.of("x-queue-type", "quorum");
    private static final Map<String, Object> LETTERING = Map.of("x-dead-letter-exchange", "dlx");
    private static final Map<String, Object> SAFE_LETTERING =
            Map.of("x-queue-type", "quorum", "x-dead-letter-exchange", "dlx", "x-overflow", "reject-publish");

    private final CatalogUnderTest catalog = new CatalogUnderTest();

    /**
     * What one of them comes to.
     *
     * @param with what it means something together with
     * @param test where its effect shows, as {@code package.Class#method}
     */
    private record Effect(
            Object value,
            Map<String, Object> with,
            Function<QueueSettings, Object> rule,
            Object expected,
            String test) {}

    private static Map<String, Effect> arguments() {
        Map<String, Effect> effects = new LinkedHashMap<>();
        effects.put(
                "x-queue-type",
                new Effect("quorum", Map.of(), QueueSettings::quorum, true, "conformance.QuorumQueueTest#*"));
        effects.put(
                "x-expires",
                new Effect(
                        5,
                        Map.of(),
                        QueueSettings::expiresMillis,
                        OptionalLong.of(5),
                        "conformance.ExpiryTest#anUnusedQueueExpires"));
        effects.put(
                "x-message-ttl",
                new Effect(
                        5,
                        Map.of(),
                        QueueSettings::messageTtlMillis,
                        OptionalLong.of(5),
                        "conformance.ExpiryTest#messagesOfAQueueExpire"));
        effects.put(
                "x-max-length",
                new Effect(5, Map.of(), QueueSettings::maxLength, OptionalLong.of(5), "conformance.LengthLimitTest#*"));
        effects.put(
                "x-max-length-bytes",
                new Effect(
                        5,
                        Map.of(),
                        QueueSettings::maxLengthBytes,
                        OptionalLong.of(5),
                        "broker.queue.LengthLimitTest#*"));
        effects.put(
                "x-max-priority",
                new Effect(
                        5,
                        Map.of(),
                        QueueSettings::maxPriority,
                        5,
                        "broker.queue.DeliveryOrderTest#higherPrioritiesLeaveFirst"));
        effects.put(
                "x-overflow",
                new Effect(
                        "reject-publish",
                        Map.of(),
                        QueueSettings::overflow,
                        Overflow.REJECT_PUBLISH,
                        "conformance.LengthLimitTest#*"));
        effects.put(
                "x-dead-letter-exchange",
                new Effect(
                        "dlx",
                        Map.of(),
                        settings -> String.valueOf(settings.deadLetterExchange()),
                        "dlx",
                        "conformance.DeadLetterTest#*"));
        effects.put(
                "x-dead-letter-routing-key",
                new Effect(
                        "key",
                        LETTERING,
                        settings -> String.valueOf(settings.deadLetterRoutingKey()),
                        "key",
                        "conformance.DeadLetterTest#aDeadLetterWithoutARouteIsLostOtherwise"));
        effects.put(
                "x-dead-letter-strategy",
                new Effect(
                        "at-least-once",
                        SAFE_LETTERING,
                        QueueSettings::deadLettersAtLeastOnce,
                        true,
                        "conformance.DeadLetterTest#whatMustNotGetLostWaitsForItsTarget"));
        effects.put(
                "x-delivery-limit",
                new Effect(
                        5, QUORUM, QueueSettings::deliveryLimit, OptionalInt.of(5), "broker.queue.QuorumRulesTest#*"));
        effects.put(
                "x-single-active-consumer",
                new Effect(
                        true,
                        Map.of(),
                        QueueSettings::singleActiveConsumer,
                        true,
                        "broker.queue.SingleActiveConsumerTest#onlyTheFirstConsumerIsServed"));
        effects.put(
                "x-consumer-timeout",
                new Effect(
                        5,
                        Map.of(),
                        QueueSettings::consumerTimeoutMillis,
                        OptionalLong.of(5),
                        "session.amqp091.ConsumerTimeoutTest#whatWasFetchedIsHeldNoLonger"));
        return effects;
    }

    /** How a queue keeps its messages is our business; their words are checked. */
    private static final Set<String> CHECKED_ONLY = Set.of("x-queue-mode", "x-queue-version");

    @Test
    void everyArgumentOfAQueueIsListed() {
        Set<String> listed = new TreeSet<>(arguments().keySet());
        listed.addAll(CHECKED_ONLY);
        assertThat(listed).containsExactlyInAnyOrderElementsOf(QueueArguments.NAMES);
    }

    static Stream<String> argumentNames() {
        return arguments().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("argumentNames")
    void anArgumentHasItsEffect(String name) throws ReflectiveOperationException {
        Effect effect = effect(arguments(), name);
        Map<String, Object> with = new HashMap<>(effect.with);
        QueueSettings before = settings("before", with);
        with.put(name, effect.value);
        QueueSettings after = settings("after", with);
        assertThat(effect.rule.apply(before)).isNotEqualTo(effect.expected);
        assertThat(effect.rule.apply(after)).isEqualTo(effect.expected);
        requireTest(effect.test);
    }

    /** Policy keys with an effect on queues, each by the argument that has the same. */
    private static Map<String, Effect> policyKeys() {
        Map<String, Effect> effects = new LinkedHashMap<>();
        arguments().forEach((name, effect) -> {
            String key = name.substring("x-".length());
            if (Policy.keys().contains(key)) {
                effects.put(key, effect);
            }
        });
        return effects;
    }

    @Test
    void everyPolicyKeyIsListed() {
        Set<String> listed = new TreeSet<>(policyKeys().keySet());
        listed.add("alternate-exchange");
        assertThat(listed).isEqualTo(Policy.keys());
        assertThat(Policy.keysWithoutEffect()).doesNotContainAnyElementsOf(Policy.keys());
    }

    static Stream<String> policyKeyNames() {
        return policyKeys().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("policyKeyNames")
    void aPolicyKeyHasItsEffect(String key) {
        Effect effect = effect(policyKeys(), key);
        Map<String, Object> with = new HashMap<>(effect.with);
        QueueSettings before = settings("q", with);
        assertThat(effect.rule.apply(before)).isNotEqualTo(effect.expected);
        catalog.run(new Command.SetPolicy(
                CatalogUnderTest.V, Policy.of("p", "^q$", Policy.Target.QUEUES, 0, Map.of(key, effect.value), false)));
        assertThat(effect.rule.apply(catalog.vhost().requireQueue("q").settings()))
                .isEqualTo(effect.expected);
    }

    @Test
    void anAlternateExchangeHasItsEffect() throws ReflectiveOperationException {
        catalog.run(new Command.SetPolicy(
                CatalogUnderTest.V,
                Policy.of("p", "^amq.direct$", Policy.Target.ALL, 0, Map.of("alternate-exchange", "ae"), false)));
        assertThat(catalog.vhost().requireExchange("amq.direct").alternate()).isEqualTo("ae");
        requireTest("conformance.RoutingTest#*");
    }

    private static final Map<String, String> EXCHANGE_ARGUMENTS = Map.of(
            "alternate-exchange", "conformance.RoutingTest#anAlternateExchangeCatchesWhatIsNotRouted",
            "hash-header", "conformance.ConsistentHashTest#aHeaderOrAPropertyIsHashedInstead",
            "x-hash-on", "conformance.ConsistentHashTest#anArgumentHasASecondName",
            "hash-property", "conformance.ConsistentHashTest#aHeaderOrAPropertyIsHashedInstead",
            "hash-algorithm", "conformance.ConsistentHashTest#theRabbitmqAlgorithmPlacesEveryKeyAsRabbitmqDoes",
            "x-algorithm", "conformance.ConsistentHashTest#anArgumentHasASecondName");

    @Test
    void everyArgumentOfAnExchangeIsListed() {
        Set<String> listed = new TreeSet<>(ConsistentHashExchange.ARGUMENTS);
        listed.add("alternate-exchange");
        assertThat(EXCHANGE_ARGUMENTS.keySet()).isEqualTo(listed);
    }

    /** Of a message's properties; the others are carried to its consumers, as these are, and mean nothing here. */
    private static final Map<String, String> PROPERTIES = Map.of(
            "headers", "conformance.RoutingTest#withAllEveryHeaderMustMatch",
            "deliveryMode", "broker.queue.ConfirmTest#transientMessageIsConfirmedAtOnceAndNotStored",
            "priority", "conformance.ConsumerTest#aPriorityQueueServesTheHighestFirst",
            "correlationId", "conformance.UniformityTest#byCorrelationId",
            "replyTo", "conformance.DirectReplyToTest#aReplyComesStraightToTheChannelThatAsked",
            "expiration", "conformance.ExpiryTest#aMessageMayExpireOfItself",
            "messageId", "conformance.UniformityTest#byMessageId",
            "timestamp", "conformance.UniformityTest#byTimestamp",
            "userId", "conformance.MessageTest#anotherUsersNameIsRefused");

    private static final Set<String> CARRIED = Set.of("contentType", "contentEncoding", "type", "appId", "clusterId");

    @Test
    void everyPropertyOfAMessageIsListed() throws ReflectiveOperationException {
        Set<String> listed = new TreeSet<>(PROPERTIES.keySet());
        listed.addAll(CARRIED);
        assertThat(MessageProperties.class.getRecordComponents())
                .extracting(RecordComponent::getName)
                .containsExactlyInAnyOrderElementsOf(listed);
        requireTest("conformance.MessageTest#allPropertiesComeBack");
    }

    private static final Map<String, String> HEADERS = Map.of(
            "CC", "conformance.RoutingTest#copiesGoToTheKeysOfCc",
            "BCC", "conformance.RoutingTest#blindCopiesStaySecret",
            "x-death", "conformance.DeadLetterTest#aCircleWithoutARejectionEnds",
            "x-delivery-count", "conformance.QuorumQueueTest#*");

    private static final Map<String, String> BINDING_ARGUMENTS =
            Map.of("x-match", "conformance.RoutingTest#withAnyOneHeaderIsEnough");

    private static final Map<String, String> CONSUMER_ARGUMENTS =
            Map.of("x-priority", "conformance.ConsumerTest#aHigherPriorityIsServedFirst");

    private static final Map<String, String> CAPABILITIES = Map.of(
            "authentication_failure_close", "conformance.ConnectionTest#aWrongPasswordIsRefusedAloud",
            "consumer_cancel_notify", "conformance.ConsumerTest#consumersAreToldThatTheirQueueIsGone",
            "connection.blocked", "conformance.BackPressureTest#publishersWaitWhileConsumersGoOn");

    static Stream<Map.Entry<String, String>> restOfWhatIsActedOn() {
        return Stream.of(EXCHANGE_ARGUMENTS, PROPERTIES, HEADERS, BINDING_ARGUMENTS, CONSUMER_ARGUMENTS, CAPABILITIES)
                .flatMap(effects -> effects.entrySet().stream());
    }

    @ParameterizedTest
    @MethodSource("restOfWhatIsActedOn")
    void whatIsActedOnHasATest(Map.Entry<String, String> effect) throws ReflectiveOperationException {
        requireTest(effect.getValue());
    }

    private QueueSettings settings(String queue, Map<String, Object> arguments) {
        catalog.run(new Command.DeclareQueue(
                CatalogUnderTest.V, queue, true, false, false, FieldTable.of(arguments), CatalogUnderTest.CONNECTION));
        return catalog.vhost().requireQueue(queue).settings();
    }

    private static Effect effect(Map<String, Effect> effects, String name) {
        Effect effect = effects.get(name);
        if (effect == null) {
            throw new AssertionError(name + " is not listed");
        }
        return effect;
    }

    /** There must be such a test; * stands for any of the class. */
    private static void requireTest(String test) throws ReflectiveOperationException {
        int at = test.indexOf('#');
        String method = test.substring(at + 1);
        assertThat(Arrays.stream(Class.forName("io.jumpmq." + test.substring(0, at))
                                .getDeclaredMethods())
                        .filter(tested -> method.equals("*") || tested.getName().equals(method))
                        .filter(tested -> tested.isAnnotationPresent(Test.class)
                                || tested.isAnnotationPresent(ParameterizedTest.class)))
                .as(test)
                .isNotEmpty();
    }
}
