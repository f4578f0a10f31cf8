package io.jumpmq.broker;

import io.jumpmq.broker.catalog.ExchangeRecord;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.catalog.VirtualHost;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.Delivery;
import io.jumpmq.broker.queue.Fetched;
import io.jumpmq.broker.queue.Publication;
import io.jumpmq.broker.queue.PublishOutcome;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.broker.queue.QueueReply;
import io.jumpmq.broker.queue.QueueReply.Answered;
import io.jumpmq.broker.queue.QueueStat;
import io.jumpmq.broker.queue.QueueUnreachableException;
import io.jumpmq.broker.queue.Settlement;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.value.AmqpException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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

    /** The channel of a broker. */
    public OperatorChannel(Broker broker) {
        this.broker = broker;
        this.home = broker.catalogLoop();
        this.counters = ChannelCounters.ofChannel(broker.counters(home));
    }

    /**
     * A message that was fetched.
     *
     * @param left how many were ready behind it
     */
    public record Got(Message message, boolean redelivered, int left) {}

    /**
     * Publishes a user's message. Completed when every queue has it or has refused it: with whether there was one;
     * exceptionally with a {@link QueueUnreachableException} when one cannot be reached.
     */
    public CompletableFuture<Boolean> publish(
            VirtualHost vhost, ExchangeRecord exchange, Message message, String user) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        onHome(done, () -> {
            boolean routed = publish(publisher(vhost), vhost, exchange, message, user, (settled, outcome) -> {
                if (outcome == PublishOutcome.UNREACHABLE) {
                    done.completeExceptionally(new QueueUnreachableException("a queue behind " + exchange));
                } else {
                    done.complete(true);
                }
            });
            if (!routed) {
                done.complete(false);
            }
        });
        return done;
    }

    private Publisher publisher(VirtualHost vhost) {
        return new Publisher(broker.catalog(), vhost, home);
    }

    /** Publishes a message; false: there is no queue for it, and nothing will be settled. */
    private boolean publish(
            Publisher publisher,
            VirtualHost vhost,
            ExchangeRecord exchange,
            Message message,
            String user,
            Publication.Settlement settlement) {
        counters.published(false, message.body().length);
        QueuePort[] queues = publisher.route(exchange, message);
        if (vhost.isTraced()) {
            firehose(vhost, user).published(message, Publisher.names(queues));
        }
        if (!Publisher.count(counters, exchange, queues, false)) {
            return false;
        }
        publisher.send(message, queues, 0, settlement);
        return true;
    }

    /**
     * Moves messages. Each is acknowledged when all queues that it goes to have it, so that none is lost whatever happens; the
     * first that cannot go returns to its place and ends it.
     */
    public CompletableFuture<Move.Outcome> move(QueueRecord queue, Move move) {
        CompletableFuture<Move.Outcome> done = new CompletableFuture<>();
        onHome(done, () -> move(queue, publisher(move.vhost()), move, 0, done));
        return done;
    }

    private void move(
            QueueRecord queue, Publisher publisher, Move move, int moved, CompletableFuture<Move.Outcome> done) {
        if (moved == move.count()) {
            end(queue, new Move.Outcome(moved, null), done);
            return;
        }
        fetch(queue, done, (delivery, left) -> {
            if (delivery == null) {
                end(queue, new Move.Outcome(moved, null), done);
                return;
            }
            counters.got(queue.settings().quorum(), false, delivery.redelivered());
            Message message = move.published(delivery.message());
            String objection = move.objection().apply(message);
            if (objection != null) {
                putBack(queue, delivery, new Move.Outcome(moved, objection), done);
                return;
            }
            try {
                boolean routed =
                        publish(publisher, move.vhost(), move.exchange(), message, move.user(), (settled, outcome) -> {
                            if (outcome == PublishOutcome.ACCEPTED) {
                                queue.port().settle(home, Settlement.ACK, delivery);
                                move(queue, publisher, move, moved + 1, done);
                            } else {
                                putBack(queue, delivery, new Move.Outcome(moved, whyNot(outcome)), done);
                            }
                        });
                if (!routed) {
                    putBack(queue, delivery, new Move.Outcome(moved, "no queue takes it from there"), done);
                }
            } catch (AmqpException e) {
                putBack(queue, delivery, new Move.Outcome(moved, e.getMessage()), done);
            }
        });
    }

    private static String whyNot(PublishOutcome outcome) {
        return outcome == PublishOutcome.REFUSED
                ? "a queue refuses it: it is full"
                : "a queue cannot be reached, and may have it or not";
    }

    private void putBack(
            QueueRecord queue, Delivery delivery, Move.Outcome outcome, CompletableFuture<Move.Outcome> done) {
        queue.port().settle(home, Settlement.REQUEUE, delivery);
        end(queue, outcome, done);
    }

    /** Completes once a queue has done what it was told. */
    private <R> void end(QueueRecord queue, R result, CompletableFuture<R> done) {
        queue.port().stat(home, stat -> done.complete(result));
    }

    /** Receives what was fetched; null and 0: nothing was there. */
    private interface Fetch {
        void received(@Nullable Delivery delivery, int left);
    }

    /** Fetches a message, or lets the caller know that the queue cannot be reached. */
    private void fetch(QueueRecord queue, CompletableFuture<?> done, Fetch then) {
        queue.port().get(home, false, reply -> {
            if (reply instanceof Answered<Fetched> answered) {
                then.received(answered.value().delivery(), answered.value().left());
            } else {
                done.completeExceptionally(new QueueUnreachableException(queue));
            }
        });
    }

    private Firehose firehose(VirtualHost vhost, String user) {
        return new Firehose(broker, home, vhost, NAME, 1, user);
    }

    /** Fetches up to {@code count} messages for a user, and settles them once the last is there. */
    public CompletableFuture<List<Got>> get(
            VirtualHost vhost, QueueRecord queue, int count, Settlement how, String user) {
        CompletableFuture<List<Got>> done = new CompletableFuture<>();
        onHome(done, () -> get(queue, count, how, new ArrayList<>(), new ArrayList<>(), done));
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
            QueueRecord queue,
            int count,
            Settlement how,
            List<Delivery> deliveries,
            List<Got> got,
            CompletableFuture<List<Got>> done) {
        if (count == 0) {
            settle(queue, how, deliveries, got, done);
            return;
        }
        fetch(queue, done, (delivery, left) -> {
            boolean isQuorum = queue.settings().quorum();
            if (delivery == null) {
                counters.gotNothing(isQuorum);
                settle(queue, how, deliveries, got, done);
                return;
            }
            counters.got(isQuorum, how == Settlement.ACK, delivery.redelivered());
            deliveries.add(delivery);
            got.add(new Got(delivery.message(), delivery.redelivered(), left));
            get(queue, count - 1, how, deliveries, got, done);
        });
    }

    private void settle(
            QueueRecord queue,
            Settlement how,
            List<Delivery> deliveries,
            List<Got> got,
            CompletableFuture<List<Got>> done) {
        queue.port().settle(home, how, deliveries);
        end(queue, got, done);
    }

    /** Drops all messages of a queue: {@link QueuePort#purge}. Completed with how many they were. */
    public CompletableFuture<Integer> purge(QueueRecord queue) {
        CompletableFuture<Integer> done = new CompletableFuture<>();
        onHome(
                done,
                () -> queue.port().purge(home, reply -> {
                    if (reply instanceof Answered<Integer> answered) {
                        done.complete(answered.value());
                    } else {
                        done.completeExceptionally(new QueueUnreachableException(queue));
                    }
                }));
        return done;
    }

    /** How queues stand, by their ids; those are left out that cannot be reached. */
    public CompletableFuture<Map<Long, QueueStat>> stat(List<QueueRecord> queues) {
        CompletableFuture<Map<Long, QueueStat>> done = new CompletableFuture<>();
        Map<Long, QueueStat> stats = new HashMap<>();
        if (queues.isEmpty()) {
            done.complete(stats);
            return done;
        }
        onHome(done, () -> {
            int[] open = {queues.size()};
            for (QueueRecord queue : queues) {
                Receiver<QueueReply<QueueStat>> answer = reply -> {
                    if (reply instanceof Answered<QueueStat> answered) {
                        stats.put(queue.id(), answered.value());
                    }
                    if (--open[0] == 0) {
                        done.complete(stats);
                    }
                };
                queue.port().stat(home, answer);
            }
        });
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
