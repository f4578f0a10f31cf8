package io.jumpmq.remote;

import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.queue.ConsumeOutcome;
import io.jumpmq.broker.queue.Delivery;
import io.jumpmq.broker.queue.Fetched;
import io.jumpmq.broker.queue.Publication;
import io.jumpmq.broker.queue.QueuePort;
import io.jumpmq.broker.queue.QueueReply.Answered;
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
import java.util.Objects;

/** The end of a link where its queue is at home: does there what is asked for from afar. */
public final class QueueHost implements Link.End {
    private record Known(long position, int attempt) {}

    private final QueuePort queue;
    private final Loop loop;
    private final Link link;

    /** The numbers of consumers here, by those that they have on the other side. */
    private final Map<Long, Long> consumers = new LinkedHashMap<>();

    /** What waits for an answer from the other side. */
    private final Map<Known, Delivery> outstanding = new LinkedHashMap<>();

    public QueueHost(QueuePort queue, Loop loop, Link link) {
        this.queue = queue;
        this.loop = loop;
        this.link = link;
        link.join(this, true);
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void received(byte[] frame) {
        Wire.read(frame, this::received);
    }

    private void received(Kind kind, long number, DataInputStream in) throws IOException {
        switch (kind) {
            case PUBLISH -> publish(number, in);
            case GET -> get(number, in.readBoolean());
            case PURGE ->
                queue.purge(loop, reply -> {
                    if (reply instanceof Answered<Integer> purged) {
                        answer(number, out -> out.writeInt(purged.value()));
                    }
                });
            case STAT -> stat(number);
            case TOUCH -> queue.touch(loop);
            case SUBSCRIBE -> subscribe(number, in);
            case UNSUBSCRIBE ->
                queue.unsubscribe(
                        loop,
                        Objects.requireNonNullElse(consumers.remove(number), 0L),
                        ended -> send(Kind.UNSUBSCRIBED, number, out -> {}));
            case CREDIT -> queue.credit(loop, known(number), in.readInt(), in.readBoolean());
            case REQUIRE_CREDIT -> queue.requireCredit(loop, known(number), in.readBoolean());
            case WRITTEN -> queue.written(loop, known(number), in.readInt());
            case SETTLE -> {
                Settlement how = Settlement.valueOf(in.readUTF());
                List<Delivery> settled = Wire.readSettled(in);
                settled.forEach(this::forget);
                queue.settle(loop, how, settled);
            }
            case CLOSE -> {
                List<Long> leaving = new ArrayList<>();
                for (int left = in.readInt(); left > 0; left--) {
                    Long consumer = consumers.remove(in.readLong());
                    if (consumer != null) {
                        leaving.add(consumer);
                    }
                }
                List<Delivery> unsettled = Wire.readSettled(in);
                unsettled.forEach(this::forget);
                queue.close(loop, leaving, unsettled, closed -> answer(number, out -> {}));
            }
            default -> throw new IOException("nobody asks for " + kind);
        }
    }

    private void publish(long request, DataInputStream in) throws IOException {
        if (request == 0) {
            queue.publish(loop, Wire.readMessage(in));
        } else {
            queue.publish(
                    loop,
                    new Publication(
                            Wire.readMessage(in),
                            0,
                            1,
                            loop,
                            (settled, outcome) -> answer(request, out -> out.writeUTF(outcome.name()))));
        }
    }

    private void get(long request, boolean noAck) {
        queue.get(loop, noAck, reply -> {
            if (reply instanceof Answered<Fetched> answered) {
                Delivery delivery = answered.value().delivery();
                if (delivery != null && !noAck) {
                    keep(delivery);
                }
                answer(request, out -> {
                    out.writeInt(answered.value().left());
                    out.writeBoolean(delivery != null);
                    if (delivery != null) {
                        Wire.write(out, delivery);
                    }
                });
            }
        });
    }

    private void stat(long request) {
        queue.stat(loop, reply -> {
            if (reply instanceof Answered<QueueStat> answered) {
                answer(request, out -> {
                    out.writeInt(answered.value().ready());
                    out.writeInt(answered.value().dead());
                    out.writeInt(answered.value().consumers());
                    Long timestamp = answered.value().headTimestamp();
                    out.writeBoolean(timestamp != null);
                    if (timestamp != null) {
                        out.writeLong(timestamp);
                    }
                });
            }
        });
    }

    private void subscribe(long number, DataInputStream in) throws IOException {
        Subscription terms = new Subscription(
                in.readUTF(), in.readBoolean(), in.readBoolean(), in.readInt(), in.readBoolean(), in.readInt());
        consumers.put(number, queue.subscribe(loop, terms, new Subscriber() {
            @Override
            public void subscribed(ConsumeOutcome outcome) {
                send(Kind.SUBSCRIBED, number, out -> out.writeUTF(outcome.name()));
            }

            @Override
            public void delivered(Delivery delivery) {
                if (!consumers.containsKey(number) && !terms.noAck()) {
                    queue.settle(loop, Settlement.REQUEUE, delivery); // It has left meanwhile.
                    return;
                }
                if (!terms.noAck()) {
                    keep(delivery);
                }
                send(Kind.DELIVER, number, out -> Wire.write(out, delivery));
            }

            @Override
            public void wantsCredit() {
                send(Kind.WANTS_CREDIT, number, out -> {});
            }

            @Override
            public void creditReturned(int count) {
                send(Kind.CREDIT_RETURNED, number, out -> out.writeInt(count));
            }

            @Override
            public void creditRequired(boolean required) {
                send(Kind.CREDIT_REQUIRED, number, out -> out.writeBoolean(required));
            }

            @Override
            public void cancelled(Cancellation why) {
                consumers.remove(number);
                send(Kind.CANCEL, number, out -> {});
            }
        }));
    }

    private long known(long number) {
        return Objects.requireNonNullElse(consumers.get(number), 0L);
    }

    private void keep(Delivery delivery) {
        outstanding.put(new Known(delivery.position(), delivery.attempt()), delivery);
    }

    private void forget(Delivery delivery) {
        outstanding.remove(new Known(delivery.position(), delivery.attempt()));
    }

    private void answer(long request, Wire.Writer content) {
        send(Kind.ANSWER, request, content);
    }

    private void send(Kind kind, long number, Wire.Writer content) {
        if (link.isUp()) {
            link.send(this, Wire.frame(kind, number, content));
        }
    }

    /** The other side is gone: its consumers leave, and what they had is delivered again. */
    @Override
    public void cut() {
        List<Long> leaving = new ArrayList<>(consumers.values());
        List<Delivery> unsettled = new ArrayList<>(outstanding.values());
        consumers.clear();
        outstanding.clear();
        queue.close(loop, leaving, unsettled, closed -> {});
    }
}
