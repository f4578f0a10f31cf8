package io.jumpmq.cluster;

import io.microraft.RaftEndpoint;

/** Who a node is, for the engine. */
record NodeName(String name) implements RaftEndpoint {
    @Override
    public Object getId() {
        return name;
    }

    @Override
    public String toString() {
        return name;
    }
}
