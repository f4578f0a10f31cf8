package io.jumpmq.broker.node;

import java.util.UUID;

/**
 * A node, for good: chosen when its data directory is made and kept there, whatever the node is called and wherever it runs.
 *
 * @param value random
 */
public record NodeId(UUID value) {
    private static final NodeId UNKNOWN = new NodeId(new UUID(0, 0));

    /** One that no node has had before. */
    public static NodeId random() {
        return new NodeId(UUID.randomUUID());
    }

    /** The one that was kept as these bits. */
    public static NodeId of(long high, long low) {
        return new NodeId(new UUID(high, low));
    }

    /** The node of records from before nodes had identities: there was only one. */
    static NodeId unknown() {
        return UNKNOWN;
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
