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
        SimulatedNode second = cluster.await(node -> others.contains(node) && node.isLeader());
        others.subList(1, 4).forEach(node -> cluster.network().mendBoth(first.name(), node.name()));
        others.subList(1, 4).forEach(node -> cluster.network().mendBoth(late.name(), node.name()));
        cluster.run(5000);

        // The first leads again, one follower has what it appends, and the answers of long ago arrive.
        second.transferLeadership(first.name());
        cluster.await(node -> node == first && node.isLeader());
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
        cluster.await(node -> far.contains(node) && node.isLeader());
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
        SimulatedNode second = cluster.await(node -> others.contains(node) && node.isLeader());
        SimulatedNode voter = others.stream()
                .filter(node -> node != second && node != others.get(0))
                .findFirst()
                .orElseThrow();
        cluster.network().isolate(voter.name());
        append(second, 2, 5);
        cluster.run(1000);

        // The first needs two of three, as it sees it, and has the other half.
        cluster.network().mendBoth(first.name(), voter.name());
        cluster.await(node -> node == first && node.isLeader());
    }

    @Test
    void oneThatIsNoVoterVotesForItselfUnlessItDoesNotAsk() {
        assertThatThrownBy(() -> candidateThatIsNoVoter(EnumSet.of(Flaw.LEADER_LEAVES, Flaw.STRANGE_CANDIDATES)))
                .hasMessageContaining("another operation at Position[index=3, term=2]");
        candidateThatIsNoVoter(EnumSet.of(Flaw.LEADER_LEAVES));
    }

    private static void candidateThatIsNoVoter(Set<Flaw> flaws) {
        SimulatedCluster cluster = new SimulatedCluster(4, 1000, new SplittableRandom(1), WAITING, flaws);
        SimulatedNode leaving = cluster.awaitLeader();
        List<SimulatedNode> others =
                cluster.nodes().stream().filter(node -> node != leaving).toList();
        SimulatedNode informed = others.get(0);
        SimulatedNode voter = others.get(1);
        SimulatedNode voterToo = others.get(2);
        cluster.run(1500);

        // A leader removes itself, and one of the other three knows.
        cluster.network().cutBoth(leaving.name(), voter.name());
        cluster.network().cutBoth(leaving.name(), voterToo.name());
        cluster.network().cut(informed.name(), leaving.name());
        leaving.change(leaving.name(), MembershipChangeMode.REMOVE_MEMBER);
        cluster.run(100);

        // Both hold that two of three will do. The other finds a second, and so does the one that is none of the three.
        cluster.network().isolate(leaving.name());
        cluster.network().isolate(voterToo.name());
        cluster.run(10_000);
        assertThat(informed.isLeader()).isTrue();
        cluster.network().mendBoth(leaving.name(), voterToo.name());
        cluster.run(10_000);
    }

    @Test
    void aFollowerAnswersForWhatItCouldNotFlushUnlessItStops() {
        assertThatThrownBy(() -> failedFlushes(EnumSet.of(Flaw.LIFE_AFTER_FAILURE)))
                .hasMessageContaining("lacks entry");
        failedFlushes(Flaw.none());
    }

    /** A power loss takes what is not flushed with it, or leaves it. */
    private static void failedFlushes(Set<Flaw> flaws) {
        for (long seed = 1; seed <= 20; seed++) {
            failedFlush(seed, flaws);
        }
    }

    private static void failedFlush(long seed, Set<Flaw> flaws) {
        SimulatedCluster cluster = new SimulatedCluster(3, 1000, new SplittableRandom(seed), WAITING, flaws);
        SimulatedNode leader = cluster.awaitLeader();
        List<SimulatedNode> others =
                cluster.nodes().stream().filter(node -> node != leader).toList();
        SimulatedNode failing = others.get(0);
        cluster.run(1500);

        // An entry is written, the flush fails, and the leader sends it again.
        cluster.network().isolate(others.get(1).name());
        failing.failAfter(1);
        append(leader, 1, 1);
        cluster.run(2000);
        if (!failing.isUp()) {
            failing.start();
            cluster.run(2000);
        }
        failing.crash();
        failing.start();

        cluster.network().isolate(leader.name());
        cluster.network().mendBoth(failing.name(), others.get(1).name());
        cluster.await(node -> node != leader && node.isLeader());
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
        SimulatedNode second = cluster.await(node -> others.contains(node) && node.isLeader());
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
