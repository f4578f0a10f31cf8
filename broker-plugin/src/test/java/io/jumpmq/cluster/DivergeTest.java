package io.jumpmq.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * A leader is cut off with commands that nobody else has, and comes back while everybody reads. Its commands must go, for
 * others have taken their places. An engine that commits by an empty append request applies them for good.
 */
class DivergeTest {
    private static final int SEEDS = Integer.getInteger("raft.seeds", 60);
    private static final long FIRST_SEED = Long.getLong("raft.seed", 1);

    @Test
    void aLeaderThatWasCutOffFollowsTheOthers() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            try {
                diverge(seed, Flaw.none());
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void anEngineThatCommitsWithoutCheckingThePreviousEntryIsFound() {
        assertThatThrownBy(() -> {
                    for (long seed = 1; seed <= 20; seed++) {
                        diverge(seed, EnumSet.of(Flaw.UNCHECKED_COMMITS));
                    }
                })
                .hasMessageContaining("applies");
    }

    private static void diverge(long seed, Set<Flaw> flaws) {
        SplittableRandom random = new SplittableRandom(seed);
        SimulatedNetwork.Kind kind = new SimulatedNetwork.Kind(random.nextBoolean(), random.nextBoolean());
        SimulatedCluster cluster = new SimulatedCluster(3, 10 + random.nextInt(100), random.split(), kind, flaws);
        cluster.network().weather(new SimulatedNetwork.Weather(0, 0, 1 + random.nextInt(40), 0, 1));
        History history = new History(cluster.invariants());
        Reader reader = new Reader(cluster, history, random.split());
        SimulatedNode former = cluster.awaitLeader();
        append(cluster, former, 0, 10);
        cluster.converge(10_000);
        reader.read();

        cluster.network().isolate(former.name());
        append(cluster, former, 1, 20);
        SimulatedNode successor = cluster.await(node -> node != former && node.isLeader());
        append(cluster, successor, 2, 10);
        cluster.run(random.nextInt(4000));
        cluster.network().mend();
        cluster.run(5000);
        reader.stop();
        cluster.converge(30_000);

        CommandLog agreed = cluster.awaitLeader().commands();
        assertThat(agreed.content().size()).isEqualTo(20);
        assertThat(agreed.isAt(19, new Command(2, 9))).isTrue();
        history.checkAgainst(agreed);
        cluster.invariants().check();
        assertThat(history.answers()).isGreaterThan(20);
    }

    private static void append(SimulatedCluster cluster, SimulatedNode node, int client, int count) {
        for (int i = 0; i < count; i++) {
            node.append(new Command(client, i), Answer.ignored());
            cluster.run(5);
        }
    }

    /** Reads from every node that takes reads, all the time. */
    private static final class Reader {
        private final SimulatedCluster cluster;
        private final History history;
        private final SplittableRandom random;
        private boolean stopped;

        Reader(SimulatedCluster cluster, History history, SplittableRandom random) {
            this.cluster = cluster;
            this.history = history;
            this.random = random;
        }

        void stop() {
            stopped = true;
        }

        void read() {
            if (!stopped) {
                cluster.nodes().forEach(node -> node.read(history.reader()));
                cluster.time().after(1 + random.nextInt(50), this::read);
            }
        }
    }
}
