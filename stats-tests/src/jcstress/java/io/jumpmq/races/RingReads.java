package io.jumpmq.races;

import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JI_Result;

/** A writer changes a ring while a reader looks at it: the epoch and the array that it sees belong together. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "before all changes")
@Outcome(id = "1, 11", expect = Expect.ACCEPTABLE, desc = "1 is bound with weight 2")
@Outcome(id = "2, 112", expect = Expect.ACCEPTABLE, desc = "2 is bound with weight 1")
@Outcome(id = "3, 2", expect = Expect.ACCEPTABLE, desc = "1 is gone")
@Outcome(expect = Expect.FORBIDDEN, desc = "a state that never was")
@State
public class RingReads {
    private final Ring<Integer> ring = new Ring<>(HashAlgorithm.JUMP);

    /** The writer. */
    @Actor
    public void change() {
        ring.bind(1, 2);
        ring.bind(2, 1);
        ring.remove(1);
    }

    /** The reader: the array's destinations become the digits of a number. */
    @Actor
    public void read(JI_Result seen) {
        RingState<Integer> state = ring.state();
        seen.r1 = state.epoch();
        for (int bucket = 0; bucket < state.bucketCount(); bucket++) {
            seen.r2 = 10 * seen.r2 + state.destinationAt(bucket);
        }
    }
}
