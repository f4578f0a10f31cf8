package io.jumpmq.broker.node;

/**
 * A client's connection: no two have the same, on whatever nodes and whenever.
 *
 * @param number counts from 1 on in each incarnation of a node; 0: {@link Incarnation#operator}
 */
public record ConnectionId(Incarnation node, long number) {
    @Override
    public String toString() {
        return node + "/" + number;
    }
}
