package io.jumpmq.cluster;

import io.microraft.Ordered;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** Appends and reads, one after the other. What fails or takes too long is asked again of another node, under the same request id. */
final class Client {
    private static final int MAX_PAUSE_MILLIS = 200;
    private static final int MAX_WAIT_MILLIS = 2500;

    private final int number;
    private final SimulatedCluster cluster;
    private final History history;
    private final SplittableRandom random;
    private int operations;
    private int answered;
    private boolean leaving;

    Client(int number, SimulatedCluster cluster, History history, SplittableRandom random) {
        this.number = number;
        this.cluster = cluster;
        this.history = history;
        this.random = random;
    }

    /** Begins no more operations. */
    void leave() {
        leaving = true;
    }

    boolean isAnswered() {
        return answered == operations;
    }

    void operate() {
        if (leaving) {
            return;
        }
        operations++;
        if (random.nextInt(5) < 2) {
            read(operations);
        } else {
            append(new Command(number, operations), history.seen());
        }
    }

    private void append(Command command, int seen) {
        if (answered >= command.number()) {
            return;
        }
        SimulatedNode node = cluster.someNode(random);
        attempt(
                node == null ? CompletableFuture.failedFuture(new IllegalStateException("all are down")) : node.append(command),
                command.number(),
                position -> history.appended(command, position, seen),
                () -> append(command, seen));
    }

    private void read(int operation) {
        if (answered >= operation) {
            return;
        }
        int seen = history.seen();
        SimulatedNode node = cluster.someNode(random);
        attempt(
                node == null ? CompletableFuture.failedFuture(new IllegalStateException("all are down")) : node.read(),
                operation,
                content -> history.read(content, seen),
                () -> read(operation));
    }

    private <T> void attempt(
            CompletableFuture<Ordered<T>> attempt, int operation, java.util.function.Consumer<T> answer, Runnable again) {
        boolean[] over = {false};
        Runnable retry = () -> {
            if (!over[0]) {
                over[0] = true;
                cluster.time().after(random.nextInt(MAX_PAUSE_MILLIS), again);
            }
        };
        cluster.time().after(MAX_WAIT_MILLIS / 5 + random.nextInt(MAX_WAIT_MILLIS), retry);
        attempt.whenComplete((result, failure) -> cluster.time().after(0, () -> {
            if (failure != null) {
                retry.run();
            } else if (answered < operation) {
                over[0] = true;
                answered = operation;
                answer.accept(result.getResult());
                cluster.time().after(random.nextInt(MAX_PAUSE_MILLIS), this::operate);
            }
        }));
    }
}
