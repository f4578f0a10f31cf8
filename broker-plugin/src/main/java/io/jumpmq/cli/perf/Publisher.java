package io.jumpmq.cli.perf;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.amqp.BasicProperties;
import io.jumpmq.amqp.FrameReader;
import io.jumpmq.amqp.FrameWriter;
import io.jumpmq.amqp.Method;
import io.jumpmq.value.MessageProperties;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends messages as fast as it may: the frames of one message lie ready, and only the time and the key are put in. What fits
 * into a batch goes with one write.
 */
final class Publisher implements Runnable {
    /** How messages look and how many there are. */
    record Plan(
            String exchange,
            String routingKey,
            int distinctKeys,
            int size,
            boolean persistent,
            boolean mandatory,
            int confirms,
            double rate,
            long count) {}

    private static final int BATCH_BYTES = 64 << 10;
    private static final int MAX_PER_BATCH = 512;
    private static final int RING = 1 << 20;
    private static final int KEY_DIGITS = 12;
    private static final int PERSISTENT = 2;
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Link link;
    private final Plan plan;
    private final Meter meter;
    private final Run run;
    private final SplittableRandom random;
    private final ByteBuf batch = Unpooled.directBuffer(2 * BATCH_BYTES);

    /** When each message was sent that waits for its confirm. */
    private final long[] sentAt;

    private volatile long sent;
    private volatile long settled;

    Publisher(Link link, Plan plan, Meter meter, Run run, long seed) {
        this.link = link;
        this.plan = plan;
        this.meter = meter;
        this.run = run;
        this.random = new SplittableRandom(seed);
        this.sentAt = plan.confirms > 0 ? new long[RING] : new long[0];
    }

    @Override
    public void run() {
        try {
            if (plan.confirms > 0) {
                link.call(new Method.ConfirmSelect(false), Method.ConfirmSelectOk.class);
            }
            Thread reading = new Thread(this::read, Thread.currentThread().getName() + "-confirms");
            reading.setDaemon(true);
            reading.start();
            publish();
            while (plan.confirms > 0 && settled < sent && !run.isOver()) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException e) {
            run.fail(e);
        } finally {
            batch.release();
            run.publisherDone();
        }
    }

    private void publish() throws IOException {
        byte[][] templates = templates();
        long start = System.nanoTime();
        long number = 0;
        while (!run.isOver() && (plan.count == 0 || number < plan.count)) {
            int may = allowed(number, start);
            if (may == 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
                continue;
            }
            long now = System.nanoTime();
            int count = 0;
            while (count < may && batch.readableBytes() < BATCH_BYTES) {
                put(templates, now);
                if (plan.confirms > 0) {
                    sentAt[(int) (++number & (RING - 1))] = now;
                } else {
                    number++;
                }
                count++;
            }
            sent = number;
            link.write(batch);
            meter.sent.add(count);
        }
    }

    /** How many may be sent now: by the rate, by what is not confirmed, by what is wanted in all. */
    private int allowed(long number, long start) {
        long may = MAX_PER_BATCH;
        if (plan.rate > 0) {
            long due = (long) ((System.nanoTime() - start) / 1e9 * plan.rate);
            may = Math.min(may, due - number);
        }
        if (plan.confirms > 0) {
            may = Math.min(may, plan.confirms - (number - settled));
        }
        if (plan.count > 0) {
            may = Math.min(may, plan.count - number);
        }
        return (int) Math.max(0, may);
    }

    private void put(byte[][] templates, long now) {
        byte[] template = templates.length == 1 ? templates[0] : templates[random.nextInt(templates.length)];
        int start = batch.writerIndex();
        batch.writeBytes(template);
        if (plan.distinctKeys == 0) {
            putRandomKey(start + keyOffset());
        }
        batch.setLong(start + template.length - 1 - plan.size, now);
    }

    private void putRandomKey(int at) {
        long rest = random.nextLong() & Long.MAX_VALUE;
        for (int i = 0; i < KEY_DIGITS; i++) {
            batch.setByte(at + i, '0' + (int) (rest % 10));
            rest /= 10;
        }
    }

    /** Where the key's digits are in a message's frames: behind the method's id, a short, the exchange and a length. */
    private int keyOffset() {
        int prefix = FrameReader.OVERHEAD - 1 + Integer.BYTES + Short.BYTES;
        return prefix + 1 + plan.exchange.getBytes(UTF_8).length + 1;
    }

    /** The frames of a message, one set for each key if keys repeat. */
    private byte[][] templates() {
        byte[][] templates = new byte[Math.max(1, plan.distinctKeys)][];
        for (int i = 0; i < templates.length; i++) {
            String key = plan.distinctKeys == 0
                    ? "0".repeat(KEY_DIGITS)
                    : plan.distinctKeys == 1 ? plan.routingKey : plan.routingKey + i;
            templates[i] = template(key);
        }
        return templates;
    }

    private byte[] template(String key) {
        ByteBuf out = Unpooled.buffer();
        int start = FrameWriter.begin(out, FrameReader.METHOD, 1);
        out.writeInt(Method.BasicPublish.ID);
        out.writeShort(0);
        shortString(out, plan.exchange.getBytes(UTF_8));
        shortString(out, key.getBytes(US_ASCII));
        out.writeByte(plan.mandatory ? 1 : 0);
        FrameWriter.end(out, start);
        MessageProperties properties = new MessageProperties(
                null,
                null,
                null,
                plan.persistent ? PERSISTENT : null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        FrameWriter.content(out, 1, BasicProperties.encode(properties), new byte[plan.size], 0);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    private static void shortString(ByteBuf out, byte[] text) {
        out.writeByte(text.length).writeBytes(text);
    }

    private void read() {
        try {
            link.receive(new Confirms());
        } catch (IOException e) {
            run.fail(e);
        }
    }

    /** Acks, nacks and returns. */
    private final class Confirms implements Link.Receiver {
        @Override
        public void frame(FrameReader frame, ByteBuf in) {
            if (frame.type() != FrameReader.METHOD) {
                return;
            }
            int at = frame.payloadIndex();
            int id = in.getInt(at);
            if (id == Method.BasicAck.ID || id == Method.BasicNack.ID) {
                settle(in.getLong(at + Integer.BYTES), (in.getByte(at + Integer.BYTES + Long.BYTES) & 1) != 0, id);
            } else if (id == Method.BasicReturn.ID) {
                meter.returned.increment();
            }
        }

        /** The lowest number that is not settled moves on; numbers settled one by one before it count when it does. */
        private void settle(long tag, boolean multiple, int id) {
            long now = System.nanoTime();
            long from = multiple ? low : tag;
            for (long number = from; number <= tag; number++) {
                int slot = (int) (number & (RING - 1));
                long at = sentAt[slot];
                if (at != 0) {
                    sentAt[slot] = 0;
                    count++;
                    Meter.record(meter.confirmLatency, now - at);
                    (id == Method.BasicAck.ID ? meter.confirmed : meter.refused).increment();
                }
            }
            if (multiple) {
                low = Math.max(low, tag + 1);
            }
        }

        private long low = 1;
        private long count;

        @Override
        public void pause() {
            settled = count;
        }
    }
}
