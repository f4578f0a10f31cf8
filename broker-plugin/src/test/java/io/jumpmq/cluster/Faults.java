package io.jumpmq.cluster;

import io.microraft.MembershipChangeMode;
import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** Does to a cluster, every now and then, what networks, disks, clocks and operators do. Each seed has its own mixture. */
final class Faults {
    private enum Kind {
        SPLIT,
        ISOLATED_LEADER,
        ONE_WAY,
        MUTE,
        DEAF,
        PAIR,
        MENDED,
        WEATHER,
        POWER_LOSS,
        KILL,
        POWER_LOSS_AT_WRITE,
        FAILED_WRITE,
        START,
        CLOCK,
        TRANSFER,
        MEMBERS,
        FLOOD
    }

    private static final int MAX_NODES = 8;
    private static final int MAX_WEIGHT = 5;

    private final SimulatedCluster cluster;
    private final SplittableRandom random;
    private final int calmMillis;
    private final List<Kind> kinds = new ArrayList<>();
    private boolean over;
    private int floods;

    Faults(SimulatedCluster cluster, SplittableRandom random) {
        this.cluster = cluster;
        this.random = random;
        this.calmMillis = 100 + random.nextInt(2500);
        for (Kind kind : Kind.values()) {
            boolean remedy = kind == Kind.MENDED || kind == Kind.START;
            int weight = random.nextInt(3) > 0 || remedy ? 1 + random.nextInt(MAX_WEIGHT) : 0;
            kinds.addAll(Collections.nCopies(weight * (remedy ? 3 : 1), kind));
        }
    }

    /** The next one comes after a while. */
    void begin() {
        cluster.time().after(random.nextInt(calmMillis), () -> {
            if (!over) {
                strike();
                begin();
            }
        });
    }

    /** Ends them all: links, disks and nodes are as good as new. */
    void end() {
        over = true;
        cluster.network().weather(SimulatedNetwork.Weather.FAIR);
        cluster.network().mend();
        cluster.nodes().forEach(node -> {
            if (node.isUp()) {
                node.store().fault(() -> {});
            } else {
                node.start();
            }
        });
    }

    private void strike() {
        SimulatedNode node = any(cluster.nodes());
        SimulatedNode other = any(cluster.nodes());
        switch (any(kinds)) {
            case SPLIT -> split();
            case ISOLATED_LEADER -> isolateLeader();
            case ONE_WAY -> cluster.network().cut(node.name(), other.name());
            case MUTE -> cluster.nodes().forEach(each -> cluster.network().cut(node.name(), each.name()));
            case DEAF -> cluster.nodes().forEach(each -> cluster.network().cut(each.name(), node.name()));
            case PAIR -> cluster.network().cutBoth(node.name(), other.name());
            case MENDED -> cluster.network().mend();
            case WEATHER -> cluster.network().weather(weather());
            case POWER_LOSS -> node.crash();
            case KILL -> node.kill();
            case POWER_LOSS_AT_WRITE -> node.crashAfter(random.nextInt(20));
            case FAILED_WRITE -> node.failAfter(random.nextInt(20));
            case START -> startStopped();
            case CLOCK -> node.jumpClock(random.nextInt(10_000));
            case TRANSFER -> handOver();
            case MEMBERS -> changeMembers();
            case FLOOD -> flood();
        }
    }

    private SimulatedNetwork.Weather weather() {
        if (random.nextInt(3) == 0) {
            return SimulatedNetwork.Weather.FAIR;
        }
        return new SimulatedNetwork.Weather(
                random.nextDouble() * 0.3,
                random.nextDouble() * 0.3,
                1 + random.nextInt(100),
                random.nextDouble() * 0.2,
                1 + random.nextInt(10_000));
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private void split() {
        List<SimulatedNode> left = new ArrayList<>();
        List<SimulatedNode> right = new ArrayList<>();
        cluster.nodes().forEach(node -> (random.nextBoolean() ? left : right).add(node));
        for (SimulatedNode here : left) {
            for (SimulatedNode there : right) {
                cluster.network().cutBoth(here.name(), there.name());
            }
        }
    }

    private void isolateLeader() {
        SimulatedNode leader = cluster.leader();
        if (leader != null) {
            cluster.network().isolate(leader.name());
            flood();
        }
    }

    private void startStopped() {
        cluster.nodes().stream().filter(node -> !node.isUp()).toList().forEach(SimulatedNode::start);
    }

    private void handOver() {
        SimulatedNode leader = cluster.leader();
        if (leader != null) {
            leader.transferLeadership(
                    any(List.copyOf(leader.engine().getEffectiveMembers().getMembers())));
        }
    }

    private void changeMembers() {
        SimulatedNode leader = cluster.leader();
        if (leader == null) {
            return;
        }
        RaftNode engine = leader.engine();
        List<RaftEndpoint> members = List.copyOf(engine.getEffectiveMembers().getMembers());
        List<RaftEndpoint> learners = members.stream()
                .filter(member ->
                        !engine.getEffectiveMembers().getVotingMembers().contains(member))
                .toList();
        if (!learners.isEmpty() && random.nextInt(4) > 0) {
            leader.change(any(learners), MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER);
        } else if (members.size() > 5 || random.nextInt(3) == 0) {
            leader.change(any(members), MembershipChangeMode.REMOVE_MEMBER);
        } else if (cluster.nodes().size() < MAX_NODES) {
            SimulatedNode joining = cluster.addNode();
            joining.start();
            leader.change(joining.name(), MembershipChangeMode.ADD_LEARNER);
        }
    }

    /** Many commands at once, and nobody waits for an answer. */
    private void flood() {
        SimulatedNode node = cluster.someNode(random);
        if (node != null) {
            int count = 1 + random.nextInt(20);
            floods++;
            for (int i = 0; i < count && node.isUp(); i++) {
                node.append(new Command(-floods, i), Answer.ignored());
            }
        }
    }
}
