package io.jumpmq.cluster;

import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.impl.RaftNodeImpl;
import io.microraft.model.impl.message.DefaultAppendEntriesRequestOrBuilder;
import io.microraft.model.impl.message.DefaultAppendEntriesSuccessResponseOrBuilder;
import io.microraft.model.log.LogEntry;
import io.microraft.model.message.AppendEntriesFailureResponse;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.model.message.InstallSnapshotRequest;
import io.microraft.model.message.InstallSnapshotResponse;
import io.microraft.model.message.PreVoteRequest;
import io.microraft.model.message.PreVoteResponse;
import io.microraft.model.message.RaftMessage;
import io.microraft.model.message.VoteRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a node's engine and the network, for what the engine gets wrong by itself.
 *
 * <ul>
 *   <li>It takes an append response that was sent in an earlier term for one of now: it counts entries that the sender has
 *       lost since, and takes reads for confirmed that are not. Such responses go no further.
 *   <li>An append request whose previous entry lies at or before the node's snapshot fails for ever when uncommitted entries
 *       follow the snapshot. All up to the snapshot is committed, and so the same on both: the request is handed over as
 *       one without a previous entry, with what comes after the snapshot, and the response is put right.
 *   <li>With an even number of voters it commits what half of them have. That may be lost when members change, for a later
 *       leader needs the majority of other members. So a follower's response shows no more than what a majority has.
 *   <li>A node that is behind in terms and ahead in its log is refused before it votes, and does not take the later term
 *       over; nobody ever leads. It is moved to that term.
 *   <li>A candidacy that ends because the leader of the same term is heard again is not forgotten, and the node never stands
 *       again in that term. It is made to forget.
 *   <li>A node that is no voter counts its own vote when it asks for others. It does not ask.
 * </ul>
 */
final class EngineGuard {
    private final RaftEndpoint self;
    private final SimulatedRaftStore store;
    private final Set<Flaw> flaws;
    private final RaftNodeImpl engine;
    private final Map<RaftEndpoint, Long> acked = new HashMap<>();
    private int ackedTerm;
    private long skipped;

    EngineGuard(RaftEndpoint self, RaftNode engine, SimulatedRaftStore store, Set<Flaw> flaws) {
        this.engine = (RaftNodeImpl) engine;
        this.self = self;
        this.store = store;
        this.flaws = flaws;
    }

    /** What to hand to the engine, if anything. It has to be dealt with before the next is asked for. */
    @Nullable RaftMessage incoming(RaftMessage message) {
        skipped = 0;
        if (isLate(message)) {
            return null;
        }
        if (isFromLeader(message)) {
            endCandidacy(message.getTerm());
        }
        if (message instanceof PreVoteResponse response) {
            learnTerm(response);
        }
        if (message instanceof AppendEntriesRequest request && startsBeforeSnapshot(request)) {
            return afterSnapshot(request);
        }
        if (message instanceof AppendEntriesSuccessResponse response && hasEvenVoters()) {
            return withMajorityIndex(response);
        }
        return message;
    }

    /** What to send of what the engine sends, if anything. */
    @Nullable RaftMessage outgoing(RaftMessage message) {
        if (asksForVote(message) && !isVoter()) {
            return null;
        }
        if (message instanceof AppendEntriesSuccessResponse response && skipped > 0) {
            return withLastIndex(response, response.getLastLogIndex() + skipped);
        }
        return message;
    }

    private int term() {
        return engine.getTerm().getTerm();
    }

    private boolean isLate(RaftMessage message) {
        return isAppendResponse(message) && message.getTerm() < term() && !flaws.contains(Flaw.LATE_RESPONSES);
    }

    private static boolean isFromLeader(RaftMessage message) {
        return message instanceof AppendEntriesRequest
                || (message instanceof InstallSnapshotRequest request && request.isSenderLeader());
    }

    private void endCandidacy(int leaderTerm) {
        if (leaderTerm == term()
                && engine.state().preCandidateState() != null
                && !flaws.contains(Flaw.STALE_CANDIDACY)) {
            engine.toFollower(leaderTerm);
        }
    }

    /** A refusal for any other reason comes with the term that was asked for, which is one more than this node's. */
    private void learnTerm(PreVoteResponse response) {
        if (response.getTerm() > term() + 1
                && !response.isGranted()
                && engine.getTerm().getLeaderEndpoint() == null
                && !flaws.contains(Flaw.FORGOTTEN_TERMS)) {
            engine.toFollower(response.getTerm());
        }
    }

    private static boolean asksForVote(RaftMessage message) {
        return message instanceof VoteRequest || message instanceof PreVoteRequest;
    }

    private boolean isVoter() {
        return engine.getEffectiveMembers().getVotingMembers().contains(self)
                || flaws.contains(Flaw.STRANGE_CANDIDATES);
    }

    private static boolean isAppendResponse(RaftMessage message) {
        return message instanceof AppendEntriesSuccessResponse
                || message instanceof AppendEntriesFailureResponse
                || message instanceof InstallSnapshotResponse;
    }

    private boolean startsBeforeSnapshot(AppendEntriesRequest request) {
        return store.snapshotIndex() > 0
                && request.getPreviousLogIndex() <= store.snapshotIndex()
                && request.getPreviousLogIndex() < store.lastIndex()
                && !flaws.contains(Flaw.REQUESTS_BEFORE_SNAPSHOT);
    }

    /** Commits nothing: the next request does. */
    private AppendEntriesRequest afterSnapshot(AppendEntriesRequest request) {
        long snapshot = store.snapshotIndex();
        List<LogEntry> later = request.getLogEntries().stream()
                .filter(entry -> entry.getIndex() > snapshot)
                .toList();
        skipped = request.getPreviousLogIndex() + request.getLogEntries().size() - later.size();
        return new DefaultAppendEntriesRequestOrBuilder()
                .setGroupId(request.getGroupId())
                .setSender(request.getSender())
                .setTerm(request.getTerm())
                .setPreviousLogIndex(0)
                .setPreviousLogTerm(0)
                .setCommitIndex(0)
                .setLogEntries(later)
                .setQuerySequenceNumber(request.getQuerySequenceNumber())
                .setFlowControlSequenceNumber(request.getFlowControlSequenceNumber())
                .build();
    }

    private static AppendEntriesSuccessResponse withLastIndex(AppendEntriesSuccessResponse response, long index) {
        return new DefaultAppendEntriesSuccessResponseOrBuilder()
                .setGroupId(response.getGroupId())
                .setSender(response.getSender())
                .setTerm(response.getTerm())
                .setLastLogIndex(index)
                .setQuerySequenceNumber(response.getQuerySequenceNumber())
                .setFlowControlSequenceNumber(response.getFlowControlSequenceNumber())
                .build();
    }

    private boolean hasEvenVoters() {
        int voters = engine.getEffectiveMembers().getVotingMembers().size();
        return voters > 2 && voters % 2 == 0 && !flaws.contains(Flaw.HALF_COMMITS);
    }

    /** As if the sender had no more than a majority has. What it is denied it will tell again. */
    private AppendEntriesSuccessResponse withMajorityIndex(AppendEntriesSuccessResponse response) {
        if (response.getTerm() > ackedTerm) {
            ackedTerm = response.getTerm();
            acked.clear();
        }
        acked.merge(response.getSender(), response.getLastLogIndex(), Math::max);
        List<RaftEndpoint> others = engine.getEffectiveMembers().getVotingMembers().stream()
                .filter(voter -> !voter.equals(self))
                .toList();
        long[] indices = others.stream()
                .mapToLong(voter -> acked.getOrDefault(voter, 0L))
                .sorted()
                .toArray();
        long majority = indices[others.size() - (others.size() + 1) / 2];
        if (majority > store.flushedIndex()) {
            flush();
        }
        return withLastIndex(response, Math.min(response.getLastLogIndex(), majority));
    }

    /** This node is part of the majority: what it has counts when it is flushed. */
    private void flush() {
        try {
            store.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
