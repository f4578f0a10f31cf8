package io.jumpmq.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.microraft.MembershipChangeMode;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The shortest stories known in which the engine by itself comes to a stop for good though a majority is there. */
class EngineStallsTest {
    private static final SimulatedNetwork.Kind LOSING = new SimulatedNetwork.Kind(true, false);

    @Test
    void whatFollowsASnapshotUncommittedIsReplaced() {
        assertThat(uncommittedAfterSnapshot(EnumSet.of(Flaw.REQUESTS_BEFORE_SNAPSHOT)))
                .isFalse();
        assertThat(uncommittedAfterSnapshot(Flaw.none())).isTrue();
    }

    private static boolean uncommittedAfterSnapshot(Set<Flaw> flaws) {
        SimulatedCluster cluster = new SimulatedCluster(3, 10, new SplittableRandom(1), LOSING, flaws);
        SimulatedNode first = cluster.awaitLeader();
        List<SimulatedNode> others = others(cluster, first);
        for (int i = 0; i < 9; i++) {
            first.append(new Command(1, i), Answer.ignored());
            cluster.run(1500);
        }
        assertThat(first.store().snapshotIndex()).isEqualTo(10);

        cluster.network().isolate(first.name());
        first.append(new Command(2, 0), Answer.ignored());
        SimulatedNode second = cluster.await(node -> others.contains(node) && node.isLeader());
        others.stream().filter(node -> node != second).forEach(SimulatedNode::crash);
        cluster.network().mend();
        return takesCommands(cluster);
    }

    @Test
    void aNodeBehindInTermsIsElectedForItsLog() {
        assertThat(behindInTerms(EnumSet.of(Flaw.FORGOTTEN_TERMS))).isFalse();
        assertThat(behindInTerms(Flaw.none())).isTrue();
    }

    private static boolean behindInTerms(Set<Flaw> flaws) {
        SimulatedCluster cluster = new SimulatedCluster(3, 1000, new SplittableRandom(1), LOSING, flaws);
        SimulatedNode first = cluster.awaitLeader();
        cluster.run(1500);

        // A candidate is cut off before anybody hears of it, and stands again and again.
        cluster.network().isolate(first.name());
        SimulatedNode candidate = cluster.await(node -> node.engine().getTerm().getTerm() > 1);
        cluster.network().isolate(candidate.name());
        cluster.run(4000);
        candidate.kill();

        // The other two have gone on; of these one is left.
        SimulatedNode third = others(cluster, first).stream()
                .filter(node -> node != candidate)
                .findFirst()
                .orElseThrow();
        cluster.network().mendBoth(first.name(), third.name());
        SimulatedNode leader = cluster.awaitLeader();
        leader.append(new Command(1, 1), Answer.ignored());
        cluster.run(3000);
        first.crash();
        candidate.start();
        cluster.network().mend();
        return takesCommands(cluster);
    }

    @Test
    void aNodeThatOnceStoodInVainStandsAgain() {
        assertThat(stoodInVain(EnumSet.of(Flaw.STALE_CANDIDACY))).isFalse();
        assertThat(stoodInVain(Flaw.none())).isTrue();
    }

    private static boolean stoodInVain(Set<Flaw> flaws) {
        SimulatedCluster cluster = new SimulatedCluster(3, 1000, new SplittableRandom(1), LOSING, flaws);
        SimulatedNode leader = cluster.awaitLeader();
        cluster.run(1500);
        for (SimulatedNode follower : others(cluster, leader)) {
            cluster.network().isolate(follower.name());
            cluster.run(6000);
            cluster.network().mend();
            cluster.run(3000);
        }
        assertThat(leader.isLeader()).isTrue();
        leader.crash();
        return takesCommands(cluster);
    }

    @Test
    void aTransferToWhoIsRemovedEnds() {
        assertThat(transferToWhoIsRemoved(EnumSet.of(Flaw.CHANGES_DURING_TRANSFER)))
                .isFalse();
        assertThat(transferToWhoIsRemoved(Flaw.none())).isTrue();
    }

    private static boolean transferToWhoIsRemoved(Set<Flaw> flaws) {
        SimulatedCluster cluster = new SimulatedCluster(3, 1000, new SplittableRandom(1), LOSING, flaws);
        SimulatedNode leader = cluster.awaitLeader();
        SimulatedNode target = others(cluster, leader).get(0);
        cluster.run(1500);

        // The transfer waits for the command.
        leader.append(new Command(1, 1), Answer.ignored());
        leader.transferLeadership(target.name());
        leader.change(target.name(), MembershipChangeMode.REMOVE_MEMBER);
        cluster.run(5000);
        return takesCommands(cluster);
    }

    @Test
    void aVoterStartsWhoseSnapshotSaidSoFirst() {
        for (int changes = 0; changes < 12; changes++) {
            assertThat(startsAfterPromotion(changes, Flaw.none())).isTrue();
        }
        boolean allStart = true;
        for (int changes = 0; changes < 12; changes++) {
            allStart &= startsAfterPromotion(changes, EnumSet.of(Flaw.VOTER_BESIDE_SNAPSHOT));
        }
        assertThat(allStart).isFalse();
    }

    private static boolean startsAfterPromotion(int changes, Set<Flaw> flaws) {
        SimulatedCluster cluster = new SimulatedCluster(1, 10, new SplittableRandom(1), LOSING, flaws);
        SimulatedNode first = cluster.awaitLeader();
        SimulatedNode joining = cluster.addNode();
        joining.start();
        first.change(joining.name(), MembershipChangeMode.ADD_LEARNER);
        cluster.run(5000);

        // It is made a voter while it is away, and all it hears of that is a snapshot.
        joining.kill();
        SimulatedNode voter = cluster.addNode();
        voter.start();
        first.change(voter.name(), MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER);
        cluster.run(5000);
        first.change(joining.name(), MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER);
        for (int i = 0; i < 30; i++) {
            first.append(new Command(1, i), Answer.ignored());
            cluster.run(500);
        }
        joining.start();
        joining.crashAfter(changes);
        cluster.run(10_000);
        try {
            joining.start();
        } catch (NullPointerException e) {
            return false;
        }
        return true;
    }

    private static List<SimulatedNode> others(SimulatedCluster cluster, SimulatedNode node) {
        return cluster.nodes().stream().filter(other -> other != node).toList();
    }

    /** Whether within a minute a leader takes a command, and answers. */
    private static boolean takesCommands(SimulatedCluster cluster) {
        boolean[] answered = {false};
        for (int i = 0; i < 60 && !answered[0]; i++) {
            SimulatedNode leader = cluster.leader();
            if (leader != null) {
                leader.append(new Command(-1, i), new Answer<>() {
                    @Override
                    public void answered(Integer position) {
                        answered[0] = true;
                    }

                    @Override
                    public void failed() {}
                });
            }
            cluster.run(1000);
        }
        return answered[0];
    }
}
