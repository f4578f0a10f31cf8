package io.jumpmq.broker.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jumpmq.broker.exchange.HistoricExchange;
import io.jumpmq.broker.exchange.PluginExchange;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.session.amqp091.BasicFormat;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Exchanges whose type a plugin brings, with and without the plugin. */
class WaitingExchangeTest {
    private static final String V = "/";
    private static final List<String> KEYS = List.of("a", "b", "ü");

    private final List<String> failures = new ArrayList<>();

    /** A catalog, and all changes that have led to it since its last snapshot, the snapshot's among them. */
    private final class Node {
        Catalog catalog;
        final List<Change> journal = new ArrayList<>();

        Node(boolean withPlugin) {
            catalog = catalog(withPlugin);
            run(new Command.CreateVhost(V, "", Set.of()));
        }

        private Catalog catalog(boolean withPlugin) {
            List<ExchangeType> types = new ArrayList<>();
            ServiceLoader.load(ExchangeType.class).forEach(types::add);
            if (withPlugin) {
                types.add(new PluginExchange(
                        new HistoricExchange(), "historic.jar", (type, failure) -> failures.add(type + failure)));
            }
            return new Catalog(types, CatalogObserver.NONE);
        }

        List<Change> run(Command command) {
            List<Change> changes = catalog.decide(command);
            changes.forEach(catalog::apply);
            journal.addAll(changes);
            return changes;
        }

        void restart(boolean withPlugin) {
            catalog = catalog(withPlugin);
            journal.forEach(catalog::apply);
        }

        void snapshot() {
            List<Change> all = catalog.snapshot();
            journal.clear();
            journal.addAll(all);
        }

        VirtualHost vhost() {
            return Objects.requireNonNull(catalog.vhost(V));
        }

        ExchangeRecord exchange() {
            return vhost().requireExchange("x");
        }

        String state() {
            byte[] state = exchange().router().snapshot(VirtualHost.written(vhost().pastNames()));
            return new String(Objects.requireNonNull(state), UTF_8);
        }

        Set<String> routed(String key) {
            VirtualHost.Routing routing = new VirtualHost.Routing();
            vhost().route(
                            exchange(),
                            new Message(
                                    "x",
                                    key.getBytes(UTF_8),
                                    BasicFormat.INSTANCE.header(MessageProperties.NONE),
                                    new byte[0]),
                            routing);
            Set<String> names = new TreeSet<>();
            for (int i = 0; i < routing.queues().size(); i++) {
                names.add(routing.queues().get(i).name());
            }
            return names;
        }

        void declare(Map<String, ?> arguments) {
            run(new Command.DeclareExchange(
                    V, "x", HistoricExchange.NAME, true, false, false, FieldTable.of(arguments), TestIds.CLIENT));
        }

        void queue(String name) {
            run(new Command.DeclareQueue(V, name, true, false, false, FieldTable.EMPTY, TestIds.CLIENT));
        }

        void delete(String name) {
            run(new Command.DeleteQueue(V, name, vhost().requireQueue(name).id()));
        }

        void bind(String queue, String key) {
            run(bind(queue, key, 0));
        }

        private static Command bind(String queue, String key, int argument) {
            FieldTable arguments = argument == 0 ? FieldTable.EMPTY : FieldTable.of(Map.of("n", argument));
            return new Command.Bind(V, "x", DestinationKind.QUEUE, queue, key, arguments, TestIds.CLIENT);
        }

        private static Command unbind(Command bind) {
            Command.Bind its = (Command.Bind) bind;
            return new Command.Unbind(
                    V, "x", DestinationKind.QUEUE, its.destination(), its.key(), its.arguments(), TestIds.CLIENT);
        }
    }

    /** One node has the plugin all the time; the other loses it and gets it back, restarts and makes snapshots. */
    @Test
    void whateverHappensWhileThePluginIsAwayTheStateIsAsIfItHadBeenThere() {
        int away = 0;
        for (long seed = 0; seed < 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Node always = new Node(true);
            Node sometimes = new Node(true);
            List<Node> both = List.of(always, sometimes);
            both.forEach(node -> node.declare(Map.of()));
            boolean there = true;
            for (int step = 0; step < 60; step++) {
                String queue = "q" + random.nextInt(4);
                Command bind = Node.bind(queue, KEYS.get(random.nextInt(3)), random.nextInt(2));
                QueueRecord existing = always.vhost().queue(queue);
                switch (random.nextInt(8)) {
                    case 0 -> {
                        there = random.nextInt(3) > 0;
                        sometimes.restart(there);
                        away += there ? 0 : 1;
                    }
                    case 1 -> sometimes.snapshot();
                    case 2 -> {
                        if (existing != null) {
                            both.forEach(node -> node.delete(queue));
                        }
                    }
                    case 3 -> {
                        if (there && existing != null) {
                            both.forEach(node -> node.run(Node.unbind(bind)));
                        }
                    }
                    default -> {
                        both.forEach(node -> node.queue(queue));
                        if (there) {
                            both.forEach(node -> node.run(bind));
                        }
                    }
                }
                assertThat(bindings(sometimes))
                        .as("seed %d, step %d", seed, step)
                        .isEqualTo(bindings(always));
                if (there) {
                    assertThat(sometimes.state())
                            .as("seed %d, step %d", seed, step)
                            .isEqualTo(always.state());
                    assertThat(sometimes.routed("k")).isEqualTo(always.routed("k"));
                } else {
                    assertThat(sometimes.routed("k")).isEmpty();
                }
            }
        }
        assertThat(away).as("often enough").isGreaterThan(500);
    }

    private static Set<Change.BindingAdded> bindings(Node node) {
        return new HashSet<>(node.catalog.bindings(node.vhost()));
    }

    @Test
    void anExchangeThatWaitsKeepsEverythingAndTakesNothing() {
        Node node = new Node(true);
        node.declare(Map.of());
        node.queue("q");
        node.queue("other");
        node.bind("q", "a");
        String before = node.state();
        node.restart(false);

        assertThat(node.exchange().waitsForType()).isTrue();
        assertThat(node.exchange().type()).isEqualTo("x-historic");
        String waits = "exchange 'x' in vhost '/' waits for its type 'x-historic', which no plugin brings: "
                + "it can only be deleted";
        assertRefused(node, Node.bind("other", "a", 0), waits);
        assertRefused(node, Node.bind("q", "a", 0), waits);
        assertRefused(node, Node.unbind(Node.bind("q", "a", 0)), waits);
        assertThatThrownBy(() -> node.declare(Map.of()))
                .isInstanceOf(AmqpException.class)
                .hasMessage("unknown exchange type 'x-historic'");
        for (int i = 0; i < 3; i++) {
            node.snapshot();
            node.restart(false);
        }
        assertThat(node.routed("k")).isEmpty();
        node.restart(true);
        assertThat(node.exchange().waitsForType()).isFalse();
        assertThat(node.state()).isEqualTo(before);
        assertThat(node.routed("k")).containsExactly("q");
        node.bind("other", "a");
        assertThat(node.routed("k")).containsExactly("other", "q");
    }

    private static void assertRefused(Node node, Command command, String why) {
        assertThatThrownBy(() -> node.run(command))
                .isInstanceOf(AmqpException.class)
                .hasMessage(why);
    }

    @Test
    void whatIsUnroutableThereGoesToTheAlternate() {
        Node node = new Node(true);
        node.declare(Map.of("alternate-exchange", "amq.fanout"));
        node.queue("q");
        node.queue("rest");
        node.bind("q", "a");
        node.run(
                new Command.Bind(V, "amq.fanout", DestinationKind.QUEUE, "rest", "", FieldTable.EMPTY, TestIds.CLIENT));
        assertThat(node.routed("k")).containsExactly("q");
        node.restart(false);
        assertThat(node.routed("k")).containsExactly("rest");
    }

    @Test
    void anExchangeThatWaitsCanBeDeleted() {
        Node node = new Node(true);
        node.declare(Map.of());
        node.queue("q");
        node.bind("q", "a");
        node.restart(false);
        node.run(new Command.DeleteExchange(V, "x", false));
        node.restart(true);
        assertThat(node.vhost().exchange("x")).isNull();
        assertThat(node.catalog.bindings(node.vhost())).isEmpty();
    }

    @Test
    void whatAPluginRefusesIsRefusedInItsWords() {
        Node node = new Node(true);
        assertThatThrownBy(() -> node.declare(Map.of("refuse", 1)))
                .isInstanceOf(AmqpException.class)
                .hasMessage("x-historic refuses x");
    }

    @Test
    void whatAPluginThrowsWhileItIsAskedNamesIt() {
        Node node = new Node(true);
        assertThatThrownBy(() -> node.declare(Map.of("defect", 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the type 'x-historic' of the plugin historic.jar cannot create exchange 'x' in vhost '/': "
                        + "java.lang.IllegalStateException: a defect on purpose");
        node.declare(Map.of());
        node.queue("q");
        assertThatThrownBy(() -> node.bind("q", "defect"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("historic.jar cannot validate a binding of exchange 'x'");
        node.bind("q", "fine");
        assertThat(node.routed("k")).containsExactly("q");
    }

    @Test
    void whatAPluginThrowsWhileRoutingHurtsOnlyTheMessage() {
        Node node = new Node(true);
        node.declare(Map.of());
        node.queue("q");
        node.bind("q", "a");
        assertThatThrownBy(() -> node.routed("defect"))
                .isInstanceOf(AmqpException.class)
                .hasMessage("exchange 'x' in vhost '/' cannot route this message: its type 'x-historic' of the plugin "
                        + "historic.jar has failed");
        assertThat(failures).containsExactly("x-historicjava.lang.IllegalStateException: a defect on purpose");
        VirtualHost.Routing routing = new VirtualHost.Routing();
        Message message = new Message(
                "x", "defect".getBytes(UTF_8), BasicFormat.INSTANCE.header(MessageProperties.NONE), new byte[0]);
        node.vhost().routeOrDrop(node.exchange(), message, routing);
        assertThat(routing.queues().size()).isZero();
        assertThat(node.routed("k")).containsExactly("q");
    }
}
