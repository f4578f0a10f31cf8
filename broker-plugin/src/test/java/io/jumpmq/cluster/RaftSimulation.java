package io.jumpmq.cluster;

import io.microraft.RaftEndpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** One seed's story: clients at work on a cluster while faults go on, then peace, in which all has to come together. */
final class RaftSimulation {
    private static final int CLIENTS = 3;
    private static final long TROUBLED_MILLIS = 40_000;
    private static final long CONVERGING_MILLIS = 120_000;

    private final SimulatedCluster cluster;
    private final Faults faults;
    private final History history;
    private final List<Client> clients = new ArrayList<>();

    RaftSimulation(long seed, Set<Flaw> flaws) {
        SplittableRandom random = new SplittableRandom(seed);
        int founders = new int[] {1, 3, 3, 3, 5, 5}[random.nextInt(6)];
        SimulatedNetwork.Kind kind = new SimulatedNetwork.Kind(random.nextBoolean(), random.nextBoolean());
        cluster = new SimulatedCluster(founders, 5 + random.nextInt(40), random.split(), kind, flaws);
        history = new History(cluster.invariants());
        faults = new Faults(cluster, random.split());
        for (int i = 1; i <= CLIENTS; i++) {
            clients.add(new Client(i, cluster, history, random.split()));
        }
    }

    void run() {
        clients.forEach(Client::operate);
        cluster.run(3000);
        faults.begin();
        cluster.run(TROUBLED_MILLIS);
        faults.end();
        cluster.run(15_000);
        stopFormerMembers();
        clients.forEach(Client::leave);
        cluster.converge(CONVERGING_MILLIS);
        if (!clients.stream().allMatch(Client::isAnswered)) {
            cluster.run(CONVERGING_MILLIS);
        }
        if (!clients.stream().allMatch(Client::isAnswered)) {
            throw new AssertionError("a client is not answered: " + cluster.describe());
        }
        cluster.nodes().stream()
                .filter(SimulatedNode::isLeader)
                .forEach(leader -> history.checkAgainst(leader.commands()));
        cluster.invariants().check();
    }

    /** An operator stops what has been removed. */
    private void stopFormerMembers() {
        SimulatedNode leader = cluster.leader();
        if (leader != null) {
            Collection<RaftEndpoint> members =
                    leader.engine().getEffectiveMembers().getMembers();
            cluster.nodes().stream()
                    .filter(node -> !members.contains(node.name()))
                    .forEach(SimulatedNode::kill);
        }
    }

    /** How it stands with each node. */
    String describe() {
        return cluster.describe();
    }

    int answers() {
        return history.answers();
    }

    int elections() {
        return cluster.invariants().elections();
    }

    long applied() {
        return cluster.invariants().applied();
    }
}
