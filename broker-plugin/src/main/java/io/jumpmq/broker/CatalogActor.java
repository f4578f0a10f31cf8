package io.jumpmq.broker;

import io.jumpmq.broker.catalog.Catalog;
import io.jumpmq.broker.catalog.CatalogLog;
import io.jumpmq.broker.catalog.CatalogObserver;
import io.jumpmq.broker.catalog.Change;
import io.jumpmq.broker.catalog.Command;
import io.jumpmq.broker.catalog.InapplicableException;
import io.jumpmq.broker.catalog.RefusedCommandException;
import io.jumpmq.broker.catalog.Rings;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.plugin.ExchangeType;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The catalog at work: the loop that is its own, and what reaches it from others. What is wanted of it goes through its log,
 * which calls back to have it decided and applied.
 */
final class CatalogActor implements CatalogLog.Machine {
    /** How much of a command is told. */
    private static final int SHOWN = 500;

    private final Loop loop;
    private final Incarnation node;
    private final Iterable<ExchangeType> types;
    private final Catalog catalog;
    private final CatalogLog log;
    private final Receiver<Request> propose = this::onRequest;
    private final Receiver<Answered> answered = done -> done.request.tell(done.outcome);

    /** Changes are being made; when it stays so, the catalog is half changed, and nothing may build on it. */
    private boolean applying;

    CatalogActor(Loop loop, Incarnation node, Iterable<ExchangeType> types, CatalogObserver observer, CatalogLog log) {
        this.loop = loop;
        this.node = node;
        this.types = types;
        this.catalog = new Catalog(types, observer);
        this.log = log;
        log.attach(this);
    }

    Loop loop() {
        return loop;
    }

    Catalog catalog() {
        return catalog;
    }

    /**
     * Makes the catalog again from what was recorded. On its loop, before anything else.
     *
     * @throws RecoveryException when a change makes no sense
     */
    void recover(List<Change> changes, long highestQueue) {
        for (int i = 0; i < changes.size(); i++) {
            try {
                catalog.apply(adopted(changes.get(i)));
            } catch (InapplicableException e) {
                throw new RecoveryException(i + 1, e);
            }
        }
        catalog.reserveQueueIds(highestQueue);
    }

    /** Queues of records from before nodes had identities are this one's: there was no other. */
    private Change adopted(Change change) {
        return change instanceof Change.QueueDeclared queue
                        && queue.isRecoverable()
                        && queue.home().equals(Incarnation.UNKNOWN)
                ? queue.at(node)
                : change;
    }

    /**
     * Carries out commands of which nothing need be recorded: a snapshot follows. On its loop, at the start.
     *
     * @throws AmqpException when one is refused
     */
    void prepare(List<Command> commands) {
        commands.forEach(command -> catalog.decide(command).forEach(catalog::apply));
    }

    @Override
    public List<Change> snapshot() {
        List<Change> all = new ArrayList<>(catalog.snapshot());
        all.addAll(catalog.ringHistories());
        return all;
    }

    // What is asked.

    private record Request(CatalogLog.Batch batch, Consumer<CatalogLog.Outcome> answer) {
        void tell(CatalogLog.Outcome outcome) {
            answer.accept(outcome);
        }
    }

    private record Answered(Request request, CatalogLog.Outcome outcome) {}

    /** See {@link Broker#submit}. */
    void submit(Loop from, Command command, String user, boolean awaited, Receiver<CatalogLog.Outcome> answer) {
        CatalogLog.Batch batch = new CatalogLog.Batch(List.of(command), user, awaited);
        from.send(loop, propose, new Request(batch, outcome -> loop.send(from, answer, outcome)));
    }

    /** See {@link Broker#administer(List, String)}. */
    CompletableFuture<List<Change>> administer(List<Command> commands, String user) {
        CompletableFuture<List<Change>> done = new CompletableFuture<>();
        loop.submit(propose, new Request(new CatalogLog.Batch(commands, user, true), outcome -> {
            AmqpException failure = outcome.failure();
            if (outcome instanceof CatalogLog.Outcome.Refused refused && refused.index() >= 0) {
                done.completeExceptionally(new RefusedCommandException(refused.index(), refused.reason()));
            } else if (failure != null) {
                done.completeExceptionally(failure);
            } else {
                done.complete(outcome.changes());
            }
        }));
        return done;
    }

    /** See {@link Broker#look}. */
    <R> CompletableFuture<R> look(Function<Catalog, R> question) {
        CompletableFuture<R> done = new CompletableFuture<>();
        loop.submit(
                (Function<Catalog, R> asked) -> {
                    try {
                        done.complete(asked.apply(catalog));
                    } catch (RuntimeException | Error e) {
                        done.completeExceptionally(e);
                    }
                },
                question);
        return done;
    }

    /** What goes wrong while a batch is decided has touched nothing, and is answered. After that, nothing may go wrong. */
    private void onRequest(Request request) {
        try {
            log.propose(request.batch, outcome -> loop.submit(answered, new Answered(request, outcome)));
        } catch (RuntimeException | Error e) {
            request.tell(new CatalogLog.Outcome.Failed(String.valueOf(e.getMessage())));
            String commands = shown(request.batch.commands());
            if (applying) {
                throw new IllegalStateException("The catalog is half changed, and not recorded so: " + commands, e);
            }
            loop.survived(new IllegalStateException("Nobody can decide " + commands, e));
        }
    }

    private static String shown(Object commands) {
        String text = commands.toString();
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    }

    // What the log asks.

    @Override
    public CatalogLog.Decision decide(CatalogLog.Batch batch) {
        if (applying) {
            throw new RefusedCommandException(0, new AmqpException(ReplyCode.INTERNAL_ERROR, "INTERNAL_ERROR"));
        }
        List<Command> commands = batch.commands();
        List<Change> changes = commands.size() == 1 ? decide(catalog, commands, 0) : rehearse(commands);
        List<Change> noted = Rings.noted(changes, catalog, loop.wallMillis(), batch.user());
        boolean durable =
                batch.awaited() && (commands.size() > 1 || changes.stream().anyMatch(catalog::isDurable));
        return new CatalogLog.Decision(changes, noted, durable);
    }

    private static List<Change> decide(Catalog by, List<Command> commands, int index) {
        try {
            return by.decide(commands.get(index));
        } catch (AmqpException e) {
            throw new RefusedCommandException(index, e);
        }
    }

    /** What several commands come to, tried on a copy: each may build on the one before, and any may be refused. */
    private List<Change> rehearse(List<Command> commands) {
        Catalog copy = new Catalog(types, CatalogObserver.NONE);
        catalog.snapshot().forEach(copy::apply);
        List<Change> all = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            List<Change> changes = decide(copy, commands, i);
            changes.forEach(copy::apply);
            all.addAll(changes);
        }
        return all;
    }

    @Override
    public void apply(List<Change> changes) {
        applying = true;
        changes.forEach(catalog::apply);
        applying = false;
    }
}
