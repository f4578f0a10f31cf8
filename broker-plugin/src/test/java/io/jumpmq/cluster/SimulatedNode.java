package io.jumpmq.cluster;

import io.microraft.MembershipChangeMode;
import io.microraft.Ordered;
import io.microraft.QueryPolicy;
import io.microraft.RaftConfig;
import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.RaftNodeStatus;
import io.microraft.RaftRole;
import io.microraft.executor.RaftNodeExecutor;
import io.microraft.model.impl.message.DefaultAppendEntriesRequestOrBuilder;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.RaftMessage;
import io.microraft.report.RaftNodeReport;
import io.microraft.transport.Transport;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A machine with the engine on it: its disk outlives its lives, its clock may jump. */
final class SimulatedNode {
    /** Less than the engine takes, whose log has to have room for an entry of each new leader as well: nothing is committed once it is full. */
    private static final int MAX_PENDING = 40;

    static {
        // The engine asserts what does not always hold, and a node on which an assertion fails stays behind.
        SimulatedNode.class
                .getClassLoader()
                .setPackageAssertionStatus("io.microraft", Boolean.getBoolean("raft.assertions"));
    }

    private static final RaftConfig.RaftConfigBuilder CONFIG = RaftConfig.newBuilder()
            .setLeaderElectionTimeoutMillis(500)
            .setLeaderHeartbeatPeriodSecs(1)
            .setLeaderHeartbeatTimeoutSecs(3)
            .setAppendEntriesRequestBatchSize(5)
            // A request for a chunk that is lost in a change of terms would never be made again.
            .setTransferSnapshotsFromFollowersEnabled(false)
            .setMaxPendingLogEntryCount(MAX_PENDING + 60)
            .setRaftNodeReportPublishPeriodSecs(600);

    private final NodeName name;
    private final Collection<RaftEndpoint> founders;
    private final SimulatedTime time;
    private final SimulatedNetwork network;
    private final RaftInvariants invariants;
    private final SplittableRandom random;
    private final Set<Flaw> flaws;
    private final RaftConfig config;
    private final SimulatedRaftStore store;
    private long clockOffsetMillis;
    private @Nullable Life life;

    SimulatedNode(
            NodeName name,
            Collection<? extends RaftEndpoint> founders,
            int commitsPerSnapshot,
            SimulatedTime time,
            SimulatedNetwork network,
            RaftInvariants invariants,
            SplittableRandom random,
            Set<Flaw> flaws) {
        this.name = name;
        this.founders = List.copyOf(founders);
        this.time = time;
        this.network = network;
        this.invariants = invariants;
        this.random = random;
        this.flaws = flaws;
        this.config = CONFIG.setCommitCountToTakeSnapshot(commitsPerSnapshot).build();
        this.store = new SimulatedRaftStore(invariants, name, flaws);
        network.attach(name, this::receive);
    }

    NodeName name() {
        return name;
    }

    SimulatedRaftStore store() {
        return store;
    }

    /** Whether the engine runs: it ends by itself when it learns that it is no member any more. */
    boolean isUp() {
        return life != null && !RaftNodeStatus.isTerminal(life.node.getStatus());
    }

    boolean isLeader() {
        return isUp() && running().role == RaftRole.LEADER;
    }

    void start() {
        kill();
        Life next = new Life();
        life = next;
        next.start();
    }

    /** The power goes. */
    void crash() {
        if (life != null) {
            life.over = true;
            life = null;
            store.loseUnflushed(random);
            store.close();
        }
    }

    /** The process ends; what it wrote is there for the next. */
    void kill() {
        if (life != null) {
            life.over = true;
            life = null;
            store.close();
        }
    }

    /** The power goes after so many changes of the disk, in the middle of what the engine does. */
    void crashAfter(int changes) {
        faultAfter(changes, this::crash);
    }

    /** A change of the disk fails after so many. The node stops at that, and may have lost what it had not flushed. */
    void failAfter(int changes) {
        faultAfter(changes, () -> {
            if (!flaws.contains(Flaw.LIFE_AFTER_FAILURE)) {
                crash();
            }
        });
    }

    private void faultAfter(int changes, Runnable consequence) {
        int[] left = {changes};
        if (isUp()) {
            store.fault(() -> {
                if (left[0]-- == 0) {
                    consequence.run();
                    throw new IOException("simulated input/output error");
                }
            });
        }
    }

    void jumpClock(long millis) {
        clockOffsetMillis += millis;
    }

    /** The engine of a node that is up. */
    RaftNode engine() {
        return running().node;
    }

    CommandLog commands() {
        return running().commands;
    }

    private Life running() {
        if (life == null) {
            throw new IllegalStateException(name + " is down");
        }
        return life;
    }

    void append(Command command, Answer<Integer> answer) {
        if (store.lastIndex() - running().commitIndex() >= MAX_PENDING) {
            answer.failed();
        } else {
            tell(running().node.replicate(command), answer);
        }
    }

    /** A read that any leader can answer which is one. */
    void read(Answer<CommandLog.Content> answer) {
        running().read(answer);
    }

    /** Asks this node, as the leader, to hand over, unless it does already. */
    void transferLeadership(RaftEndpoint target) {
        if (running().transfer.isDone()) {
            running().transfer = running().node.transferLeadership(target);
        }
    }

    /** Asks this node, as the leader, for a change of members, unless it is one that the engine takes and should not. */
    @SuppressWarnings("FutureReturnValueIgnored") // What comes of it is seen at the members.
    void change(RaftEndpoint member, MembershipChangeMode mode) {
        RaftNode node = running().node;
        boolean leaves = mode == MembershipChangeMode.REMOVE_MEMBER && member.equals(name);
        if ((!leaves || flaws.contains(Flaw.LEADER_LEAVES))
                && (running().transfer.isDone() || flaws.contains(Flaw.CHANGES_DURING_TRANSFER))) {
            node.changeMembership(member, mode, node.getCommittedMembers().getLogIndex());
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Who asked is told.
    private static <T> void tell(CompletableFuture<Ordered<T>> future, Answer<T> answer) {
        future.whenComplete((result, failure) -> {
            if (failure == null) {
                answer.answered(result.getResult());
            } else {
                answer.failed();
            }
        });
    }

    private void receive(RaftMessage message) {
        if (life != null) {
            life.receive(message);
        }
    }

    /** From a start to the next stop. The engine's executor, transport and clock in one: all end together. */
    private final class Life implements RaftNodeExecutor, Transport {
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private final EngineGuard guard;
        private final CommandLog commands = new CommandLog(name, store, invariants, flaws);
        private final RaftNode node;
        private CompletableFuture<?> reading = CompletableFuture.completedFuture(null);
        private CompletableFuture<?> transfer = CompletableFuture.completedFuture(null);
        private RaftRole role = RaftRole.FOLLOWER;
        private boolean running;
        private boolean over;

        Life() {
            RaftNode.RaftNodeBuilder builder = RaftNode.newBuilder()
                    .setGroupId("catalog")
                    .setConfig(config)
                    .setExecutor(this)
                    .setTransport(this)
                    .setStateMachine(commands)
                    .setStore(store)
                    .setRaftNodeReportListener(this::onReport)
                    .setRandom(new Random(random.nextLong()))
                    .setClock(new NodeClock());
            store.open()
                    .ifPresentOrElse(
                            builder::setRestoredState,
                            () -> builder.setLocalEndpoint(name).setInitialGroupMembers(founders));
            node = builder.build();
            guard = new EngineGuard(name, node, store, flaws);
        }

        @SuppressWarnings("FutureReturnValueIgnored") // A node that can't start is down.
        void start() {
            node.start();
        }

        private void onReport(RaftNodeReport report) {
            role = report.getRole();
            if (role == RaftRole.LEADER && report.getReason() == RaftNodeReport.RaftNodeReportReason.ROLE_CHANGE) {
                invariants.elected(name, report.getTerm().getTerm(), store);
            }
        }

        /** What half of the voters confirm may be too old, and so may be what a read finds that joins an earlier one. */
        void read(Answer<CommandLog.Content> answer) {
            int voters = node.getEffectiveMembers().getVotingMembers().size();
            if (flaws.contains(Flaw.STALE_READS)) {
                tell(query(QueryPolicy.EVENTUAL_CONSISTENCY), answer);
            } else if (voters > 2 && voters % 2 == 0 && !flaws.contains(Flaw.HALF_COMMITS)) {
                tell(node.replicate(CommandLog.Read.ALL), answer);
            } else if (reading.isDone() || flaws.contains(Flaw.SHARED_READS)) {
                CompletableFuture<Ordered<CommandLog.Content>> read = query(QueryPolicy.LINEARIZABLE);
                reading = read;
                tell(read, answer);
            } else {
                answer.failed();
            }
        }

        private CompletableFuture<Ordered<CommandLog.Content>> query(QueryPolicy policy) {
            return node.query(CommandLog.Read.ALL, policy, Optional.empty(), Optional.empty());
        }

        long commitIndex() {
            return node.getReport().join().getResult().getLog().getCommitIndex();
        }

        void receive(RaftMessage message) {
            execute(() -> {
                RaftMessage accepted =
                        guard.incoming(flaws.contains(Flaw.UNCHECKED_COMMITS) ? unchecked(message) : message);
                if (accepted != null) {
                    node.handle(accepted);
                }
            });
        }

        private RaftMessage unchecked(RaftMessage message) {
            return message instanceof AppendEntriesRequest request
                            && request.getLogEntries().isEmpty()
                            && store.termOf(request.getCommitIndex()) > 0
                    ? new DefaultAppendEntriesRequestOrBuilder()
                            .setGroupId(request.getGroupId())
                            .setSender(request.getSender())
                            .setTerm(request.getTerm())
                            .setPreviousLogIndex(request.getCommitIndex())
                            .setPreviousLogTerm(store.termOf(request.getCommitIndex()))
                            .setCommitIndex(request.getCommitIndex())
                            .setLogEntries(List.of())
                            .setQuerySequenceNumber(request.getQuerySequenceNumber())
                            .setFlowControlSequenceNumber(request.getFlowControlSequenceNumber())
                            .build()
                    : message;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
            if (!running) {
                running = true;
                for (Runnable next = tasks.poll(); next != null && !over; next = tasks.poll()) {
                    runEngine(next);
                }
                running = false;
            }
        }

        /** Not every task of the engine's catches what it throws. */
        private void runEngine(Runnable task) {
            try {
                task.run();
            } catch (RuntimeException | AssertionError e) {
                invariants.engineFailed(e);
            }
        }

        @Override
        public void submit(Runnable task) {
            time.after(random.nextInt(3), () -> execute(task));
        }

        @Override
        public void schedule(Runnable task, long delay, TimeUnit unit) {
            time.after(unit.toMillis(delay), () -> execute(task));
        }

        @Override
        public void send(RaftEndpoint target, RaftMessage message) {
            RaftMessage released = over || target == null ? null : guard.outgoing(message);
            if (released != null) {
                network.send(name, (NodeName) target, released);
            }
        }

        @Override
        public boolean isReachable(RaftEndpoint endpoint) {
            return true;
        }
    }

    private final class NodeClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public long millis() {
            return time.nowMillis() + clockOffsetMillis;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }
    }
}
