package io.jumpmq.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.CatalogObserver;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.ChangeCodec;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.CommandCodec;
import io.jumpmq.broker.catalog.DestinationKind;
import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.Policy;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VhostLimits;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.exchange.ConsistentHashExchange.ConsistentHashRouter;
import io.jumpmq.broker.node.ConnectionId;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.ring.DestinationCodec;
import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingSnapshot;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import io.jumpmq.security.PasswordHash;
import io.jumpmq.security.Permission;
import io.jumpmq.security.TopicPermission;
import io.jumpmq.security.UserLimits;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.LongString;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is asked, at every limit and beyond: what is decided can be applied, here and after having been recorded; what is
 * refused has changed nothing; and the bindings are what the rings say.
 */
class DecisionsTest {
    private static final List<String> LONG_NAMES =
            List.of("n".repeat(255), "n".repeat(256), "é".repeat(127), "é".repeat(128), "\ud800", "x\udc00", "𝄞", "");

    private static final List<String> WEIGHTS = List.of(
            "0",
            "1",
            "2",
            "3",
            "17",
            "007",
            "+5",
            "9999",
            "10000",
            "10001",
            "-1",
            "2147483648",
            "9".repeat(255),
            "0".repeat(254) + "7",
            "9".repeat(256),
            "ten",
            "",
            "\ud800");

    private static final List<Integer> RUNS =
            List.of(0, 1, 1, 2, 5, 100, 9_999, 10_000, 10_001, -1, Integer.MAX_VALUE, Integer.MIN_VALUE);

    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        5,
        255,
        256,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE + 1L,
        315_360_000_000L,
        315_360_000_001L,
        Ring.MAX_EPOCH / 2,
        Ring.MAX_EPOCH / 2 + 1,
        Ring.MAX_EPOCH,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private static final List<String> QUEUE_ARGUMENTS = List.of(
            "x-expires",
            "x-message-ttl",
            "x-max-length",
            "x-max-length-bytes",
            "x-max-priority",
            "x-overflow",
            "x-dead-letter-exchange",
            "x-dead-letter-routing-key",
            "x-single-active-consumer",
            "x-queue-type",
            "x-delivery-limit",
            "x-anything");

    private static final List<String> SETTINGS = List.of(
            "message-ttl",
            "expires",
            "max-length",
            "max-length-bytes",
            "delivery-limit",
            "alternate-exchange",
            "dead-letter-exchange",
            "dead-letter-routing-key",
            "overflow",
            "ha-params",
            "queue-mode",
            "unknown");

    private static Catalog empty() {
        return new Catalog(ServiceLoader.load(ExchangeType.class), CatalogObserver.NONE);
    }

    /** Everything in a catalog, as bytes in an order of their own. */
    private static Set<String> essence(Catalog catalog) {
        Set<String> all = new TreeSet<>();
        for (Change change : catalog.snapshot()) {
            all.add(change.getClass().getSimpleName() + Arrays.hashCode(ChangeCodec.encode(change)));
        }
        return all;
    }

    /** What a record of a change brings back. */
    private static Change recorded(Change change) {
        byte[] bytes = ChangeCodec.encode(change);
        assertThat(bytes.length).as("bytes of %s", change.getClass()).isLessThanOrEqualTo(Change.MAX_BYTES);
        return Objects.requireNonNull(ChangeCodec.decode(ByteBuffer.wrap(bytes)), () -> "unreadable: " + change);
    }

    private static void assertThatBindingsAreTheRing(Catalog catalog) {
        for (VirtualHost vhost : catalog.vhosts()) {
            Map<String, Map<String, Integer>> bound = new HashMap<>();
            catalog.bindings(vhost)
                    .forEach(binding -> bound.computeIfAbsent(binding.source(), unused -> new TreeMap<>())
                            .merge(
                                    binding.kind() + " " + binding.destination(),
                                    isRing(vhost, binding.source()) ? new BigInteger(binding.key()).intValue() : 0,
                                    Integer::sum));
            for (ExchangeRecord exchange : vhost.exchanges()) {
                if (exchange.router() instanceof ConsistentHashRouter router) {
                    Map<String, Integer> weights = new TreeMap<>();
                    router.state()
                            .weights()
                            .forEach((member, weight) -> weights.put(
                                    member.destination() instanceof QueueRecord queue
                                            ? DestinationKind.QUEUE + " " + queue.name()
                                            : DestinationKind.EXCHANGE + " "
                                                    + ((ExchangeRecord) member.destination()).name(),
                                    weight));
                    assertThat(bound.getOrDefault(exchange.name(), Map.of())).isEqualTo(weights);
                }
            }
        }
    }

    private static boolean isRing(VirtualHost vhost, String exchange) {
        return vhost.requireExchange(exchange).router() instanceof ConsistentHashRouter;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsDecidedCanBeAppliedAndWhatIsRefusedChangesNothing(long seed) {
        Commands commands = new Commands(new SplittableRandom(seed));
        Catalog catalog = empty();
        Catalog replica = empty();
        Set<String> before = essence(catalog);
        int refused = 0;
        int made = 0;
        for (int i = 0; i < 500; i++) {
            List<Change> changes;
            try {
                changes = catalog.decide(commands.next());
            } catch (AmqpException e) {
                assertThat(essence(catalog)).as("after '%s'", e.getMessage()).isEqualTo(before);
                refused++;
                continue;
            }
            for (Change change : changes) {
                catalog.isDurable(change);
                catalog.apply(change);
                replica.apply(recorded(change));
            }
            assertThatBindingsAreTheRing(catalog);
            before = essence(catalog);
            made += changes.size();
        }
        assertThat(essence(replica)).as("a replica").isEqualTo(before);
        Catalog restarted = empty();
        catalog.snapshot().forEach(change -> restarted.apply(recorded(change)));
        assertThat(essence(restarted)).as("a restart").isEqualTo(before);
        assertThat(refused).as("refused").isBetween(50, 450);
        assertThat(made).as("changes").isGreaterThan(100);
    }

    /**
     * Nodes come to the same state by different ways: one has made every change, another one began with a snapshot, and a third
     * with one of that. Whatever is asked next, they decide alike, change by change.
     */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
    void nodesThatHaveComeBySnapshotsDecideAsTheOthers(long seed) {
        Commands commands = new Commands(new SplittableRandom(seed));
        SplittableRandom when = new SplittableRandom(seed);
        Catalog first = empty();
        List<Catalog> others = new ArrayList<>(List.of(empty(), empty()));
        int made = 0;
        for (int i = 0; i < 600; i++) {
            if (when.nextInt(20) == 0) {
                Catalog restored = empty();
                others.get(0).snapshot().forEach(change -> restored.apply(recorded(change)));
                others.set(when.nextInt(2), restored);
            }
            Command command;
            Command received;
            try {
                command = commands.next();
                received = received(command);
            } catch (AmqpException e) {
                continue; // Nobody could even ask for it.
            }
            List<Change> changes = decided(first, command);
            for (Catalog other : others) {
                assertThat(encoded(decided(other, received)))
                        .as("%s, seed %d", command, seed)
                        .isEqualTo(encoded(changes));
                changes.forEach(change -> other.apply(recorded(change)));
            }
            changes.forEach(first::apply);
            made += changes.size();
            assertThat(encoded(others.get(0).snapshot())).isEqualTo(encoded(first.snapshot()));
        }
        assertThat(made).isGreaterThan(100);
    }

    /** A command as another node reads it. */
    private static Command received(Command command) {
        byte[] bytes = CommandCodec.encode(command);
        Command received =
                Objects.requireNonNull(CommandCodec.decode(ByteBuffer.wrap(bytes)), () -> "unreadable: " + command);
        assertThat(received).hasSameClassAs(command);
        assertThat(CommandCodec.encode(received)).as("%s", command).isEqualTo(bytes);
        return received;
    }

    @Test
    void everyKindOfCommandComesBackAndNothingElseIsTakenForOne() {
        SplittableRandom random = new SplittableRandom(31);
        Commands commands = new Commands(random);
        Set<Class<?>> seen = new HashSet<>();
        for (int i = 0; i < 3_000; i++) {
            Command command;
            try {
                command = commands.next();
                received(command);
            } catch (AmqpException e) {
                continue;
            }
            seen.add(command.getClass());
            byte[] bytes = CommandCodec.encode(command);
            assertThat(CommandCodec.decode(ByteBuffer.wrap(bytes, 0, random.nextInt(bytes.length))))
                    .as("a part of %s", command)
                    .isNull();
            assertThat(CommandCodec.decode(ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length + 1))))
                    .as("more than %s", command)
                    .isNull();
        }
        Set<Class<?>> all = new HashSet<>(List.of(Command.class.getPermittedSubclasses()));
        all.addAll(List.of(Command.InVirtualHost.class.getPermittedSubclasses()));
        all.remove(Command.InVirtualHost.class);
        assertThat(seen).as("kinds").isEqualTo(all);
    }

    private static List<Change> decided(Catalog catalog, Command command) {
        try {
            return catalog.decide(command);
        } catch (AmqpException e) {
            return List.of();
        }
    }

    private static List<String> encoded(List<Change> changes) {
        return changes.stream()
                .map(change -> HexFormat.of().formatHex(ChangeCodec.encode(change)))
                .toList();
    }

    /** Of a record, to the byte: no decision has a larger one, and what is decided can be kept. */
    @Test
    void noDecisionIsTooLargeToBeKept() {
        Catalog catalog = empty();
        run(catalog, new Command.CreateVhost("/", "", Set.of()));
        run(catalog, new Command.DeclareQueue("/", "q", true, false, false, FieldTable.EMPTY, TestIds.OPERATOR));
        int refused = 0;
        for (int bytes : new int[] {Change.MAX_BYTES - (8 << 10), Change.MAX_BYTES - 4, Change.MAX_BYTES}) {
            FieldTable table = FieldTable.of(Map.of("x-note", new LongString(new byte[bytes])));
            String text = "é".repeat(bytes / 2);
            for (Command command : List.of(
                    new Command.DeclareQueue("/", "large", true, false, false, table, TestIds.OPERATOR),
                    new Command.DeclareExchange("/", "large", "fanout", true, false, false, table, TestIds.CLIENT),
                    new Command.Bind("/", "amq.fanout", DestinationKind.QUEUE, "q", "k", table, TestIds.OPERATOR),
                    new Command.CreateVhost("/", text, Set.of()),
                    new Command.PutUser(text, PasswordHash.NONE, Set.of()),
                    new Command.PutUser("u", PasswordHash.NONE, Set.of(text)),
                    new Command.SetPolicy(
                            "/",
                            Policy.of("p", "", Policy.Target.ALL, 0, Map.of("dead-letter-exchange", text), false)))) {
                try {
                    catalog.decide(command).forEach(DecisionsTest::recorded);
                } catch (AmqpException e) {
                    assertThat(e.getMessage()).contains("cannot be kept; the limit is " + Change.MAX_BYTES);
                    refused++;
                }
            }
        }
        assertThat(refused).isEqualTo(2 * 7);
    }

    /** Some bindings below the largest ring that there may be. */
    @ParameterizedTest
    @ValueSource(longs = 21)
    void aRingNeverOutgrowsItsLimit(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Catalog catalog = empty();
        run(catalog, new Command.CreateVhost("/", "", Set.of()));
        run(
                catalog,
                new Command.DeclareExchange(
                        "/", "ch", "x-consistent-hash", true, false, false, FieldTable.EMPTY, TestIds.CLIENT));
        int queues = Ring.MAX_BUCKETS / Ring.MAX_WEIGHT + 2;
        for (int i = 0; i < queues; i++) {
            run(
                    catalog,
                    new Command.DeclareQueue("/", "q" + i, true, false, false, FieldTable.EMPTY, TestIds.OPERATOR));
            if (i < queues - 3) {
                run(catalog, bind("q" + i, String.valueOf(Ring.MAX_WEIGHT)));
            }
        }
        ConsistentHashRouter router = (ConsistentHashRouter)
                Objects.requireNonNull(catalog.vhost("/")).requireExchange("ch").router();
        int refused = 0;
        for (int i = 0; i < 80; i++) {
            String weight = random.nextBoolean()
                    ? WEIGHTS.get(random.nextInt(WEIGHTS.size()))
                    : String.valueOf(Ring.MAX_WEIGHT - random.nextInt(50));
            Command command = switch (random.nextInt(20)) {
                case 0 -> weights(random, queues);
                case 1, 2, 3 ->
                    bind("q" + random.nextInt(queues), String.valueOf(Ring.MAX_WEIGHT - random.nextInt(50)));
                default -> bind("q" + (queues - 1 - random.nextInt(3)), weight);
            };
            int buckets = router.state().bucketCount();
            try {
                run(catalog, command);
            } catch (AmqpException e) {
                assertThat(router.state().bucketCount()).isEqualTo(buckets);
                refused += String.valueOf(e.getMessage()).contains("the limit is " + Ring.MAX_BUCKETS) ? 1 : 0;
            }
        }
        assertThat(refused).as("refused for the ring's size").isPositive();
        assertThatBindingsAreTheRing(catalog);
    }

    private static Command weights(SplittableRandom random, int queues) {
        List<Command.Weight> weights = new ArrayList<>();
        for (int i = queues - 3; i < queues; i++) {
            weights.add(new Command.Weight(DestinationKind.QUEUE, "q" + i, random.nextInt(10_001)));
        }
        return new Command.SetWeights("/", "ch", weights, OptionalLong.empty());
    }

    private static Command bind(String queue, String weight) {
        return new Command.Bind("/", "ch", DestinationKind.QUEUE, queue, weight, FieldTable.EMPTY, TestIds.OPERATOR);
    }

    private static void run(Catalog catalog, Command command) {
        catalog.decide(command).forEach(catalog::apply);
    }

    /** Step by step a ring can come to any shape, and no client could mend one that cannot be kept. */
    @Test
    void aSnapshotHoldsARingOfAnyShape() throws Exception {
        int queues = 650;
        Catalog catalog = empty();
        run(catalog, new Command.CreateVhost("/", "", Set.of()));
        run(
                catalog,
                new Command.DeclareExchange(
                        "/", "ch", "x-consistent-hash", true, false, false, FieldTable.EMPTY, TestIds.CLIENT));
        List<Command.Weight> single = new ArrayList<>();
        for (int i = 0; i < queues; i++) {
            run(
                    catalog,
                    new Command.DeclareQueue("/", "q" + i, true, false, false, FieldTable.EMPTY, TestIds.OPERATOR));
            single.add(new Command.Weight(DestinationKind.QUEUE, "q" + i, 1));
        }
        List<Command.Weight> runs = new ArrayList<>();
        Collections.nCopies(Ring.MAX_WEIGHT, single).forEach(runs::addAll);
        Command restore = new Command.RestoreRing(
                "/", "ch", new Command.RingArray(HashAlgorithm.JUMP, 5, runs), OptionalLong.empty());
        assertThatThrownBy(() -> catalog.decide(restore))
                .isInstanceOf(AmqpException.class)
                .hasMessageMatching("a ring that takes \\d+ bytes cannot be kept; the limit is " + Change.MAX_BYTES);
        Iterable<RingState.Run<String>> named = () -> runs.stream()
                .map(run -> new RingState.Run<>("Q" + run.destination(), 1))
                .iterator();
        byte[] snapshot = RingSnapshot.encode(RingState.of(HashAlgorithm.JUMP, 5, named), DestinationCodec.TEXT);
        assertThat(snapshot.length).isGreaterThan(Change.MAX_BYTES);
        catalog.apply(new Change.RingRestored("/", "ch", snapshot));
        SimulatedDisk disk = new SimulatedDisk();
        CatalogJournal.open(disk, 4096).journal().snapshot(catalog.snapshot());
        Catalog restarted = empty();
        CatalogJournal.open(disk, 4096).changes().forEach(restarted::apply);
        assertThat(essence(restarted)).isEqualTo(essence(catalog));
    }

    /** Commands of all kinds, about few names, so that they meet. */
    private static final class Commands {
        private Incarnation incarnation = TestIds.NODE;
        private final SplittableRandom random;

        Commands(SplittableRandom random) {
            this.random = random;
        }

        private <T> T any(List<T> all) {
            return all.get(random.nextInt(all.size()));
        }

        private boolean seldom() {
            return random.nextInt(12) == 0;
        }

        private String name(String... usual) {
            return seldom() ? any(LONG_NAMES) : any(List.of(usual));
        }

        private String vhost() {
            return seldom() ? "gone" : any(List.of("/", "/", "/", "v"));
        }

        private String exchange() {
            return name("ch", "ch", "rabbit", "fan", "topic", "headers", "amq.direct", "amq.mine", "");
        }

        private String queue() {
            return name("a", "b", "c", "d", "e", "f");
        }

        private long number() {
            return random.nextInt(3) == 0 ? NUMBERS[random.nextInt(NUMBERS.length)] : random.nextInt(20);
        }

        private Set<String> tags() {
            return random.nextBoolean() ? Set.of() : Set.of(name("administrator"), "monitoring" + random.nextInt(3));
        }

        private FieldTable table() {
            return random.nextBoolean()
                    ? FieldTable.EMPTY
                    : FieldTable.of(Map.of("n", number(), "list", List.of(1, "")));
        }

        private Object value() {
            return switch (random.nextInt(6)) {
                case 0 -> any(LONG_NAMES);
                case 1 -> random.nextBoolean();
                case 2 -> random.nextDouble();
                case 3 -> any(List.of("drop-head", "reject-publish", "quorum", "classic", "lazy", "jump", "m"));
                default -> number();
            };
        }

        private FieldTable arguments(List<String> known) {
            Map<String, Object> arguments = new HashMap<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                arguments.put(any(known), value());
            }
            return FieldTable.of(arguments);
        }

        private VhostLimits limits() {
            return new VhostLimits(
                    random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(Integer.MAX_VALUE),
                    random.nextInt(4) > 0 ? OptionalInt.empty() : OptionalInt.of(random.nextInt(12)));
        }

        private Permission permission() {
            return Permission.of(name(".*", "^a"), "", "\\Q" + queue());
        }

        private Policy policy() {
            Map<String, @Nullable Object> definition = new HashMap<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                definition.put(any(SETTINGS), seldom() ? null : seldom() ? List.of("n") : value());
            }
            return Policy.of(
                    name("p", "p2"),
                    name(".*", "^a", "("),
                    any(List.of(Policy.Target.values())),
                    (int) number(),
                    definition,
                    random.nextInt(3) == 0);
        }

        private List<Command.Weight> weights() {
            List<Command.Weight> weights = new ArrayList<>();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                DestinationKind kind = seldom() ? DestinationKind.EXCHANGE : DestinationKind.QUEUE;
                weights.add(new Command.Weight(kind, kind == DestinationKind.QUEUE ? queue() : exchange(), any(RUNS)));
            }
            return weights;
        }

        private OptionalLong epoch() {
            return random.nextInt(3) > 0 ? OptionalLong.empty() : OptionalLong.of(number());
        }

        private Incarnation nextIncarnation() {
            incarnation = incarnation.next();
            return incarnation;
        }

        /** Of a client, or of nobody; now and then one that comes from an earlier incarnation of the node, late. */
        private ConnectionId connection() {
            return new ConnectionId(seldom() ? TestIds.NODE : incarnation, random.nextInt(3));
        }

        private Command.Bind bind() {
            boolean toQueue = random.nextInt(4) > 0;
            return new Command.Bind(
                    vhost(),
                    exchange(),
                    toQueue ? DestinationKind.QUEUE : DestinationKind.EXCHANGE,
                    toQueue ? queue() : exchange(),
                    any(WEIGHTS),
                    table(),
                    connection());
        }

        private Command topicPermission() {
            String vhost = vhost();
            String user = name("u", "w");
            String exchange = name("amq.topic", "t");
            return switch (random.nextInt(3)) {
                case 0 -> new Command.ClearTopicPermissions(vhost, user, random.nextBoolean() ? exchange : null);
                default ->
                    new Command.SetTopicPermission(
                            vhost, user, exchange, TopicPermission.of(user, vhost, "^a", "{username}.*"));
            };
        }

        private Command limitsOrParameter() {
            return switch (random.nextInt(3)) {
                case 0 ->
                    new Command.SetUserLimits(
                            name("u", "w"), new UserLimits(OptionalInt.of(random.nextInt(5)), OptionalInt.empty()));
                case 1 -> new Command.SetGlobalParameter(name("g", "h"), "{\"a\":" + random.nextInt(5) + "}");
                default -> new Command.ClearGlobalParameter(name("g", "h"));
            };
        }

        Command next() {
            return switch (random.nextInt(26)) {
                case 20 -> topicPermission();
                case 21 -> limitsOrParameter();
                case 0 -> new Command.CreateVhost(name("/", "v"), name("mine", "yours"), tags());
                case 1 -> seldom() ? new Command.DeleteVhost(vhost()) : new Command.SetVhostLimits(vhost(), limits());
                case 2 -> new Command.PutUser(name("u", "w"), PasswordHash.of("p", new byte[4]), tags());
                case 3 -> new Command.DeleteUser(name("u", "w"));
                case 4 -> new Command.SetPermission(vhost(), name("u", "w"), permission());
                case 5 -> new Command.ClearPermission(vhost(), name("u", "w"));
                case 6 -> new Command.SetPolicy(vhost(), policy());
                case 7 -> new Command.DeletePolicy(vhost(), name("p", "p2"), random.nextBoolean());
                case 8, 9 -> {
                    String name = exchange();
                    String type = name.startsWith("ch") || name.equals("rabbit")
                            ? "x-consistent-hash"
                            : any(List.of("fanout", "topic", "headers", "direct", "none"));
                    yield new Command.DeclareExchange(
                            vhost(),
                            name,
                            type,
                            random.nextBoolean(),
                            random.nextInt(3) == 0,
                            random.nextBoolean(),
                            arguments(List.of("alternate-exchange", "hash-header", "hash-property", "hash-algorithm")),
                            connection());
                }
                case 10 -> new Command.DeleteExchange(vhost(), exchange(), random.nextBoolean());
                case 11, 12, 13 ->
                    new Command.DeclareQueue(
                            vhost(),
                            queue(),
                            random.nextBoolean(),
                            random.nextInt(4) == 0,
                            random.nextInt(4) == 0,
                            arguments(QUEUE_ARGUMENTS),
                            connection());
                case 14 -> new Command.DeleteQueue(vhost(), queue(), 1 + random.nextInt(60));
                case 15 -> {
                    Command.Bind as = bind();
                    yield new Command.Unbind(
                            as.vhost(),
                            as.source(),
                            as.kind(),
                            as.destination(),
                            as.key(),
                            FieldTable.EMPTY,
                            as.connection());
                }
                case 16 ->
                    seldom() ? new Command.ReleaseNode(nextIncarnation()) : new Command.ReleaseConnection(connection());
                case 17, 18 -> new Command.SetWeights(vhost(), exchange(), weights(), epoch());
                case 19 ->
                    new Command.RestoreRing(
                            vhost(),
                            exchange(),
                            new Command.RingArray(
                                    random.nextInt(4) == 0 ? HashAlgorithm.RABBITMQ : HashAlgorithm.JUMP,
                                    number(),
                                    weights()),
                            epoch());
                default -> bind();
            };
        }
    }
}
