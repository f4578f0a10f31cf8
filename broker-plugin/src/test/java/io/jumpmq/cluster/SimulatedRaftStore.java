package io.jumpmq.cluster;

import io.microraft.model.impl.log.DefaultSnapshotEntryOrBuilder;
import io.microraft.model.impl.persistence.DefaultRaftEndpointPersistentStateOrBuilder;
import io.microraft.model.impl.persistence.DefaultRaftTermPersistentStateOrBuilder;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.log.SnapshotEntry;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RaftStore;
import io.microraft.persistence.RestoredRaftState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node's log, vote and snapshots on a disk that tells what was written from what was flushed. When the power goes, a part
 * from the start of what was not flushed is there, as records of a log with checksums are.
 */
final class SimulatedRaftStore implements RaftStore {
    /** What a call of a store that fails or is cut short comes to. */
    interface Fault {
        /** Called before each change; may throw. */
        void beforeChange() throws IOException;
    }

    /** What the disk holds. */
    private static final class Image {
        @Nullable RaftEndpointPersistentState endpoint;

        @Nullable RaftGroupMembersView founders;

        @Nullable RaftTermPersistentState term;

        final TreeMap<Long, TreeMap<Integer, SnapshotChunk>> chunks = new TreeMap<>();
        final TreeMap<Long, LogEntry> entries = new TreeMap<>();

        Image copy() {
            Image copy = new Image();
            copy.endpoint = endpoint;
            copy.founders = founders;
            copy.term = term;
            chunks.forEach((index, parts) -> copy.chunks.put(index, new TreeMap<>(parts)));
            copy.entries.putAll(entries);
            return copy;
        }

        void append(LogEntry entry) {
            entries.put(entry.getIndex(), entry);
        }

        long lastIndex() {
            return entries.isEmpty() ? snapshotIndex() : Math.max(entries.lastKey(), snapshotIndex());
        }

        long snapshotIndex() {
            SnapshotEntry snapshot = snapshot();
            return snapshot == null ? 0 : snapshot.getIndex();
        }

        @Nullable SnapshotEntry snapshot() {
            for (TreeMap<Integer, SnapshotChunk> parts : chunks.descendingMap().values()) {
                SnapshotChunk first = parts.firstEntry().getValue();
                if (parts.size() == first.getSnapshotChunkCount()) {
                    return new DefaultSnapshotEntryOrBuilder()
                            .setIndex(first.getIndex())
                            .setTerm(first.getTerm())
                            .setSnapshotChunks(List.copyOf(parts.values()))
                            .setGroupMembersView(first.getGroupMembersView())
                            .build();
                }
            }
            return null;
        }
    }

    private static final RaftTermPersistentState NEVER_VOTED = new DefaultRaftTermPersistentStateOrBuilder()
            .setTerm(0)
            .setVotedFor(null)
            .build();

    private final RaftInvariants invariants;
    private final NodeName node;
    private final Set<Flaw> flaws;
    private final List<Consumer<Image>> unflushed = new ArrayList<>();
    private Image flushed = new Image();
    private Image written = new Image();
    private Fault fault = () -> {};

    SimulatedRaftStore(RaftInvariants invariants, NodeName node, Set<Flaw> flaws) {
        this.invariants = invariants;
        this.node = node;
        this.flaws = flaws;
    }

    void fault(Fault next) {
        fault = next;
    }

    /** The power goes: what is found afterwards is what was flushed and perhaps some of what came next. */
    void loseUnflushed(SplittableRandom random) {
        int kept = random.nextInt(unflushed.size() + 1);
        unflushed.subList(0, kept).forEach(change -> change.accept(flushed));
        unflushed.clear();
        written = flushed.copy();
    }

    /** The process has ended: nothing is written any more. */
    void close() {
        fault = () -> {
            throw new IOException("closed");
        };
    }

    /** What a start finds, unless there never was one that got as far as writing who it is. It flushes what it found. */
    Optional<RestoredRaftState> open() {
        fault = () -> {};
        flushAll();
        Image found = written;
        if (found.endpoint == null || found.founders == null || found.term == null) {
            return Optional.empty();
        }
        SnapshotEntry snapshot = found.snapshot();
        long next = snapshot == null ? 1 : snapshot.getIndex() + 1;
        List<LogEntry> entries = new ArrayList<>();
        for (LogEntry entry = found.entries.get(next); entry != null; entry = found.entries.get(++next)) {
            entries.add(entry);
        }
        return Optional.of(
                new RestoredRaftState(voter(found.endpoint, snapshot), found.founders, found.term, snapshot, entries));
    }

    /** Whether a node votes is in its snapshot as well, and the engine can't start when that says something else. */
    private RaftEndpointPersistentState voter(RaftEndpointPersistentState endpoint, @Nullable SnapshotEntry snapshot) {
        if (snapshot == null || flaws.contains(Flaw.VOTER_BESIDE_SNAPSHOT)) {
            return endpoint;
        }
        return new DefaultRaftEndpointPersistentStateOrBuilder()
                .setLocalEndpoint(node)
                .setVoting(snapshot.getGroupMembersView().getVotingMembers().contains(node))
                .build();
    }

    /** The term that the node is in. */
    int term() {
        return written.term == null ? 0 : written.term.getTerm();
    }

    /** The term of the entry there, or -1 if there is none. */
    int termOf(long index) {
        LogEntry entry = written.entries.get(index);
        return entry == null ? -1 : entry.getTerm();
    }

    long lastIndex() {
        return written.lastIndex();
    }

    long flushedIndex() {
        return flushed.lastIndex();
    }

    long snapshotIndex() {
        return written.snapshotIndex();
    }

    private void write(Consumer<Image> change) throws IOException {
        fault.beforeChange();
        change.accept(written);
        unflushed.add(change);
    }

    /** Writes to a file of its own, which is flushed by itself. */
    private void writeAndFlush(Consumer<Image> change) throws IOException {
        fault.beforeChange();
        change.accept(written);
        change.accept(flushed);
    }

    @Override
    public void persistAndFlushLocalEndpoint(RaftEndpointPersistentState endpoint) throws IOException {
        writeAndFlush(image -> image.endpoint = endpoint);
    }

    @Override
    public void persistAndFlushInitialGroupMembers(RaftGroupMembersView founders) throws IOException {
        writeAndFlush(image -> {
            image.founders = founders;
            image.term = image.term == null ? NEVER_VOTED : image.term;
        });
    }

    @Override
    public void persistAndFlushTerm(RaftTermPersistentState term) throws IOException {
        if (flaws.contains(Flaw.UNFLUSHED_VOTE)) {
            write(image -> image.term = term);
        } else {
            writeAndFlush(image -> image.term = term);
        }
    }

    @Override
    public void persistLogEntries(List<LogEntry> entries) throws IOException {
        for (LogEntry entry : entries) {
            int previousTerm = entry.getIndex() - 1 > snapshotIndex() ? termOf(entry.getIndex() - 1) : -1;
            write(image -> image.append(entry));
            invariants.appended(node, entry, previousTerm);
        }
    }

    @Override
    public void persistSnapshotChunk(SnapshotChunk chunk) throws IOException {
        write(image -> image.chunks
                .computeIfAbsent(chunk.getIndex(), unused -> new TreeMap<>(Comparator.naturalOrder()))
                .put(chunk.getSnapshotChunkIndex(), chunk));
    }

    @Override
    public void truncateLogEntriesFrom(long index) throws IOException {
        written.entries.tailMap(index).values().forEach(entry -> invariants.truncated(node, entry));
        write(image -> image.entries.tailMap(index).clear());
    }

    @Override
    public void truncateLogEntriesUntil(long index) throws IOException {
        write(image -> {
            image.entries.headMap(index, true).clear();
            image.chunks.headMap(index, false).clear();
        });
    }

    @Override
    public void deleteSnapshotChunks(long index, int count) throws IOException {
        write(image -> image.chunks.remove(index));
    }

    @Override
    public void flush() throws IOException {
        fault.beforeChange();
        if (!flaws.contains(Flaw.UNFLUSHED_ENTRIES)) {
            flushAll();
        }
    }

    private void flushAll() {
        unflushed.forEach(change -> change.accept(flushed));
        unflushed.clear();
    }
}
