package io.jumpmq.cluster;

import java.util.SplittableRandom;
import java.util.function.Consumer;

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
        SimulatedNode node = cluster.someNode(random);
        Attempt<Integer> attempt = new Attempt<>(
                command.number(), position -> history.appended(command, position, seen), () -> append(command, seen));
        if (node == null) {
            attempt.failed();
        } else {
            node.append(command, attempt);
        }
    }

    private void read(int operation) {
        int seen = history.seen();
        SimulatedNode node = cluster.someNode(random);
        Attempt<CommandLog.Content> attempt =
                new Attempt<>(operation, content -> history.read(content, seen), () -> read(operation));
        if (node == null) {
            attempt.failed();
        } else {
            node.read(attempt);
        }
    }

    /** One try at an operation. When it takes too long there is another, and either may be answered. */
    private final class Attempt<T> implements Answer<T> {
        private final int operation;
        private final Consumer<T> told;
        private final Runnable again;
        private boolean over;

        Attempt(int operation, Consumer<T> told, Runnable again) {
            this.operation = operation;
            this.told = told;
            this.again = again;
            cluster.time().after(MAX_WAIT_MILLIS / 5 + random.nextInt(MAX_WAIT_MILLIS), this::giveUp);
        }

        @Override
        public void answered(T result) {
            cluster.time().after(0, () -> {
                if (answered < operation) {
                    over = true;
                    answered = operation;
                    told.accept(result);
                    cluster.time().after(random.nextInt(MAX_PAUSE_MILLIS), Client.this::operate);
                }
            });
        }

        @Override
        public void failed() {
            cluster.time().after(0, this::giveUp);
        }

        private void giveUp() {
            if (!over && answered < operation) {
                over = true;
                cluster.time().after(random.nextInt(MAX_PAUSE_MILLIS), this::tryAgain);
            }
        }

        private void tryAgain() {
            if (answered < operation) {
                again.run();
            }
        }
    }
}
