package io.jumpmq.cluster;

import io.microraft.model.log.LogEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Watches every node as it acts, and keeps the first thing that Raft promises never to happen. */
final class RaftInvariants {
    private record Position(long index, int term) {}

    private record Appended(Object operation, int previousTerm) {}

    /** An entry, and the term in which it was committed, which may be later than its own. */
    private record Applied(int term, int committedIn, Object operation) {}

    private final Map<Integer, NodeName> leaders = new HashMap<>();
    private final Map<Position, Appended> appended = new HashMap<>();
    private final TreeMap<Long, Applied> applied = new TreeMap<>();
    private final Map<String, Integer> engineFailures = new TreeMap<>();
    private @Nullable String violation;

    void violated(String what) {
        if (violation == null) {
            violation = what;
        }
    }

    void check() {
        if (violation != null) {
            throw new AssertionError(violation);
        }
    }

    int elections() {
        return leaders.size();
    }

    long applied() {
        return applied.isEmpty() ? 0 : applied.lastKey();
    }

    void engineFailed(Throwable failure) {
        engineFailures.merge(String.valueOf(failure.getMessage()), 1, Integer::sum);
    }

    Map<String, Integer> engineFailures() {
        return engineFailures;
    }

    /** Election safety, and leader completeness: what was committed in earlier terms is in the log of the leader. */
    void elected(NodeName leader, int term, SimulatedRaftStore store) {
        NodeName other = leaders.putIfAbsent(term, leader);
        if (other == null) {
            checkComplete(leader, term, store);
        } else if (!other.equals(leader)) {
            violated("two leaders in term " + term + ": " + other + " and " + leader);
        }
    }

    private void checkComplete(NodeName leader, int term, SimulatedRaftStore store) {
        applied.tailMap(store.snapshotIndex(), false).forEach((index, entry) -> {
            if (entry.committedIn() < term && store.termOf(index) != entry.term()) {
                violated("leader " + leader + " of term " + term + " lacks entry " + index + " of term " + entry.term()
                        + ": it has one of term " + store.termOf(index));
            }
        });
    }

    /** Log matching: the same index and term is the same operation, after the same one. */
    void appended(NodeName node, LogEntry entry, int previousTerm) {
        Position position = new Position(entry.getIndex(), entry.getTerm());
        Appended first = appended.putIfAbsent(position, new Appended(entry.getOperation(), previousTerm));
        if (first == null) {
            return;
        }
        if (first.operation() != entry.getOperation()) {
            violated(node + " appends another operation at " + position);
        }
        if (first.previousTerm() != previousTerm && first.previousTerm() >= 0 && previousTerm >= 0) {
            violated(node + " has another entry before " + position);
        }
    }

    void truncated(NodeName node, LogEntry entry) {
        Applied there = applied.get(entry.getIndex());
        if (there != null && there.term() == entry.getTerm()) {
            violated(node + " removes entry " + entry.getIndex() + " of term " + entry.getTerm()
                    + ", which is committed");
        }
    }

    /** State machine safety: no two nodes apply different operations at an index. The first that applies one has committed it. */
    void applied(NodeName node, long index, SimulatedRaftStore store, Object operation) {
        Applied first = applied.putIfAbsent(index, new Applied(store.termOf(index), store.term(), operation));
        if (first != null && first.operation() != operation) {
            violated(node + " applies " + operation + " at " + index + ", another node " + first.operation());
        }
    }
}
