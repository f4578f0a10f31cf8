package io.jumpmq.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microraft.MembershipChangeMode;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The shortest stories known of what the engine gets wrong by itself, each of them told with the precaution as well. */
class EngineFaultsTest {
    private static final SimulatedNetwork.Kind WAITING = new SimulatedNetwork.Kind(true, true);

    @Test
    void aResponseOfAnEarlierTermIsCountedUnlessItIsHeldBack() {
        assertThatThrownBy(() -> responseOfAnEarlierTerm(EnumSet.of(Flaw.LATE_RESPONSES)))
                .hasMessageContaining("lacks entry");
        responseOfAnEarlierTerm(Flaw.none());
    }

    private static void responseOfAnEarlierTerm(Set<Flaw> flaws) {
        SimulatedCluster cluster = new SimulatedCluster(5, 1000, new SplittableRandom(1), WAITING, flaws);
        SimulatedNode first = cluster.awaitLeader();
        List<SimulatedNode> others =
                cluster.nodes().stream().filter(node -> node != first).toList();
        SimulatedNode late = others.get(0);
        cluster.run(1000);

        // One follower has what the leader appends, and its answers are on their way for long.
        others.subList(1, 4).forEach(node -> cluster.network().cutBoth(first.name(), node.name()));
        cluster.network().cut(late.name(), first.name());
        append(first, 1, 20);
        cluster.run(1500);

        // The other three go on without these two, who then lose what they had.
        others.subList(1, 4).forEach(node -> cluster.network().cutBoth(late.name(), node.name()));
        cluster.network().cut(first.name(), late.name());
        SimulatedNode second = cluster.awaitLeader(node -> others.contains(node) && node.isLeader());
        others.subList(1, 4).forEach(node -> cluster.network().mendBoth(first.name(), node.name()));
        others.subList(1, 4).forEach(node -> cluster.network().mendBoth(late.name(), node.name()));
        cluster.run(5000);

        // The first leads again, one follower has what it appends, and the answers of long ago arrive.
        second.transferLeadership(first.name());
        cluster.awaitLeader(node -> node == first && node.isLeader());
        cluster.run(1000);
        List<SimulatedNode> far =
                others.stream().filter(node -> node != others.get(3)).toList();
        far.forEach(node -> cluster.network().cut(first.name(), node.name()));
        far.forEach(node -> cluster.network().cutBoth(others.get(3).name(), node.name()));
        append(first, 2, 10);
        cluster.run(100);
        cluster.network().mend(late.name(), first.name());
        cluster.run(100);
        cluster.network().isolate(first.name());
        cluster.awaitLeader(node -> far.contains(node) && node.isLeader());
    }

    @Test
    void halfOfFourVotersCommitUnlessAResponseShowsNoMoreThanAMajorityHas() {
        assertThatThrownBy(() -> halfOfFourVoters(EnumSet.of(Flaw.HALF_COMMITS)))
                .hasMessageContaining("lacks entry");
        halfOfFourVoters(Flaw.none());
    }

    private static void halfOfFourVoters(Set<Flaw> flaws) {
        SimulatedCluster cluster = new SimulatedCluster(4, 1000, new SplittableRandom(1), WAITING, flaws);
        SimulatedNode first = cluster.awaitLeader();
        List<SimulatedNode> others =
                cluster.nodes().stream().filter(node -> node != first).toList();
        cluster.run(1500);

        // The leader is cut off, and starts to remove a member.
        cluster.network().isolate(first.name());
        first.change(others.get(0).name(), MembershipChangeMode.REMOVE_MEMBER);

        // The others elect one of them, who with one more is half of four.
        SimulatedNode second = cluster.awaitLeader(node -> others.contains(node) && node.isLeader());
        SimulatedNode voter = others.stream()
                .filter(node -> node != second && node != others.get(0))
                .findFirst()
                .orElseThrow();
        cluster.network().isolate(voter.name());
        append(second, 2, 5);
        cluster.run(1000);

        // The first needs two of three, as it sees it, and has the other half.
        cluster.network().mendBoth(first.name(), voter.name());
        cluster.awaitLeader(node -> node == first && node.isLeader());
    }

    @Test
    void aReadThatJoinsAnotherMissesWhatCameBetweenThem() {
        assertThatThrownBy(() -> joinedRead(EnumSet.of(Flaw.SHARED_READS))).hasMessageContaining("a read finds");
        joinedRead(Flaw.none());
    }

    private static void joinedRead(Set<Flaw> flaws) {
        SimulatedCluster cluster = new SimulatedCluster(3, 1000, new SplittableRandom(1), WAITING, flaws);
        History history = new History(cluster.invariants());
        SimulatedNode first = cluster.awaitLeader();
        List<SimulatedNode> others =
                cluster.nodes().stream().filter(node -> node != first).toList();
        append(first, 1, 1);
        cluster.run(1500);

        // Whatever is sent to the leader is on its way for long, and so are the answers that its read waits for.
        others.forEach(node -> cluster.network().cut(node.name(), first.name()));
        first.read(history.reader());
        cluster.run(100);
        first.transferLeadership(others.get(0).name());
        SimulatedNode second = cluster.awaitLeader(node -> others.contains(node) && node.isLeader());
        second.append(new Command(2, 0), history.appender(new Command(2, 0)));
        cluster.run(100);
        assertThat(history.seen()).isEqualTo(2);

        assertThat(first.isLeader()).isTrue();
        first.read(history.reader());
        cluster.network().mend(others.get(1).name(), first.name());
        cluster.run(100);
    }

    private static void append(SimulatedNode node, int client, int count) {
        for (int i = 0; i < count; i++) {
            node.append(new Command(client, i), Answer.ignored());
        }
    }
}
