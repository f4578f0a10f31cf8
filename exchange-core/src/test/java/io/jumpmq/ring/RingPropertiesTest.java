package io.jumpmq.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.jumpmq.ring.hash.HashAlgorithm;
import io.jumpmq.testing.RandomCommands;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The ring against a list that does what the design says in the plainest way. */
class RingPropertiesTest {
    private static final int DESTINATIONS = 7;

    private static RingCommand<String> command(SplittableRandom random) {
        String destination = "q" + random.nextInt(DESTINATIONS);
        // Now and then a weight that makes several chunks of buckets.
        int weight = random.nextInt(40) == 0 ? 1 + random.nextInt(2_500) : 1 + random.nextInt(6);
        return switch (random.nextInt(6)) {
            case 0, 1, 2 -> new RingCommand.Bind<>(destination, weight);
            case 3, 4 -> new RingCommand.Unbind<>(destination, weight);
            default -> new RingCommand.Remove<>(destination);
        };
    }

    /** Tens of thousands of commands in all, in long and in short lives. */
    @Test
    void theRingDoesWhatTheNaiveModelDoes() {
        new RandomCommands<>(RingPropertiesTest::command, RingPropertiesTest::compareWithModel)
                .check(20_261_120, 120, 400);
        new RandomCommands<>(RingPropertiesTest::command, RingPropertiesTest::compareWithModel).check(42, 3_000, 12);
    }

    private static void compareWithModel(List<RingCommand<String>> commands) {
        Ring<String> ring = new Ring<>(HashAlgorithm.JUMP);
        Ring<String> replica = new Ring<>(HashAlgorithm.JUMP);
        List<String> model = new ArrayList<>();
        IdentityHashMap<RingState<String>, Long> digests = new IdentityHashMap<>();
        long epoch = 0;
        for (RingCommand<String> command : commands) {
            RingState<String> before = ring.state();
            List<String> modelBefore = List.copyOf(model);
            RingChange<String> change = ring.apply(command);
            replica.apply(command);
            applyToModel(command, model);
            epoch += model.equals(modelBefore) ? 0 : 1;

            assertThat(RingTest.array(ring.state())).isEqualTo(model);
            assertThat(ring.state().epoch()).isEqualTo(epoch);
            assertThat(change.changed()).isEqualTo(!model.equals(modelBefore));
            assertThat(change.before()).isSameAs(before);
            assertThat(replica.state()).isEqualTo(ring.state());
            assertWeightsAreCounts(ring, model);
            assertThat(digest(ring.state()) == digest(before)).isEqualTo(model.equals(modelBefore));
            if (epoch % 5 == 0) {
                byte[] snapshot = RingSnapshot.encode(ring.state(), DestinationCodec.TEXT);
                assertThat(RingSnapshot.decode(snapshot, DestinationCodec.TEXT)).isEqualTo(ring.state());
                ring = new Ring<>(
                        RingSnapshot.decode(snapshot, DestinationCodec.TEXT)); // Goes on as if nothing had been.
            }
            digests.put(ring.state(), digest(ring.state()));
        }
        digests.forEach((state, digest) ->
                assertThat(digest(state)).as("a state never changes").isEqualTo(digest));
    }

    private static void assertWeightsAreCounts(Ring<String> ring, List<String> model) {
        Map<String, Integer> counts = new HashMap<>();
        model.forEach(destination -> counts.merge(destination, 1, Integer::sum));
        assertThat(ring.state().weights()).isEqualTo(counts);
        for (int i = 0; i < DESTINATIONS; i++) {
            assertThat(ring.weight("q" + i)).isEqualTo(counts.getOrDefault("q" + i, 0));
        }
    }

    private static long digest(RingState<String> state) {
        return RingSnapshot.digest(state, DestinationCodec.TEXT);
    }

    private static void applyToModel(RingCommand<String> command, List<String> model) {
        String destination = command.destination();
        int weight = (int) model.stream().filter(destination::equals).count();
        int wanted = weight;
        if (command instanceof RingCommand.Bind<String> bind) {
            wanted = bind.weight();
        } else if (command instanceof RingCommand.Remove
                || (command instanceof RingCommand.Unbind<String> unbind && unbind.weight() == weight)) {
            wanted = 0;
        }
        for (; weight < wanted; weight++) {
            model.add(destination);
        }
        for (; weight > wanted; weight--) {
            int slot = model.lastIndexOf(destination);
            String last = model.remove(model.size() - 1);
            if (slot < model.size()) {
                model.set(slot, last);
            }
        }
    }
}
