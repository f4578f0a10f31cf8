package io.jumpmq.broker.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.broker.exchange.ConsistentHashExchange;
import io.jumpmq.broker.exchange.RingMember;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import io.jumpmq.security.Permission;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Commands decided and applied, step by step; above all that a ring is clean however a destination goes. */
class CatalogTest {
    private static final String V = "/";
    private static final ConnectionId CONNECTION = TestIds.CLIENT;

    private final CatalogUnderTest subject = new CatalogUnderTest();
    private final Catalog catalog = subject.catalog;

    private List<Change> run(Command command) {
        return subject.run(command);
    }

    private void exchange(String name, String type, boolean autoDelete, Map<String, ?> arguments) {
        run(new Command.DeclareExchange(
                V, name, type, false, autoDelete, false, FieldTable.of(arguments), TestIds.CLIENT));
    }

    private void queue(String name, boolean exclusive) {
        run(new Command.DeclareQueue(V, name, false, exclusive, false, FieldTable.EMPTY, CONNECTION));
    }

    private List<Change> bind(String exchange, String queue, String key) {
        return run(new Command.Bind(V, exchange, DestinationKind.QUEUE, queue, key, FieldTable.EMPTY, CONNECTION));
    }

    private List<Change> unbind(String exchange, String queue, String key) {
        return run(new Command.Unbind(V, exchange, DestinationKind.QUEUE, queue, key, FieldTable.EMPTY, CONNECTION));
    }

    private VirtualHost vhost() {
        return subject.vhost();
    }

    private RingState<RingMember> ring(String exchange) {
        return ((ConsistentHashExchange.ConsistentHashRouter)
                        vhost().requireExchange(exchange).router())
                .state();
    }

    private List<String> routed(String exchange, String key) {
        VirtualHost.Routing routing = new VirtualHost.Routing();
        vhost().route(
                        vhost().requireExchange(exchange),
                        new Message(
                                exchange,
                                key.getBytes(UTF_8),
                                BasicFormat.INSTANCE.header(MessageProperties.NONE),
                                new byte[0]),
                        routing);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < routing.queues().size(); i++) {
            names.add(routing.queues().get(i).name());
        }
        return names;
    }

    @Test
    void aConnectionThatEndsLeavesAnEmptyRing() {
        exchange("ch", "x-consistent-hash", false, Map.of());
        int sum = 0;
        for (int weight : new int[] {3, 34, 50, 100, 268, 1937}) {
            queue("q" + weight, true);
            bind("ch", "q" + weight, String.valueOf(weight));
            sum += weight;
        }
        assertThat(ring("ch").bucketCount()).isEqualTo(sum);
        run(new Command.ReleaseConnection(TestIds.OTHER_CLIENT));
        assertThat(ring("ch").bucketCount()).isEqualTo(sum);
        run(new Command.ReleaseConnection(CONNECTION));
        assertThat(ring("ch").bucketCount()).isZero();
        assertThat(subject.told).hasSize(6).allMatch(what -> what.startsWith("deleted "));
        assertThat(vhost().queues()).isEmpty();
    }

    @Test
    void aDeletedQueueAndADeletedExchangeLeaveNoBuckets() {
        exchange("ch", "x-consistent-hash", false, Map.of());
        exchange("next", "fanout", false, Map.of());
        queue("q", false);
        queue("other", false);
        bind("ch", "q", "3");
        bind("ch", "other", "4");
        run(new Command.Bind(V, "ch", DestinationKind.EXCHANGE, "next", "5", FieldTable.EMPTY, CONNECTION));
        assertThat(ring("ch").bucketCount()).isEqualTo(12);
        run(new Command.DeleteQueue(V, "q", vhost().requireQueue("q").id()));
        assertThat(ring("ch").bucketCount()).isEqualTo(9);
        run(new Command.DeleteExchange(V, "next", false));
        assertThat(ring("ch").bucketCount()).isEqualTo(4);
    }

    @Test
    void theLastBindingWinsInPlaceAndAStaleUnbindIsHarmless() {
        exchange("ch", "x-consistent-hash", false, Map.of());
        queue("a", false);
        queue("b", false);
        bind("ch", "a", "1");
        bind("ch", "b", "2");
        bind("ch", "a", "4");
        assertThat(ring("ch").weights().values()).containsExactly(4, 2);
        assertThat(ring("ch").destinationAt(0).destination()).isSameAs(vhost().requireQueue("a"));
        assertThat(bind("ch", "a", "4")).as("the same again").isEmpty();
        assertThat(unbind("ch", "a", "1")).as("stale").isEmpty();
        assertThat(run(new Command.Unbind(
                        V, "ch", DestinationKind.QUEUE, "a", "4", FieldTable.of(Map.of("x", 1)), CONNECTION)))
                .as("other arguments")
                .isEmpty();
        assertThat(ring("ch").bucketCount()).isEqualTo(6);
        unbind("ch", "a", "4");
        assertThat(ring("ch").weights().values()).containsExactly(2);
    }

    @Test
    void aLateDeletionHarmsNoNewerQueue() {
        queue("q", false);
        long old = vhost().requireQueue("q").id();
        run(new Command.DeleteQueue(V, "q", old));
        queue("q", false);
        assertThat(run(new Command.DeleteQueue(V, "q", old))).isEmpty();
        assertThat(vhost().queue("q")).isNotNull();
    }

    @Test
    void equalBindingsOfTwoExchangesAreTwo() {
        exchange("x", "direct", false, Map.of());
        exchange("y", "direct", false, Map.of());
        queue("q", false);
        bind("x", "q", "k");
        bind("y", "q", "k");
        unbind("x", "q", "k");
        assertThat(routed("x", "k")).isEmpty();
        assertThat(routed("y", "k")).containsExactly("q");
        run(new Command.DeleteQueue(V, "q", vhost().requireQueue("q").id()));
        assertThat(routed("y", "k")).isEmpty();
    }

    @Test
    void autoDeleteExchangesGoOneAfterTheOther() {
        exchange("x", "fanout", true, Map.of());
        exchange("y", "fanout", true, Map.of());
        queue("q", false);
        run(new Command.Bind(V, "x", DestinationKind.EXCHANGE, "y", "", FieldTable.EMPTY, CONNECTION));
        bind("y", "q", "");
        assertThat(routed("x", "")).containsExactly("q");
        run(new Command.DeleteQueue(V, "q", vhost().requireQueue("q").id()));
        assertThat(vhost().exchange("y")).isNull();
        assertThat(vhost().exchange("x")).isNull();
    }

    @Test
    void aCircleOfExchangesEnds() {
        exchange("x", "fanout", false, Map.of());
        exchange("y", "fanout", false, Map.of());
        queue("q", false);
        run(new Command.Bind(V, "x", DestinationKind.EXCHANGE, "y", "", FieldTable.EMPTY, CONNECTION));
        run(new Command.Bind(V, "y", DestinationKind.EXCHANGE, "x", "", FieldTable.EMPTY, CONNECTION));
        bind("y", "q", "");
        bind("x", "q", "");
        assertThat(routed("x", "")).containsExactly("q");
        run(new Command.DeleteExchange(V, "x", false));
        assertThat(routed("y", "")).containsExactly("q");
    }

    @Test
    void alternatesCatchWhatIsRoutedNowhere() {
        exchange("last", "fanout", false, Map.of());
        exchange("middle", "direct", false, Map.of("alternate-exchange", "last"));
        exchange("first", "direct", false, Map.of("alternate-exchange", "middle"));
        queue("q", false);
        queue("own", false);
        bind("last", "q", "");
        bind("first", "own", "k");
        assertThat(routed("first", "k")).containsExactly("own");
        assertThat(routed("first", "other")).containsExactly("q");
    }

    @Test
    void whatIsDecidedIsNotDoneUntilItIsApplied() {
        List<Change> changes =
                catalog.decide(new Command.DeclareQueue(V, "q", true, false, false, FieldTable.EMPTY, CONNECTION));
        assertThat(vhost().queue("q")).isNull();
        long version = catalog.routingVersion();
        changes.forEach(catalog::apply);
        assertThat(vhost().queue("q")).isNotNull();
        assertThat(catalog.routingVersion()).isGreaterThan(version);
    }

    @Test
    void aRefusedCommandChangesNothing() {
        exchange("ch", "x-consistent-hash", false, Map.of());
        queue("q", false);
        bind("ch", "q", "3");
        assertThatThrownBy(() -> bind("ch", "q", "10001"))
                .isInstanceOf(AmqpException.class)
                .hasMessage("The binding key must not exceed 10000");
        assertThat(ring("ch").bucketCount()).isEqualTo(3);
        assertThat(bind("ch", "q", "3")).isEmpty();
    }

    /** The ring is empty then, and what led to the exchange must not lead to a ghost. */
    @Test
    void anAutoDeleteExchangeWhoseRingIsEmptiedGoesWithWhatLeadsToIt() {
        exchange("front", "fanout", false, Map.of());
        exchange("ch", "x-consistent-hash", true, Map.of());
        queue("q", false);
        run(new Command.Bind(V, "front", DestinationKind.EXCHANGE, "ch", "", FieldTable.EMPTY, CONNECTION));
        bind("ch", "q", "3");
        run(new Command.SetWeights(
                V, "ch", List.of(new Command.Weight(DestinationKind.QUEUE, "q", 0)), OptionalLong.empty()));
        assertThat(vhost().exchange("ch")).isNull();
        assertThat(catalog.bindings(vhost())).isEmpty();
        Catalog restarted = new CatalogUnderTest().catalog;
        catalog.snapshot().forEach(restarted::apply);
    }

    @Test
    void aChainOfAutoDeleteExchangesMayBeOfAnyLength() {
        int length = 10_000;
        queue("q", false);
        for (int i = 0; i < length; i++) {
            exchange("x" + i, "fanout", true, Map.of());
            DestinationKind kind = i == 0 ? DestinationKind.QUEUE : DestinationKind.EXCHANGE;
            String next = i == 0 ? "q" : "x" + (i - 1);
            run(new Command.Bind(V, "x" + i, kind, next, "", FieldTable.EMPTY, CONNECTION));
        }
        run(new Command.DeleteQueue(V, "q", vhost().requireQueue("q").id()));
        assertThat(vhost().exchanges()).noneMatch(exchange -> exchange.name().startsWith("x"));
    }

    @Test
    void anEpochThatWouldSoonOverflowIsRefused() {
        exchange("ch", "x-consistent-hash", false, Map.of());
        queue("q", false);
        for (long epoch : new long[] {Long.MAX_VALUE, Ring.MAX_EPOCH, Ring.MAX_EPOCH / 2 + 1}) {
            assertThatThrownBy(() -> run(restore(epoch)))
                    .isInstanceOf(AmqpException.class)
                    .hasMessage("the ring's epoch is " + epoch + "; the limit is " + Ring.MAX_EPOCH / 2);
            assertThat(ring("ch").epoch()).isZero();
        }
        run(restore(Ring.MAX_EPOCH / 2));
        bind("ch", "q", "4");
        run(restore(0));
        Catalog restarted = new CatalogUnderTest().catalog;
        catalog.snapshot().forEach(restarted::apply);
        assertThat(ring("ch").epoch()).isEqualTo(Ring.MAX_EPOCH / 2 + 2);
    }

    private static Command restore(long epoch) {
        List<Command.Weight> runs = List.of(new Command.Weight(DestinationKind.QUEUE, "q", 3));
        return new Command.RestoreRing(
                V, "ch", new Command.RingArray(HashAlgorithm.JUMP, epoch, runs), OptionalLong.empty());
    }

    /** Whichever way a binding comes: by a client, by the management, by an import. */
    @Test
    void nobodyBindsTheDefaultExchange() {
        exchange("ch", "x-consistent-hash", false, Map.of());
        queue("q", false);
        Command.Weight toDefault = new Command.Weight(DestinationKind.EXCHANGE, "", 1);
        for (Command command : List.of(
                new Command.Bind(V, "", DestinationKind.QUEUE, "q", "k", FieldTable.EMPTY, CONNECTION),
                new Command.Bind(V, "ch", DestinationKind.EXCHANGE, "", "1", FieldTable.EMPTY, CONNECTION),
                new Command.DeleteExchange(V, "", false),
                new Command.SetWeights(V, "ch", List.of(toDefault), OptionalLong.empty()))) {
            assertThatThrownBy(() -> run(command))
                    .isInstanceOf(AmqpException.class)
                    .hasMessage("operation not permitted on the default exchange");
        }
    }

    @Test
    void aChangeThatDoesNotFitIsNamed() {
        assertThatThrownBy(() -> catalog.apply(new Change.PermissionSet(V, "nobody", Permission.ALL)))
                .isInstanceOf(InapplicableException.class)
                .hasMessageStartingWith("PermissionSet[vhost=/, user=nobody, ")
                .hasMessageEndingWith(" cannot be applied: no user 'nobody'");
    }
}
