package io.jumpmq.remote;

import io.jumpmq.broker.loop.Loop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Frames on their way between two nodes. They arrive when a test says so, or never if it cuts the link before. */
public final class Link {
    /** One of its two ends, on a loop of its node. */
    interface End {
        Loop loop();

        /** A frame has come. */
        void received(byte[] frame);

        /** The link is cut: what was not answered never will be. */
        void cut();
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Frame(End to, byte[] bytes) {}

    private final Deque<Frame> onTheirWay = new ArrayDeque<>();
    private @Nullable End caller;
    private @Nullable End host;
    private boolean up = true;
    private long carriedBytes;

    void join(End end, boolean asHost) {
        if (asHost) {
            host = end;
        } else {
            caller = end;
        }
    }

    boolean isUp() {
        return up;
    }

    /** How much has gone over it. */
    public long carriedBytes() {
        return carriedBytes;
    }

    /** Sends a frame to the other end. */
    void send(End from, byte[] frame) {
        onTheirWay.add(new Frame(Objects.requireNonNull(from == caller ? host : caller), frame));
    }

    /** Lets everything arrive that is on its way. Returns whether anything was. */
    public boolean carry() {
        boolean any = !onTheirWay.isEmpty();
        for (Frame frame = onTheirWay.poll(); frame != null; frame = onTheirWay.poll()) {
            End to = frame.to;
            byte[] bytes = frame.bytes;
            carriedBytes += bytes.length;
            to.loop().run(() -> to.received(bytes));
        }
        return any;
    }

    /** What is on its way is lost, and both ends learn of it. */
    public void cut() {
        up = false;
        onTheirWay.clear();
        for (End end : new @Nullable End[] {caller, host}) {
            Objects.requireNonNull(end).loop().run(end::cut);
        }
    }

    public void restore() {
        up = true;
    }
}
