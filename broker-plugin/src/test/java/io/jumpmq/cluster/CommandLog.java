package io.jumpmq.cluster;

import io.microraft.statemachine.StateMachine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The state machine: every command once, in the order agreed on. It answers a command with its position, a read with what there is. */
final class CommandLog implements StateMachine {
    /** Asks for what is there. */
    enum Read {
        ALL
    }

    /** How many commands there are, and a digest of them in their order. */
    record Content(int size, long digest) {}

    /** What a new leader appends. No two are the same object, so that the operations of two terms are told apart. */
    private record NewTerm(NodeName leader, long number) {}

    private record Chunk(List<Command> commands) {}

    private static final int CHUNK = 16;

    private final NodeName node;
    private final Set<Flaw> flaws;
    private final SimulatedRaftStore store;
    private final RaftInvariants invariants;
    private final List<Command> commands = new ArrayList<>();
    private final List<Long> digests = new ArrayList<>(List.of(0L));
    private final Map<Command, Integer> positions = new HashMap<>();
    private @Nullable Command overtaken;
    private long newTerms;

    CommandLog(NodeName node, SimulatedRaftStore store, RaftInvariants invariants, Set<Flaw> flaws) {
        this.node = node;
        this.store = store;
        this.invariants = invariants;
        this.flaws = flaws;
    }

    Content content() {
        return content(commands.size());
    }

    /** What there was when there were so many. */
    Content content(int size) {
        return new Content(size, digests.get(size));
    }

    boolean isAt(int position, Command command) {
        return position < commands.size() && commands.get(position).equals(command);
    }

    boolean allDiffer() {
        return positions.size() == commands.size();
    }

    @Override
    public Object runOperation(long index, Object operation) {
        if (operation == Read.ALL) {
            return content();
        }
        invariants.applied(node, index, store, operation);
        return operation instanceof Command command ? apply(command) : content();
    }

    private int apply(Command command) {
        if (flaws.contains(Flaw.OUT_OF_ORDER)
                && overtaken == null
                && node.name().equals("n2")) {
            overtaken = command;
            return commands.size() + 1;
        }
        int position = append(command);
        if (overtaken != null && !positions.containsKey(overtaken)) {
            append(overtaken);
        }
        return position;
    }

    private int append(Command command) {
        Integer known = positions.get(command);
        if (known != null && !flaws.contains(Flaw.FORGOTTEN_REQUESTS)) {
            return known;
        }
        positions.put(command, commands.size());
        commands.add(command);
        digests.add((digests.get(digests.size() - 1) * 31 + command.client()) * 1_000_003 + command.number());
        return commands.size() - 1;
    }

    @Override
    public void takeSnapshot(long index, Consumer<Object> chunks) {
        for (int from = 0; from == 0 || from < commands.size(); from += CHUNK) {
            chunks.accept(new Chunk(List.copyOf(commands.subList(from, Math.min(from + CHUNK, commands.size())))));
        }
    }

    @Override
    public void installSnapshot(long index, List<Object> chunks) {
        commands.clear();
        positions.clear();
        digests.subList(1, digests.size()).clear();
        for (Object chunk : chunks) {
            ((Chunk) chunk).commands().forEach(this::append);
        }
    }

    @Override
    public Object getNewTermOperation() {
        return new NewTerm(node, newTerms++);
    }
}
