package io.jumpmq.cli.perf;

import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.value.FieldTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;

/** Receives messages and acknowledges what came with one read at once. */
final class Subscriber implements Runnable, Link.Receiver {
    private static final int HEADER_BODY_SIZE_AT = 4;

    private final Link link;
    private final String queue;
    private final int prefetch;
    private final boolean autoAck;
    private final Meter meter;
    private final Run run;
    private final ByteBuf out = Unpooled.buffer();
    private long lastTag;
    private long acknowledged;
    private long bodyLeft;
    private boolean bodyStarts;
    private int count;

    Subscriber(Link link, String queue, int prefetch, boolean autoAck, Meter meter, Run run) {
        this.link = link;
        this.queue = queue;
        this.prefetch = prefetch;
        this.autoAck = autoAck;
        this.meter = meter;
        this.run = run;
    }

    /** Subscribes; nothing is lost of what is published from here on. */
    void subscribe() throws IOException {
        if (prefetch > 0) {
            link.call(new Method.BasicQos(0, prefetch, false), Method.BasicQosOk.class);
        }
        link.send(new Method.BasicConsume(queue, "perf", false, autoAck, false, true, FieldTable.EMPTY));
    }

    @Override
    public void run() {
        try {
            link.receive(this);
        } catch (IOException e) {
            run.fail(e);
        }
    }

    @Override
    public void frame(FrameReader frame, ByteBuf in) {
        int at = frame.payloadIndex();
        switch (frame.type()) {
            case FrameReader.METHOD -> {
                if (in.getInt(at) == Method.BasicDeliver.ID) {
                    int tag = at + Integer.BYTES;
                    lastTag = in.getLong(tag + 1 + in.getUnsignedByte(tag));
                }
            }
            case FrameReader.HEADER -> {
                bodyLeft = in.getLong(at + HEADER_BODY_SIZE_AT);
                bodyStarts = true;
                if (bodyLeft == 0) {
                    count++;
                }
            }
            case FrameReader.BODY -> {
                if (bodyStarts && frame.payloadLength() >= Long.BYTES) {
                    Meter.record(meter.latency, System.nanoTime() - in.getLong(at));
                }
                bodyStarts = false;
                bodyLeft -= frame.payloadLength();
                if (bodyLeft == 0) {
                    count++;
                }
            }
            default -> {}
        }
    }

    @Override
    public void pause() throws IOException {
        if (count > 0) {
            meter.received.add(count);
            run.received(count);
            count = 0;
        }
        if (!autoAck && bodyLeft == 0 && lastTag > acknowledged) {
            acknowledged = lastTag;
            FrameWriter.method(out, 1, new Method.BasicAck(lastTag, true));
            link.write(out);
        }
    }
}
