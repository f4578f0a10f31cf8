package io.jumpmq.broker.node;

/**
 * One life of a node, from a start to its end. What belongs to an incarnation goes with it, and nothing else does.
 *
 * @param number grows with every start
 */
public record Incarnation(NodeId node, long number) {
    /** That of records from before nodes had identities. */
    public static final Incarnation UNKNOWN = new Incarnation(NodeId.unknown(), 0);

    /** The first incarnation of a node that nobody has known before. */
    public static Incarnation ofNewNode() {
        return new Incarnation(NodeId.random(), 1);
    }

    /** The incarnation after this one. */
    public Incarnation next() {
        return new Incarnation(node, number + 1);
    }

    /** Whether it is over when that one has begun: an earlier one of the same node, or one of which nobody knows any more. */
    public boolean endedBefore(Incarnation other) {
        return equals(UNKNOWN) || (node.equals(other.node) && number < other.number);
    }

    /** Who asks for something over this node's HTTP API, or the node itself: nobody's connection. */
    public ConnectionId operator() {
        return new ConnectionId(this, 0);
    }

    @Override
    public String toString() {
        return node + "." + number;
    }
}
