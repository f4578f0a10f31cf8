package io.jumpmq.session.amqp091;

import io.jumpmq.amqp.Method;
import io.jumpmq.broker.ReplyAddresses;
import io.jumpmq.broker.catalog.ConsumerPriority;
import io.jumpmq.broker.catalog.QueueRecord;
import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.ConsumeOutcome;
import io.jumpmq.broker.queue.Delivery;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.broker.queue.QueueUnreachableException;
import io.jumpmq.broker.queue.Settlement;
import io.jumpmq.broker.queue.Subscriber.Cancellation;
import io.jumpmq.broker.queue.Subscription;
import io.jumpmq.metrics.ChannelCounters;
import io.jumpmq.security.Permission.Operation;
import io.jumpmq.session.ConsumerInfo;
import io.jumpmq.value.AmqpException;
import io.jumpmq.value.ReplyCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A channel's consumers, and what is delivered to them. Belongs to its connection's loop. */
final class ChannelConsuming {
    private static final byte[] NO_EXCHANGE = {};

    private final ChannelMachine channel;
    private final OpenConnection connection;
    private final ChannelSettling settling;
    private final DirectReplies replies;
    private final ChannelPrefetch prefetch;
    private final ContentWriter writer;
    private final ChannelCounters counters;
    private final Loop loop;
    private final Map<String, ChannelConsumer> consumers = new LinkedHashMap<>();

    /** Deliveries for which the client has to read others first. */
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    /** Queues that get back what was on its way when the channel closed. */
    private final Set<QueuePort> late = new LinkedHashSet<>();

    private int consumerPrefetch;
    private boolean windowsDue;

    private record Waiting(ChannelConsumer consumer, Delivery delivery) {
        /** What it holds that its queue does not count any more. */
        int heldBytes() {
            return consumer.noAck() ? delivery.message().footprint() : 0;
        }
    }

    ChannelConsuming(
            ChannelMachine channel,
            OpenConnection connection,
            ChannelSettling settling,
            DirectReplies replies,
            ChannelPrefetch prefetch,
            ContentWriter writer,
            ChannelCounters counters) {
        this.channel = channel;
        this.connection = connection;
        this.settling = settling;
        this.replies = replies;
        this.prefetch = prefetch;
        this.writer = writer;
        this.counters = counters;
        this.loop = channel.loop();
    }

    int consumerPrefetch() {
        return consumerPrefetch;
    }

    List<ConsumerInfo> describe() {
        return consumers.values().stream().map(ChannelConsumer::describe).toList();
    }

    // Consumers come and go.

    void onConsume(Method.BasicConsume consume) {
        if (consume.queue().equals(ReplyAddresses.PSEUDO_QUEUE)) {
            requireNewTag(consume.consumerTag());
            String tag = tagOf(consume);
            replies.open(consume, tag, channel, this::onReply);
            channel.answer(consume.nowait() ? null : new Method.BasicConsumeOk(tag));
            return;
        }
        String name = channel.queueName(consume.queue());
        connection.authorization().requireQueue(Operation.READ, name);
        QueueRecord queue = connection
                .vhost()
                .requireQueue(name)
                .requireAccess(connection.context().id());
        requireNewTag(consume.consumerTag());
        if (prefetch.isLimited() && queue.settings().quorum()) {
            throw new AmqpException(ReplyCode.NOT_IMPLEMENTED, queue + " does not support global qos");
        }
        String tag = tagOf(consume);
        Subscription terms = new Subscription(
                tag,
                consume.noAck(),
                consume.exclusive(),
                consumerPrefetch,
                prefetch.isLimited(),
                ConsumerPriority.of(consume.arguments(), queue));
        Method answer = consume.nowait() ? null : new Method.BasicConsumeOk(tag);
        Receiver<ConsumeOutcome> outcomes =
                connection.awaiting(channel.number(), outcome -> onOutcome(tag, queue, outcome, answer));
        consumers.put(tag, new ChannelConsumer(this, channel, queue, terms, consume.arguments(), outcomes));
    }

    private void requireNewTag(String tag) {
        if (consumers.containsKey(tag) || replies.hasTag(tag)) {
            throw new AmqpException(ReplyCode.NOT_ALLOWED, "attempt to reuse consumer tag '" + tag + "'");
        }
    }

    private static String tagOf(Method.BasicConsume consume) {
        return consume.consumerTag().isEmpty() ? ChannelMachine.generated("amq.ctag-") : consume.consumerTag();
    }

    private void onOutcome(String tag, QueueRecord queue, ConsumeOutcome outcome, @Nullable Method ok) {
        if (outcome == ConsumeOutcome.ACCEPTED) {
            channel.answer(ok);
            return;
        }
        consumers.remove(tag);
        connection.during(Method.BasicConsume.ID);
        throw switch (outcome) {
            case EXCLUSIVE_USE -> new AmqpException(ReplyCode.ACCESS_REFUSED, queue + " in exclusive use");
            case QUEUE_UNREACHABLE -> new QueueUnreachableException(queue);
            default -> new AmqpException(ReplyCode.NOT_FOUND, "no " + queue);
        };
    }

    void onCancel(Method.BasicCancel cancel) {
        ChannelConsumer consumer = consumers.remove(cancel.consumerTag());
        Method answer = cancel.nowait() ? null : new Method.BasicCancelOk(cancel.consumerTag());
        if (consumer == null) {
            if (replies.hasTag(cancel.consumerTag())) {
                replies.close();
            }
            channel.answer(answer);
            return;
        }
        consumer.queue().unsubscribe(loop, consumer.number(), connection.awaiting(channel.number(), ended -> {
            prefetch.gone(consumer);
            writeAllOf(consumer);
            channel.answer(answer);
        }));
    }

    /** The queue serves a consumer no more. A client that cannot be told that it waits in vain loses its channel. */
    void onCancelled(ChannelConsumer consumer, Cancellation why) {
        if (!consumers.remove(consumer.tag(), consumer) || !channel.isOpen()) {
            return;
        }
        prefetch.gone(consumer);
        if (connection.wantsCancels()) {
            writeAllOf(consumer);
            channel.send(new Method.BasicCancel(consumer.tag(), true));
        } else if (why == Cancellation.QUEUE_UNREACHABLE) {
            throw new QueueUnreachableException(consumer.queueRecord());
        }
    }

    /** Cancels a consumer and gives back what it holds. */
    void expel(ChannelConsumer consumer) {
        List<Delivery> deliveries = new ArrayList<>();
        settling.forEach((tag, unacked) -> {
            if (unacked.consumer() == consumer && !unacked.isTakenBack()) {
                deliveries.add(unacked.delivery());
                prefetch.settledDelivery();
            }
        });
        waiting.removeIf(next -> {
            boolean isIts = next.consumer == consumer;
            if (isIts) {
                deliveries.add(next.delivery);
                prefetch.settledDelivery();
            }
            return isIts;
        });
        consumer.expel();
        if (consumers.remove(consumer.tag(), consumer)) {
            channel.send(new Method.BasicCancel(consumer.tag(), true));
        }
        consumer.queue().close(loop, List.of(consumer.number()), deliveries, closed -> {});
        prefetch.gone(consumer);
    }

    // Limits.

    void onQos(Method.BasicQos qos) {
        if (qos.prefetchSize() != 0) {
            throw new AmqpException(ReplyCode.NOT_IMPLEMENTED, "prefetch_size!=0 (" + qos.prefetchSize() + ")");
        }
        if (!qos.global()) {
            consumerPrefetch = qos.prefetchCount();
        }
        limit(qos.global() ? qos.prefetchCount() : 0); // As in RabbitMQ, the other kind of bound ends this one.
        channel.send(new Method.BasicQosOk());
    }

    private void limit(int limit) {
        boolean wasLimited = prefetch.isLimited();
        long unwritten = waiting.stream().filter(next -> !next.consumer.noAck()).count();
        prefetch.limit(limit, settling.outstanding() + (int) unwritten, settling.nextTag());
        if (wasLimited != prefetch.isLimited()) {
            consumers.values().forEach(consumer -> consumer.limit(prefetch.isLimited()));
        }
    }

    void onCreditWanted(ChannelConsumer consumer) {
        prefetch.wanted(consumer);
    }

    void onCreditReturned(ChannelConsumer consumer, int count) {
        if (!consumer.isExpelled()) {
            prefetch.returned(consumer, count);
        }
    }

    // Deliveries.

    void onDelivery(ChannelConsumer consumer, Delivery delivery) {
        if (!channel.isOpen() || !connection.isOpen() || consumer.isExpelled()) {
            if (!consumer.noAck()) {
                consumer.queue().settle(loop, Settlement.REQUEUE, delivery);
                late.add(consumer.queue());
            }
            return;
        }
        prefetch.delivered(consumer);
        boolean now =
                waiting.isEmpty() && connection.mayDeliver(delivery.message().footprint());
        if (!now) {
            await(consumer, delivery);
        } else {
            try {
                write(consumer, delivery);
            } catch (OutOfMemoryError e) {
                await(consumer, delivery); // So that it goes back to its queue with the others.
                connection.outOfMemory(e);
            }
        }
        if (!windowsDue) {
            windowsDue = true;
            connection.atTurnEnd(this::onWritten);
        }
    }

    private void await(ChannelConsumer consumer, Delivery delivery) {
        Waiting last = new Waiting(consumer, delivery);
        waiting.add(last);
        connection.keep(last.heldBytes());
    }

    /** Goes on with the deliveries that wait, as far as the client has read others. */
    void writeWaiting() {
        while (!waiting.isEmpty()
                && connection.mayDeliver(waiting.element().delivery.message().footprint())) {
            Waiting next = waiting.element();
            write(next.consumer, next.delivery); // If there is no memory for that, it still waits.
            connection.keep(-next.heldBytes());
            waiting.remove();
        }
    }

    /** A consumer leaves: what it was delivered goes before the word that it has left. */
    private void writeAllOf(ChannelConsumer consumer) {
        waiting.removeIf(next -> {
            boolean isIts = next.consumer == consumer;
            if (isIts) {
                connection.keep(-next.heldBytes());
                write(consumer, next.delivery);
            }
            return isIts;
        });
    }

    private void write(ChannelConsumer consumer, Delivery delivery) {
        Message message = delivery.message();
        Message ours = message.in(BasicFormat.INSTANCE);
        QueueRecord queue = consumer.queueRecord();
        if (connection.vhost().isTraced()) {
            connection.firehose(channel.number()).delivered(queue, message, delivery.redelivered());
        }
        counters.delivered(queue.settings().quorum(), consumer.noAck(), delivery.redelivered());
        writer.deliver(
                consumer.tagBytes(),
                consumer.noAck() ? settling.skip() : settling.hold(queue, delivery, consumer),
                delivery.redelivered(),
                consumer.encoded(message.exchange()),
                ours,
                ContentWriter.propertiesOf(ours, delivery, queue));
        consumer.wrote(message.footprint());
    }

    private void onReply(Message message) {
        DirectReplies.Consumer consumer = replies.consumer();
        if (consumer == null || !channel.isOpen() || !connection.isOpen()) {
            return;
        }
        if (!connection.mayDeliver(message.footprint())) {
            return; // Nobody else keeps it, and this client does not read.
        }
        Message ours = message.in(BasicFormat.INSTANCE);
        writer.deliver(
                consumer.tag(),
                settling.skip(),
                false,
                NO_EXCHANGE,
                ours,
                ours.header().encoded());
    }

    private void onWritten() {
        windowsDue = false;
        returnWindows();
        connection.tellMemory();
    }

    /** Tells the queues what was written, unless the socket is full: then {@link ConnectionMachine#onWritable} does. */
    void returnWindows() {
        if (connection.output().isWritable()) {
            consumers.values().forEach(ChannelConsumer::returnWindow);
        }
    }

    // The end.

    /** Consumers leave, and what was not acknowledged returns to its queue, in one step for each queue. Goes on after that. */
    void close(Runnable then) {
        Map<QueuePort, List<Delivery>> unsettled = new LinkedHashMap<>();
        Map<QueuePort, List<Long>> leaving = new LinkedHashMap<>();
        consumers
                .values()
                .forEach(consumer -> leaving.computeIfAbsent(consumer.queue(), unused -> new ArrayList<>())
                        .add(consumer.number()));
        settling.takeAll((tag, unacked) -> {
            if (!unacked.isTakenBack()) {
                unsettled
                        .computeIfAbsent(unacked.queue().port(), unused -> new ArrayList<>())
                        .add(unacked.delivery());
            }
        });
        waiting.forEach(next -> {
            connection.keep(-next.heldBytes());
            if (!next.consumer.noAck()) {
                unsettled
                        .computeIfAbsent(next.consumer.queue(), unused -> new ArrayList<>())
                        .add(next.delivery);
            }
        });
        waiting.clear();
        leaving.keySet().forEach(queue -> unsettled.computeIfAbsent(queue, unused -> new ArrayList<>()));
        consumers.clear();
        prefetch.clear();
        close(unsettled, leaving, then);
    }

    private void close(Map<QueuePort, List<Delivery>> unsettled, Map<QueuePort, List<Long>> leaving, Runnable then) {
        if (unsettled.isEmpty()) {
            then.run();
            return;
        }
        Receiver<Integer> done = connection.awaiting(channel.number(), queues -> closeLate(then));
        Countdown left = new Countdown(unsettled.size(), () -> done.receive(unsettled.size()));
        unsettled.forEach((queue, deliveries) ->
                queue.close(loop, leaving.getOrDefault(queue, List.of()), deliveries, closed -> left.run()));
    }

    /** What had been on its way is back, too, when its queues answer once more. */
    private void closeLate(Runnable then) {
        Map<QueuePort, List<Delivery>> unsettled = new LinkedHashMap<>();
        late.forEach(queue -> unsettled.put(queue, List.of()));
        late.clear();
        close(unsettled, Map.of(), then);
    }
}
