package io.jumpmq.cluster;

import io.microraft.RaftEndpoint;
import io.microraft.report.RaftGroupMembers;
import io.microraft.report.RaftNodeReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Nodes, the network between them and their time, all on the caller's thread and one seed. */
final class SimulatedCluster {
    private final SimulatedTime time = new SimulatedTime();
    private final RaftInvariants invariants = new RaftInvariants();
    private final SplittableRandom random;
    private final SimulatedNetwork network;
    private final Set<Flaw> flaws;
    private final int commitsPerSnapshot;
    private final List<NodeName> founders = new ArrayList<>();
    private final List<SimulatedNode> nodes = new ArrayList<>();

    SimulatedCluster(
            int founders,
            int commitsPerSnapshot,
            SplittableRandom random,
            SimulatedNetwork.Kind kind,
            Set<Flaw> flaws) {
        this.random = random;
        this.commitsPerSnapshot = commitsPerSnapshot;
        this.flaws = flaws;
        this.network = new SimulatedNetwork(time, random.split(), kind);
        for (int i = 1; i <= founders; i++) {
            this.founders.add(new NodeName("n" + i));
        }
        for (int i = 0; i < founders; i++) {
            addNode().start();
        }
    }

    SimulatedTime time() {
        return time;
    }

    SimulatedNetwork network() {
        return network;
    }

    RaftInvariants invariants() {
        return invariants;
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    /** One more machine, which is not started. */
    SimulatedNode addNode() {
        SimulatedNode node = new SimulatedNode(
                new NodeName("n" + (nodes.size() + 1)),
                founders,
                commitsPerSnapshot,
                time,
                network,
                invariants,
                random.split(),
                flaws);
        nodes.add(node);
        return node;
    }

    /** A node that is up, most often one that thinks that it leads. */
    @Nullable SimulatedNode someNode(SplittableRandom choice) {
        List<SimulatedNode> candidates = nodes.stream()
                .filter(choice.nextInt(4) > 0 ? SimulatedNode::isLeader : SimulatedNode::isUp)
                .toList();
        return candidates.isEmpty() ? null : candidates.get(choice.nextInt(candidates.size()));
    }

    /** The leader of the latest term. */
    @Nullable SimulatedNode leader() {
        SimulatedNode latest = null;
        for (SimulatedNode node : nodes) {
            if (node.isLeader() && (latest == null || term(node) > term(latest))) {
                latest = node;
            }
        }
        return latest;
    }

    SimulatedNode awaitLeader() {
        return await(SimulatedNode::isLeader);
    }

    /** Lets time pass until there is such a node. */
    SimulatedNode await(Predicate<SimulatedNode> wanted) {
        long until = time.nowMillis() + 60_000;
        while (time.nowMillis() < until) {
            for (SimulatedNode node : nodes) {
                if (wanted.test(node)) {
                    return node;
                }
            }
            run(1);
        }
        throw new AssertionError("there is none: " + describe());
    }

    private static int term(SimulatedNode node) {
        return node.engine().getTerm().getTerm();
    }

    /** Lets time pass, and checks the invariants after each step. */
    void run(long millis) {
        long until = time.nowMillis() + millis;
        while (time.step(until)) {
            invariants.check();
        }
    }

    /** Lets time pass until all members have applied the same, and fails if they do not within that time. */
    void converge(long millis) {
        long until = time.nowMillis() + millis;
        while (!hasConverged()) {
            if (time.nowMillis() > until) {
                throw new AssertionError("the nodes do not converge: " + describe());
            }
            run(500);
        }
    }

    private boolean hasConverged() {
        SimulatedNode leader = leader();
        if (leader == null) {
            return false;
        }
        RaftNodeReport report = report(leader);
        RaftGroupMembers members = report.getEffectiveMembers();
        Collection<RaftEndpoint> names = members.getMembers();
        CommandLog.Content content = leader.commands().content();
        return members.getLogIndex() == report.getCommittedMembers().getLogIndex()
                && report.getLog().getCommitIndex() == report.getLog().getLastLogOrSnapshotIndex()
                && nodes.stream()
                        .filter(node -> names.contains(node.name()))
                        .allMatch(node -> node.isUp()
                                && report(node).getLog().getCommitIndex()
                                        == report.getLog().getCommitIndex()
                                && node.commands().content().equals(content));
    }

    static RaftNodeReport report(SimulatedNode node) {
        return node.engine().getReport().join().getResult();
    }

    String describe() {
        StringBuilder text = new StringBuilder();
        for (SimulatedNode node : nodes) {
            text.append("\n  ").append(node.name()).append(": ");
            if (node.isUp()) {
                RaftNodeReport report = report(node);
                text.append(report.getStatus() + " " + report.getRole() + " " + report.getTerm() + " commit "
                        + report.getLog().getCommitIndex() + " last "
                        + report.getLog().getLastLogOrSnapshotIndex() + " snapshot "
                        + report.getLog().getLastSnapshotIndex() + " flushed "
                        + node.store().flushedIndex() + " stored "
                        + node.store().lastIndex() + " match "
                        + report.getLog().getFollowerMatchIndices() + " voters "
                        + report.getEffectiveMembers().getVotingMembers() + " content "
                        + node.commands().content());
            } else {
                text.append("down");
            }
        }
        return text.toString();
    }
}
