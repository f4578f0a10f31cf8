package io.jumpmq.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.Method;
import io.jumpmq.broker.QueuePlacement;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.node.TestIds;
import io.jumpmq.broker.queue.LogListener.Stored;
import io.jumpmq.remote.Link;
import io.jumpmq.remote.QueueHost;
import io.jumpmq.remote.RemoteQueue;
import io.jumpmq.store.SimulatedDisks;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that each are the home of one queue and reach those of the others over links, on disks of their own, under clients that
 * publish to any queue through any node and take messages from them. Links break, stall in one direction and come back, nodes
 * are killed at any step and start again on what their disks have. In the end:
 *
 * <ul>
 *   <li>what was confirmed is in the queue that it was published to, unless somebody has acknowledged it;
 *   <li>nothing is there that nobody published, and nothing twice;
 *   <li>what one client sent to a queue is there in its order.
 * </ul>
 */
final class NodesStory {
    private static final int NODES = 3;
    private static final int CLIENTS = 4;
    private static final int PUBLISHING = 1;
    private static final int FETCHING = 2;
    private static final int LOOPS = 2;
    private static final long MEMORY_BYTES = 1 << 20;
    private static final SimulatedNetwork.Faults SLOW = new SimulatedNetwork.Faults(20, 0, 0);
    private static final MessageProperties PERSISTENT =
            new MessageProperties(null, null, null, 2, null, null, null, null, null, null, null, null, null, null);

    private final SplittableRandom random;
    private final Simulation simulation;
    private final SimulatedNetwork network;
    private final SimulatedDisks[] disks = new SimulatedDisks[NODES];
    private final @Nullable SimulatedNode[] nodes = new SimulatedNode[NODES];
    private final Map<String, Link> links = new HashMap<>();
    private final List<Client> clients = new ArrayList<>();

    private final Set<String> published = new HashSet<>();
    private final Set<String> confirmed = new HashSet<>();
    private final Set<String> acknowledged = new HashSet<>();
    private int clientsSeen;
    private int kills;
    private int cuts;
    private int nacks;

    NodesStory(long seed) {
        random = new SplittableRandom(seed);
        simulation = Simulation.anyOrder(random, 1_700_000_000_000L);
        network = new SimulatedNetwork(simulation, random);
        network.faults(SLOW);
    }

    int confirmed() {
        return confirmed.size();
    }

    int acknowledged() {
        return acknowledged.size();
    }

    int kills() {
        return kills;
    }

    int cuts() {
        return cuts;
    }

    int nacks() {
        return nacks;
    }

    void tell() throws IOException {
        for (int i = 0; i < NODES; i++) {
            disks[i] = SimulatedDisks.empty();
            for (int j = 0; j < NODES; j++) {
                links.put(i + ">" + j, new Link(network, i, j));
            }
        }
        for (int i = 0; i < NODES; i++) {
            start(i);
        }
        int length = 100 + random.nextInt(400);
        for (int i = 0; i < length; i++) {
            operate();
            for (int step = random.nextInt(12); step > 0; step--) {
                simulation.step();
            }
            clients.forEach(Client::listen);
        }
        healAll();
        for (int i = 0; i < NODES; i++) {
            if (nodes[i] == null) {
                start(i);
            }
        }
        rest();
        check();
    }

    private void rest() {
        for (int i = 0; i < 10; i++) { // What is on its way back and forth.
            assertThat(simulation.advance(SLOW.maxDelayMillis())).isTrue();
            clients.forEach(Client::listen);
        }
        for (SimulatedNode node : nodes) {
            assertThat(node == null ? List.of() : node.failures()).isEmpty();
        }
    }

    private static String queue(int home) {
        return "q" + home;
    }

    private Link link(int caller, int home) {
        Link link = links.get(caller + ">" + home);
        assertThat(link).isNotNull();
        return link;
    }

    // Nodes.

    private void start(int number) throws IOException {
        SimulatedNode node = new SimulatedNode(
                simulation,
                disks[number].open(simulation),
                new SimulatedNode.Shape(LOOPS, MEMORY_BYTES, MEMORY_BYTES, loops -> placement(number, loops)));
        nodes[number] = node;
        if (node.vhost().queue(queue(0)) == null) {
            for (int home = 0; home < NODES; home++) {
                var declared = node.broker()
                        .administer(List.of(new Command.DeclareQueue(
                                SimulatedNode.VHOST,
                                queue(home),
                                true,
                                false,
                                false,
                                FieldTable.EMPTY,
                                TestIds.OPERATOR)));
                while (!declared.isDone()) {
                    assertThat(simulation.step()).isTrue();
                }
            }
        }
        for (int caller = 0; caller < NODES; caller++) {
            if (caller != number) {
                new QueueHost(
                        node.vhost().requireQueue(queue(number)).port(),
                        node.loops().get(0),
                        link(caller, number));
                link(caller, number).restore();
                link(number, caller).restore();
            }
        }
    }

    private QueuePlacement placement(int number, List<Loop> loops) {
        return (queue, here) -> {
            int home = queue.name().charAt(1) - '0';
            return home == number ? here.get() : new RemoteQueue(queue.name(), loops.get(1), link(number, home));
        };
    }

    private void kill(int number) {
        SimulatedNode node = nodes[number];
        if (node == null) {
            return;
        }
        kills++;
        assertThat(node.failures()).isEmpty();
        node.kill();
        nodes[number] = null;
        disks[number] = disks[number].crash(random);
        clients.removeIf(client -> client.node == node);
        for (int other = 0; other < NODES; other++) {
            if (other != number) {
                link(number, other).lost(number);
                link(other, number).lost(number);
            }
        }
    }

    // What happens.

    private void operate() throws IOException {
        int one = random.nextInt(NODES);
        int other = (one + 1 + random.nextInt(NODES - 1)) % NODES;
        switch (random.nextInt(40)) {
            case 0 -> kill(one);
            case 1, 2 -> {
                if (nodes[one] == null) {
                    start(one);
                }
            }
            case 3 -> {
                cuts++;
                link(one, other).cut();
            }
            case 4, 5 -> {
                if (nodes[one] != null && nodes[other] != null) {
                    link(one, other).restore();
                }
            }
            case 6 -> network.cut(one, other);
            case 7, 8 -> network.heal(one, other);
            case 9, 10 -> simulation.advance(random.nextInt(10));
            case 11 -> {
                if (!clients.isEmpty()) {
                    clients.remove(random.nextInt(clients.size())).peer.hangUp();
                }
            }
            default -> {
                Client client = client();
                if (client != null) {
                    client.operate();
                }
            }
        }
    }

    private void healAll() {
        for (int one = 0; one < NODES; one++) {
            for (int other = 0; other < NODES; other++) {
                network.heal(one, other);
                if (one != other && nodes[one] != null && nodes[other] != null) {
                    link(one, other).restore();
                }
            }
        }
    }

    private @Nullable Client client() {
        SimulatedNode node = nodes[random.nextInt(NODES)];
        if (clients.size() < CLIENTS && node != null) {
            clients.add(new Client(node, ++clientsSeen));
        }
        return clients.isEmpty() ? null : clients.get(random.nextInt(clients.size()));
    }

    private final class Client implements SimulatedClient.Listener {
        final SimulatedNode node;
        final SimulatedClient peer;
        private final int number;
        private final TreeMap<Long, String> outstanding = new TreeMap<>();
        private long lastTag;

        Client(SimulatedNode node, int number) {
            this.node = node;
            this.number = number;
            this.peer = new SimulatedClient(node, number, node.loops().get(random.nextInt(LOOPS)), this);
            peer.send(PUBLISHING, new Method.ChannelOpen());
            peer.send(PUBLISHING, new Method.ConfirmSelect(false));
            peer.send(FETCHING, new Method.ChannelOpen());
        }

        void operate() {
            String queue = queue(random.nextInt(NODES));
            if (random.nextInt(3) == 0) {
                peer.send(FETCHING, new Method.BasicGet(queue, false));
            } else {
                String name = queue + "-" + number + "-" + ++lastTag;
                outstanding.put(lastTag, name);
                published.add(name);
                peer.publish(PUBLISHING, "", queue, PERSISTENT, name);
            }
        }

        void listen() {
            peer.listen();
        }

        @Override
        public void received(int channel, Method method, SimulatedClient.@Nullable Content content) {
            if (method instanceof Method.BasicAck ack) {
                settle(ack.deliveryTag(), ack.multiple(), true);
            } else if (method instanceof Method.BasicNack nack) {
                settle(nack.deliveryTag(), nack.multiple(), false);
            } else if (method instanceof Method.BasicGetOk got && content != null) {
                assertThat(published).contains(content.body());
                if (random.nextInt(4) > 0) {
                    acknowledged.add(content.body());
                    peer.send(FETCHING, new Method.BasicAck(got.deliveryTag(), false));
                }
            } else if (method instanceof Method.ChannelClose) {
                assertThat(channel)
                        .as("only who asks a queue may lose his channel")
                        .isEqualTo(FETCHING);
                peer.send(FETCHING, new Method.ChannelCloseOk());
                peer.send(FETCHING, new Method.ChannelOpen());
            }
        }

        /** Answers may come in any order, since queues are near or far. */
        private void settle(long tag, boolean multiple, boolean positive) {
            Set<Long> settled =
                    multiple ? Set.copyOf(outstanding.headMap(tag, true).keySet()) : Set.of(tag);
            for (long one : settled) {
                String name = outstanding.remove(one);
                assertThat(name).as("what is answered once").isNotNull();
                if (positive) {
                    confirmed.add(name);
                } else {
                    nacks++;
                }
            }
        }
    }

    // The end.

    private void check() throws IOException {
        clients.forEach(client -> client.peer.hangUp());
        rest();
        for (int home = 0; home < NODES; home++) {
            SimulatedNode node = nodes[home];
            assertThat(node).isNotNull();
            long id = node.vhost().requireQueue(queue(home)).id();
            List<String> found = new ArrayList<>();
            for (Stored stored : disks[home].messages(id)) {
                found.add(new String(stored.message().body(), StandardCharsets.UTF_8));
            }
            String prefix = queue(home) + "-";
            assertThat(found)
                    .doesNotHaveDuplicates()
                    .allMatch(published::contains)
                    .allMatch(one -> one.startsWith(prefix));
            Set<String> lost = new HashSet<>(confirmed);
            lost.removeIf(one -> !one.startsWith(prefix));
            lost.removeAll(acknowledged);
            lost.removeAll(found);
            assertThat(lost).as("confirmed and gone").isEmpty();
            expectOrder(found);
        }
    }

    private static void expectOrder(List<String> found) {
        Map<String, Integer> last = new HashMap<>();
        for (String name : found) {
            int dash = name.lastIndexOf('-');
            int number = Integer.parseInt(name.substring(dash + 1));
            Integer before = last.put(name.substring(0, dash), number);
            assertThat(before == null || before < number)
                    .as("%s after %s in %s", name, before, found)
                    .isTrue();
        }
    }
}
