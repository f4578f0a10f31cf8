package io.jumpmq.remote;

import io.jumpmq.broker.loop.Loop;
import io.jumpmq.simulation.SimulatedNetwork;
import org.jspecify.annotations.Nullable;

/** A connection between the node of a client and the home of a queue. Frames arrive in their order, or never if it breaks before. */
public final class Link {
    /** One of its two ends, on a loop of its node. */
    interface End {
        Loop loop();

        /** A frame has come. */
        void received(byte[] frame);

        /** The link is cut: what was not answered never will be. */
        void cut();
    }

    private final SimulatedNetwork network;
    private final int callerNode;
    private final int hostNode;
    private @Nullable End caller;
    private @Nullable End host;
    private boolean up = true;
    private long carriedBytes;

    public Link(SimulatedNetwork network, int callerNode, int hostNode) {
        this.network = network;
        this.callerNode = callerNode;
        this.hostNode = hostNode;
    }

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
        boolean toHost = from == caller;
        network.send(toHost ? callerNode : hostNode, toHost ? hostNode : callerNode, () -> {
            End to = toHost ? host : caller;
            if (to != null) {
                carriedBytes += frame.length;
                to.loop().run(() -> to.received(frame));
            }
        });
    }

    /** What is on its way is lost, and both ends learn of it. */
    public void cut() {
        up = false;
        network.reset(callerNode, hostNode);
        for (End end : new @Nullable End[] {caller, host}) {
            if (end != null) {
                end.loop().run(end::cut);
            }
        }
    }

    /** The node at an end is gone, which the other end learns. */
    public void lost(int node) {
        if (node == callerNode) {
            caller = null;
        } else {
            host = null;
        }
        cut();
    }

    public void restore() {
        up = true;
    }
}
