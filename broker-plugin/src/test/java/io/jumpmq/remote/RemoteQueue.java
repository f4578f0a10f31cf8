package io.jumpmq.remote;

import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.ConsumeOutcome;
import io.jumpmq.broker.queue.Delivery;
import io.jumpmq.broker.queue.Fetched;
import io.jumpmq.broker.queue.Publication;
import io.jumpmq.broker.queue.PublishOutcome;
import io.jumpmq.broker.queue.QueueCounters;
import io.jumpmq.broker.queue.QueueFigures;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.broker.queue.QueueReply;
import io.jumpmq.broker.queue.QueueStat;
import io.jumpmq.broker.queue.Settlement;
import io.jumpmq.broker.queue.Subscriber;
import io.jumpmq.broker.queue.Subscription;
import io.jumpmq.remote.Wire.Kind;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A queue whose home is at the other end of a link. Its state here belongs to one loop. */
public final class RemoteQueue implements QueuePort, Link.End {
    /** What a request waits for. */
    private interface Pending {
        void answered(DataInputStream in) throws IOException;

        void unreachable();
    }

    private interface Decoder<R> {
        R read(DataInputStream in) throws IOException;
    }

    private record Consumer(Loop loop, Subscriber subscriber, boolean accepted) {
        Consumer accept() {
            return new Consumer(loop, subscriber, true);
        }
    }

    private final String name;
    private final Loop loop;
    private final Link link;
    private final AtomicLong lastConsumer = new AtomicLong();
    private final Receiver<Runnable> run = Runnable::run;

    private final Map<Long, Pending> requests = new LinkedHashMap<>();
    private final Map<Long, Consumer> consumers = new LinkedHashMap<>();
    private final Map<Long, Runnable> leaving = new LinkedHashMap<>();
    private long lastRequest;

    public RemoteQueue(String name, Loop loop, Link link) {
        this.name = name;
        this.loop = loop;
        this.link = link;
        link.join(this, false);
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public String name() {
        return name;
    }

    private void ask(Loop from, Kind kind, Wire.Writer content, Pending pending) {
        from.send(loop, run, () -> {
            if (!link.isUp()) {
                pending.unreachable();
                return;
            }
            requests.put(++lastRequest, pending);
            link.send(this, Wire.frame(kind, lastRequest, content));
        });
    }

    private <R> void ask(
            Loop from, Kind kind, Wire.Writer content, Receiver<QueueReply<R>> answer, Decoder<R> decoder) {
        ask(from, kind, content, new Pending() {
            @Override
            public void answered(DataInputStream in) throws IOException {
                loop.send(from, answer, new QueueReply.Answered<>(decoder.read(in)));
            }

            @Override
            public void unreachable() {
                loop.send(from, answer, new QueueReply.Unreachable<>());
            }
        });
    }

    private void tell(Loop from, Kind kind, long number, Wire.Writer content) {
        from.send(loop, run, () -> {
            if (link.isUp()) {
                link.send(this, Wire.frame(kind, number, content));
            }
        });
    }

    @Override
    public void publish(Loop from, Message message) {
        tell(from, Kind.PUBLISH, 0, out -> Wire.write(out, message));
    }

    @Override
    public void publish(Loop from, Publication publication) {
        ask(from, Kind.PUBLISH, out -> Wire.write(out, publication.message()), new Pending() {
            @Override
            public void answered(DataInputStream in) throws IOException {
                publication.answer(loop, PublishOutcome.valueOf(in.readUTF()));
            }

            @Override
            public void unreachable() {
                publication.answer(loop, PublishOutcome.UNREACHABLE);
            }
        });
    }

    @Override
    public boolean isThrottled() {
        return false;
    }

    @Override
    public long subscribe(Loop from, Subscription terms, Subscriber subscriber) {
        long number = lastConsumer.incrementAndGet();
        from.send(loop, run, () -> {
            if (!link.isUp()) {
                loop.send(from, subscriber::subscribed, ConsumeOutcome.QUEUE_UNREACHABLE);
                return;
            }
            consumers.put(number, new Consumer(from, subscriber, false));
            link.send(this, Wire.frame(Kind.SUBSCRIBE, number, out -> {
                out.writeUTF(terms.tag());
                out.writeBoolean(terms.noAck());
                out.writeBoolean(terms.exclusive());
                out.writeInt(terms.prefetch());
                out.writeBoolean(terms.needsCredit());
                out.writeInt(terms.priority());
            }));
        });
        return number;
    }

    @Override
    public void credit(Loop from, long consumer, int count, boolean drain) {
        tell(from, Kind.CREDIT, consumer, out -> {
            out.writeInt(count);
            out.writeBoolean(drain);
        });
    }

    @Override
    public void requireCredit(Loop from, long consumer, boolean required) {
        tell(from, Kind.REQUIRE_CREDIT, consumer, out -> out.writeBoolean(required));
    }

    @Override
    public void written(Loop from, long consumer, int bytes) {
        tell(from, Kind.WRITTEN, consumer, out -> out.writeInt(bytes));
    }

    @Override
    public void unsubscribe(Loop from, long consumer, Receiver<Long> ended) {
        from.send(loop, run, () -> {
            if (consumers.containsKey(consumer)) {
                leaving.put(consumer, () -> loop.send(from, ended, consumer));
                link.send(this, Wire.frame(Kind.UNSUBSCRIBE, consumer, out -> {}));
            } else {
                loop.send(from, ended, consumer);
            }
        });
    }

    @Override
    public void settle(Loop from, Settlement how, Delivery delivery) {
        settle(from, how, List.of(delivery));
    }

    @Override
    public void settle(Loop from, Settlement how, List<Delivery> deliveries) {
        tell(from, Kind.SETTLE, 0, out -> {
            out.writeUTF(how.name());
            Wire.writeSettled(out, deliveries);
        });
    }

    @Override
    public void close(Loop from, List<Long> closing, List<Delivery> unsettled, Receiver<Integer> closed) {
        from.send(loop, run, () -> closing.forEach(consumers::remove));
        Wire.Writer content = out -> {
            out.writeInt(closing.size());
            for (long consumer : closing) {
                out.writeLong(consumer);
            }
            Wire.writeSettled(out, unsettled);
        };
        ask(from, Kind.CLOSE, content, new Pending() {
            @Override
            public void answered(DataInputStream in) {
                loop.send(from, closed, unsettled.size());
            }

            @Override
            public void unreachable() {
                loop.send(from, closed, 0);
            }
        });
    }

    @Override
    public boolean serves(long consumer) {
        return true;
    }

    @Override
    public void get(Loop from, boolean noAck, Receiver<QueueReply<Fetched>> answer) {
        ask(from, Kind.GET, out -> out.writeBoolean(noAck), answer, in -> {
            int left = in.readInt();
            return new Fetched(in.readBoolean() ? Wire.readDelivery(in) : null, left);
        });
    }

    @Override
    public void purge(Loop from, Receiver<QueueReply<Integer>> answer) {
        ask(from, Kind.PURGE, out -> {}, answer, DataInputStream::readInt);
    }

    @Override
    public void touch(Loop from) {
        tell(from, Kind.TOUCH, 0, out -> {});
    }

    @Override
    public void stat(Loop from, Receiver<QueueReply<QueueStat>> answer) {
        ask(
                from,
                Kind.STAT,
                out -> {},
                answer,
                in -> new QueueStat(in.readInt(), in.readInt(), in.readInt(), in.readBoolean() ? in.readLong() : null));
    }

    @Override
    public QueueFigures figures() {
        return new QueueFigures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, 0, null, new QueueCounters());
    }

    @Override
    public void settingsChanged(Loop from) {}

    @Override
    public void deleted(Loop from) {
        from.send(loop, run, () -> cancelAll(Subscriber.Cancellation.QUEUE_DELETED));
    }

    private void cancelAll(Subscriber.Cancellation why) {
        List<Consumer> all = new ArrayList<>(consumers.values());
        consumers.clear();
        for (Consumer consumer : all) {
            if (consumer.accepted) {
                loop.send(consumer.loop, consumer.subscriber::cancelled, why);
            } else {
                loop.send(consumer.loop, consumer.subscriber::subscribed, ConsumeOutcome.QUEUE_UNREACHABLE);
            }
        }
    }

    // What comes back.

    @Override
    public void received(byte[] frame) {
        Wire.read(frame, this::received);
    }

    private void received(Kind kind, long number, DataInputStream in) throws IOException {
        if (kind == Kind.ANSWER) {
            Pending pending = requests.remove(number);
            if (pending == null) {
                in.skipNBytes(in.available()); // It was given up when the link was cut.
            } else {
                pending.answered(in);
            }
            return;
        } else if (kind == Kind.UNSUBSCRIBED) {
            consumers.remove(number);
            Runnable ended = leaving.remove(number);
            if (ended != null) {
                ended.run();
            }
            return;
        }
        Consumer consumer = consumers.get(number);
        switch (kind) {
            case SUBSCRIBED -> {
                ConsumeOutcome outcome = ConsumeOutcome.valueOf(in.readUTF());
                to(consumer, subscriber -> subscriber.subscribed(outcome));
                consumers.computeIfPresent(
                        number, (unused, known) -> outcome == ConsumeOutcome.ACCEPTED ? known.accept() : null);
            }
            case DELIVER -> {
                Delivery delivery = Wire.readDelivery(in);
                to(consumer, subscriber -> subscriber.delivered(delivery));
            }
            case WANTS_CREDIT -> to(consumer, Subscriber::wantsCredit);
            case CREDIT_RETURNED -> {
                int count = in.readInt();
                to(consumer, subscriber -> subscriber.creditReturned(count));
            }
            case CREDIT_REQUIRED -> {
                boolean required = in.readBoolean();
                to(consumer, subscriber -> subscriber.creditRequired(required));
            }
            case CANCEL -> {
                consumers.remove(number);
                to(consumer, subscriber -> subscriber.cancelled(Subscriber.Cancellation.QUEUE_DELETED));
            }
            default -> throw new IOException("nobody says " + kind + " here");
        }
    }

    private void to(@Nullable Consumer consumer, Receiver<Subscriber> call) {
        if (consumer != null) {
            loop.send(consumer.loop, call, consumer.subscriber);
        }
    }

    @Override
    public void cut() {
        List<Pending> unanswered = new ArrayList<>(requests.values());
        requests.clear();
        unanswered.forEach(Pending::unreachable);
        List<Runnable> gone = new ArrayList<>(leaving.values());
        leaving.clear();
        gone.forEach(Runnable::run);
        cancelAll(Subscriber.Cancellation.QUEUE_UNREACHABLE);
    }
}
