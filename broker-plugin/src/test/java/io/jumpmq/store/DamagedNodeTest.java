package io.jumpmq.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.amqp.Method;
import io.jumpmq.simulation.SimulatedClient;
import io.jumpmq.simulation.SimulatedNode;
import io.jumpmq.value.FieldTable;
import io.jumpmq.value.MessageProperties;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A node goes on with messages that cannot be read: they are set aside and reported, whatever is read, acknowledged, purged,
 * deleted, published and given back behind them, and all others stay as they were.
 */
class DamagedNodeTest {
    private static final List<String> QUEUES = List.of("a", "b", "c");
    private static final long NOW = 1_700_000_000_000L;
    private static final MessageProperties PERSISTENT =
            new MessageProperties(null, null, null, 2, null, null, null, null, null, null, null, null, null, null);

    @Test
    void damagedMessagesHarmNoOthers() {
        run(1, 150);
    }

    @Test
    @Tag("long")
    void damagedMessagesHarmNoOthersInTheLongRun() {
        run(100_000, 20_000);
    }

    private static void run(long firstSeed, int count) {
        int refused = 0;
        int setAside = 0;
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            Life life = new Life(seed);
            try {
                refused += life.tell() ? 0 : 1;
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", " + life.what, e);
            }
            setAside += life.everSetAside;
        }
        System.out.printf(
                "Damaged nodes, %,d seeds from %,d: %,d refused, %,d messages set aside%n",
                count, firstSeed, refused, setAside);
        assertThat(refused).isLessThan(count / 4);
        assertThat(setAside).isGreaterThan(count / 4);
    }

    private static final class Life implements SimulatedClient.Listener {
        private final SplittableRandom random;
        private SimulatedDisk catalogDisk = new SimulatedDisk();
        private SimulatedDisk messageDisk = new SimulatedDisk();
        private final TreeMap<Long, String> outstanding = new TreeMap<>();
        private final Set<String> there = new HashSet<>();

        /** Acknowledged or purged, which a process that is killed may forget. */
        private final Set<String> perhapsThere = new HashSet<>();

        /** What the client has and has not acknowledged. */
        private final Set<String> held = new HashSet<>();

        private final Set<String> found = new HashSet<>();
        private String what = "nothing is damaged yet";
        private long lastTag;
        private int published;
        private int everSetAside;
        private boolean draining;

        @SuppressWarnings("NullAway.Init") // Each life begins with a start.
        private SimulatedNode node;

        @SuppressWarnings("NullAway.Init")
        private SimulatedClient client;

        Life(long seed) {
            random = new SplittableRandom(seed);
        }

        /** Returns whether the node has started after the damage. */
        boolean tell() throws IOException {
            start();
            for (int i = 0; i < 60 + random.nextInt(100); i++) {
                publish();
                if (random.nextInt(3) == 0) {
                    take();
                }
            }
            restart();
            try {
                damage();
                start();
            } catch (DamagedException e) {
                return false;
            }
            for (int i = random.nextInt(60); i > 0; i--) {
                operate();
            }
            drain();
            return true;
        }

        private void start() throws IOException {
            node = SimulatedStore.node(catalogDisk, messageDisk, random, NOW, random.nextBoolean() ? 20_000 : 1L << 30);
            node.settle();
            client = new SimulatedClient(node, 1, node.loops().get(random.nextInt(3)), this);
            client.send(1, new Method.ChannelOpen());
            client.send(1, new Method.ConfirmSelect(false));
            for (String queue : QUEUES) {
                client.send(1, new Method.QueueDeclare(queue, false, true, false, false, false, FieldTable.EMPTY));
            }
            lastTag = 0;
            held.clear();
            hear();
        }

        private void hear() {
            node.settle();
            client.listen();
            node.settle(); // What it has acknowledged.
            assertThat(node.failures()).isEmpty();
            assertThat(node.isBroken()).as("the store has failed").isFalse();
            everSetAside = Math.max(everSetAside, setAside());
        }

        private int setAside() {
            return node.storage().messages().damaged().size();
        }

        /** Ends the process, in order or not. */
        private void restart() throws IOException {
            hear();
            assertThat(outstanding).as("not confirmed at rest").isEmpty();
            if (random.nextBoolean()) {
                client.hangUp();
                node.stop();
                perhapsThere.clear();
            } else {
                node.kill();
            }
            catalogDisk = catalogDisk.kill();
            messageDisk = messageDisk.kill();
        }

        // What happens.

        private void operate() throws IOException {
            switch (random.nextInt(12)) {
                case 0 -> {
                    restart();
                    start();
                }
                case 1 -> {
                    String queue = QUEUES.get(random.nextInt(QUEUES.size()));
                    client.send(1, new Method.QueuePurge(queue, false));
                    hear();
                    Set<String> purged = new HashSet<>(there);
                    purged.removeIf(name -> !name.startsWith(queue) || held.contains(name));
                    perhapsThere.addAll(purged);
                    there.removeAll(purged);
                    assertThat(node.storage()
                                    .messages()
                                    .damaged(node.vhost().requireQueue(queue).id()))
                            .as("set aside of a queue that is purged")
                            .isZero();
                }
                case 2 -> node.pageOut();
                case 3 -> node.advance(random.nextInt(5_000));
                case 4 -> SimulatedStore.snapshot(node);
                case 5, 6, 7 -> take();
                default -> publish();
            }
            if (random.nextBoolean()) {
                hear();
            }
        }

        private void publish() {
            String name = QUEUES.get(random.nextInt(QUEUES.size())) + published++;
            outstanding.put(++lastTag, name);
            there.add(name);
            client.publish(1, "", name.substring(0, 1), PERSISTENT, body(name));
        }

        private void take() {
            client.send(1, new Method.BasicGet(QUEUES.get(random.nextInt(QUEUES.size())), false));
            hear();
        }

        private static String body(String name) {
            int size = new SplittableRandom(name.hashCode()).nextInt(40, 12_000);
            return (name + ":").repeat(size / (name.length() + 1) + 1);
        }

        @Override
        public void received(int channel, Method method, SimulatedClient.@Nullable Content content) {
            if (method instanceof Method.BasicAck ack) {
                outstanding.headMap(ack.deliveryTag(), true).clear();
            } else if (method instanceof Method.BasicGetOk got && content != null) {
                String name = content.body().substring(0, content.body().indexOf(':'));
                assertThat(content.body()).isEqualTo(body(name));
                assertThat(there.contains(name) || perhapsThere.contains(name))
                        .as("%s, which should be gone", name)
                        .isTrue();
                if (draining) {
                    found.add(name);
                } else if (random.nextBoolean()) {
                    there.remove(name);
                    perhapsThere.add(name);
                    client.send(1, new Method.BasicAck(got.deliveryTag(), false));
                } else {
                    held.add(name);
                    there.add(name);
                    perhapsThere.remove(name);
                }
            }
        }

        private void drain() throws IOException {
            restart();
            start();
            draining = true;
            for (String queue : QUEUES) {
                int before = -1;
                while (found.size() > before) {
                    before = found.size();
                    for (int i = 0; i < 50; i++) {
                        client.send(1, new Method.BasicGet(queue, false));
                    }
                    hear();
                }
            }
            Set<String> lost = new HashSet<>(there);
            lost.removeAll(found);
            assertThat(lost).as("not delivered, and not reported").hasSizeLessThanOrEqualTo(setAside());
        }

        // What goes wrong.

        /** Something is wrong in a segment that is not the last. */
        private void damage() throws IOException {
            List<String> sealed = new ArrayList<>(messageDisk.list());
            sealed.removeIf(name -> Segment.number(name) <= 0 || !messageDiskHas(Summary.name(Segment.number(name))));
            if (sealed.isEmpty()) {
                return;
            }
            String file = sealed.get(random.nextInt(sealed.size()));
            byte[] content = messageDisk.content(file);
            int from = Segment.HEAD_BYTES + 64 + random.nextInt(Math.max(1, content.length - Segment.HEAD_BYTES - 64));
            int to = Math.min(content.length, from + (random.nextBoolean() ? 512 : 4096));
            switch (random.nextInt(3)) {
                case 0 -> {
                    content[from] ^= (byte) (1 << random.nextInt(8));
                    what = file + " flipped at " + from;
                }
                case 1 -> {
                    Arrays.fill(content, from, to, (byte) 0);
                    what = file + " zeroed from " + from + " to " + to;
                }
                default -> {
                    int source = random.nextInt(content.length - (to - from) + 1);
                    System.arraycopy(content.clone(), source, content, from, to - from);
                    what = file + " from " + from + " to " + to + " has what belongs to " + source;
                }
            }
        }

        private boolean messageDiskHas(String name) {
            try {
                return messageDisk.list().contains(name);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
