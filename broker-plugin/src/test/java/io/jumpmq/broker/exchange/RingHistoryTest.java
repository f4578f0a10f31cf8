package io.jumpmq.broker.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Changes are told from what the ring was before each of them. */
class RingHistoryTest {
    private static RingState<RingMember> state(long epoch) {
        return RingState.of(HashAlgorithm.JUMP, epoch, List.of());
    }

    @Test
    void eachChangeIsOneObjectSoThatWhatItMovesIsWorkedOutOnce() {
        RingHistory history = new RingHistory();
        history.add(new RingHistory.Note(1, "ann", state(1)));
        history.add(new RingHistory.Note(2, "bob", state(2)));
        RingState<RingMember> now = state(3);
        List<RingHistory.Entry> entries = history.entries(now);
        assertThat(entries).extracting(RingHistory.Entry::user).containsExactly("bob", "ann");
        assertThat(history.entries(now).get(0).change()).isSameAs(entries.get(0).change());
        assertThat(history.entries(now).get(1).change().movement())
                .isSameAs(entries.get(1).change().movement());

        history.add(new RingHistory.Note(3, "cid", now));
        assertThat(history.entries(now)).as("a change that is about to be made").hasSize(2);
        List<RingHistory.Entry> later = history.entries(state(4));
        assertThat(later).extracting(entry -> entry.change().after().epoch()).containsExactly(4L, 3L, 2L);
        assertThat(later.get(1).change()).isSameAs(entries.get(0).change());
    }
}
