package io.jumpmq.broker.node;

/** A node with two clients. */
public final class TestIds {
    public static final Incarnation NODE = new Incarnation(NodeId.of(0x1234, 0x5678), 7);
    public static final ConnectionId OPERATOR = NODE.operator();
    public static final ConnectionId CLIENT = new ConnectionId(NODE, 1);
    public static final ConnectionId OTHER_CLIENT = new ConnectionId(NODE, 2);

    private TestIds() {}
}
