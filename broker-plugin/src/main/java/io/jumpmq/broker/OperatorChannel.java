package io.jumpmq.broker;

import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.MessageQueue;
import io.jumpmq.broker.queue.QueueEntry;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.value.AmqpException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A channel without a connection: what operators publish and fetch by hand. Its home is the catalog's loop; any thread
 * may call.
 */
public final class OperatorChannel {
    private static final String NAME = "management";

    private final Broker broker;
    private final Loop home;
    private final ChannelCounters counters;
    private final VirtualHost.Routing routing = new VirtualHost.Routing();

    /** The channel of a broker. */
    public OperatorChannel(Broker broker) {
        this.broker = broker;
        this.home = broker.catalogLoop();
        this.counters = ChannelCounters.ofChannel(broker.counters(home));
    }

    /** What becomes of messages that were looked at. */
    public enum Settlement {
        ACK,
        REJECT,
        REQUEUE
    }

    /**
     * A message that was fetched.
     *
     * @param left how many were ready behind it
     */
    public record Got(Message message, boolean redelivered, int left) {}

    /** Publishes a user's message. Completed when every queue has it: with whether there was one. */
    public CompletableFuture<Boolean> publish(
            VirtualHost vhost, ExchangeRecord exchange, Message message, String user) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        onHome(done, () -> {
            boolean routed = publish(vhost, exchange, message, user, (settled, accepted) -> done.complete(true));
            if (!routed) {
                done.complete(false);
            }
        });
        return done;
    }

    /** Publishes a message; false: there is no queue for it, and nothing will be settled. */
    private boolean publish(
            VirtualHost vhost,
            ExchangeRecord exchange,
            Message message,
            String user,
            Publication.Settlement settlement) {
        counters.published(false, message.body().length);
        vhost.route(exchange, message, routing);
        if (vhost.isTraced()) {
            firehose(vhost, user).published(message, routedQueues());
        }
        int queues = routing.queues().size();
        exchange.counters().routed(queues);
        if (queues == 0) {
            counters.unroutable(false);
            return false;
        }
        counters.routed();
        Publication publication = new Publication(message, 0, queues, home, settlement);
        for (int i = 0; i < queues; i++) {
            QueueActor queue = QueueActor.of(routing.queues().get(i));
            home.send(queue.home(), queue.publishTracked(), publication);
        }
        return true;
    }

    /**
     * Moves messages. Each is acknowledged when all queues that it goes to have it, so that none is lost whatever happens; the
     * first that cannot go returns to its place and ends it.
     */
    public CompletableFuture<Move.Outcome> move(QueueRecord queue, Move move) {
        CompletableFuture<Move.Outcome> done = new CompletableFuture<>();
        onHome(done, () -> move(QueueActor.of(queue), move, 0, done));
        return done;
    }

    private void move(QueueActor queue, Move move, int moved, CompletableFuture<Move.Outcome> done) {
        if (moved == move.count()) {
            end(queue, new Move.Outcome(moved, null), done);
            return;
        }
        queue.get(home, false, fetched -> {
            QueueEntry entry = fetched.entry();
            if (entry == null) {
                end(queue, new Move.Outcome(moved, null), done);
                return;
            }
            counters.got(queue.isQuorum(), false, entry.redelivered());
            Message message = move.published(entry.message());
            String objection = move.objection().apply(message);
            if (objection != null) {
                putBack(queue, entry, new Move.Outcome(moved, objection), done);
                return;
            }
            try {
                boolean routed = publish(move.vhost(), move.exchange(), message, move.user(), (settled, accepted) -> {
                    if (accepted) {
                        home.send(queue.home(), queue.acknowledge(), entry);
                        move(queue, move, moved + 1, done);
                    } else {
                        putBack(queue, entry, new Move.Outcome(moved, "a queue refuses it: it is full"), done);
                    }
                });
                if (!routed) {
                    putBack(queue, entry, new Move.Outcome(moved, "no queue takes it from there"), done);
                }
            } catch (AmqpException e) {
                putBack(queue, entry, new Move.Outcome(moved, e.getMessage()), done);
            }
        });
    }

    private void putBack(
            QueueActor queue, QueueEntry entry, Move.Outcome outcome, CompletableFuture<Move.Outcome> done) {
        home.send(queue.home(), queue.requeue(), entry);
        end(queue, outcome, done);
    }

    private void end(QueueActor queue, Move.Outcome outcome, CompletableFuture<Move.Outcome> done) {
        // What the queue is asked after what it was told, it answers after that.
        queue.ask(home, core -> outcome, done::complete);
    }

    private List<String> routedQueues() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < routing.queues().size(); i++) {
            names.add(routing.queues().get(i).name());
        }
        return names;
    }

    private Firehose firehose(VirtualHost vhost, String user) {
        return new Firehose(broker, home, vhost, NAME, 1, user);
    }

    /** Fetches up to {@code count} messages for a user, and settles them once the last is there. */
    public CompletableFuture<List<Got>> get(
            VirtualHost vhost, QueueRecord queue, int count, Settlement how, String user) {
        CompletableFuture<List<Got>> done = new CompletableFuture<>();
        onHome(done, () -> get(QueueActor.of(queue), count, how, new ArrayList<>(), new ArrayList<>(), done));
        return vhost.isTraced() ? done.whenComplete((got, failure) -> trace(firehose(vhost, user), queue, got)) : done;
    }

    private void trace(Firehose firehose, QueueRecord queue, @Nullable List<Got> got) {
        if (got != null) {
            home.submit(
                    (List<Got> all) -> all.forEach(one -> firehose.delivered(queue, one.message(), one.redelivered())),
                    got);
        }
    }

    private void get(
            QueueActor queue,
            int count,
            Settlement how,
            List<QueueEntry> entries,
            List<Got> got,
            CompletableFuture<List<Got>> done) {
        if (count == 0) {
            settle(queue, how, entries, got, done);
            return;
        }
        queue.get(home, false, fetched -> {
            QueueEntry entry = fetched.entry();
            if (entry == null) {
                counters.gotNothing(queue.isQuorum());
                settle(queue, how, entries, got, done);
                return;
            }
            counters.got(queue.isQuorum(), how == Settlement.ACK, entry.redelivered());
            entries.add(entry);
            got.add(new Got(entry.message(), entry.redelivered(), fetched.left()));
            get(queue, count - 1, how, entries, got, done);
        });
    }

    private void settle(
            QueueActor queue,
            Settlement how,
            List<QueueEntry> entries,
            List<Got> got,
            CompletableFuture<List<Got>> done) {
        queue.tell(home, core -> {
            long now = queue.nowMillis();
            switch (how) {
                case ACK -> entries.forEach(entry -> core.acknowledge(entry, now));
                case REJECT -> core.reject(entries, now);
                case REQUEUE -> core.requeue(entries, now);
            }
        });
        // What the queue is asked after that, it answers after that.
        queue.ask(home, core -> got, done::complete);
    }

    /** Asks a queue something, on its loop. */
    public <R> CompletableFuture<R> ask(QueueRecord queue, Function<MessageQueue, R> question) {
        CompletableFuture<R> done = new CompletableFuture<>();
        onHome(done, () -> QueueActor.of(queue).ask(home, question, done::complete));
        return done;
    }

    private <R> void onHome(CompletableFuture<R> done, Runnable action) {
        home.submit(
                (Runnable task) -> {
                    try {
                        task.run();
                    } catch (RuntimeException | Error e) {
                        done.completeExceptionally(e);
                    }
                },
                action);
    }
}
