package io.jumpmq.store;

import io.jumpmq.broker.node.Incarnation;
import io.jumpmq.broker.node.NodeId;
import java.io.IOException;

/** Whose a data directory is: the node, and the last incarnation of it that has begun. Written before anything of that is. */
final class Identity {
    static final String NAME = "node";

    private Identity() {}

    /** Makes a file of it, in place of any that is there. */
    static void create(Disk disk, Incarnation incarnation) throws IOException {
        NotePair.create(
                disk,
                NAME,
                incarnation.number(),
                incarnation.node().value().getMostSignificantBits(),
                incarnation.node().value().getLeastSignificantBits());
    }

    /**
     * Reads it.
     *
     * @throws DamagedException when it is not as it was written
     */
    static Incarnation read(Disk disk) throws IOException {
        long[] numbers = NotePair.read(disk, NAME);
        return new Incarnation(NodeId.of(numbers[1], numbers[2]), numbers[0]);
    }
}
