package io.jumpmq.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Property tests of state machines: random lists of commands are run against an experiment that throws when a property
 * does not hold. A failing list is cut down, by halves, quarters and so on, to one from which nothing more can be left
 * out; it is reported with the seed that finds it again.
 *
 * @param <C> a command whose {@code toString} says what it does
 */
public final class RandomCommands<C> {
    private final Function<SplittableRandom, C> generator;
    private final Consumer<List<C>> experiment;

    /**
     * A property.
     *
     * @param generator makes one random command
     * @param experiment carries commands out on a fresh system and throws when a property is broken
     */
    public RandomCommands(Function<SplittableRandom, C> generator, Consumer<List<C>> experiment) {
        this.generator = generator;
        this.experiment = experiment;
    }

    /** Runs {@code runs} lists of up to {@code length} commands; every list has a seed of its own, derived from {@code seed}. */
    public void check(long seed, int runs, int length) {
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int run = 0; run < runs; run++) {
            long runSeed = seeds.nextLong();
            SplittableRandom random = new SplittableRandom(runSeed);
            int count = 1 + random.nextInt(length);
            List<C> commands = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                commands.add(generator.apply(random));
            }
            if (failure(commands) != null) {
                List<C> smallest = shrunk(commands);
                throw new AssertionError(
                        "seed " + seed + ", run " + run + " (" + runSeed + "), cut down from " + count + " to "
                                + smallest.size() + " commands: " + smallest,
                        failure(smallest));
            }
        }
    }

    private List<C> shrunk(List<C> failing) {
        List<C> smallest = failing;
        for (int piece = (smallest.size() + 1) / 2; piece > 1; piece = (piece + 1) / 2) {
            smallest = withoutPieces(smallest, piece);
        }
        List<C> before;
        do { // Leaving one command out may make another one needless.
            before = smallest;
            smallest = withoutPieces(smallest, 1);
        } while (smallest.size() < before.size());
        return smallest;
    }

    /** Leaves out, from the front on, each piece without which it still fails. */
    private List<C> withoutPieces(List<C> failing, int piece) {
        List<C> smallest = failing;
        for (int start = 0; start < smallest.size(); ) {
            List<C> without = new ArrayList<>(smallest.subList(0, start));
            without.addAll(smallest.subList(Math.min(smallest.size(), start + piece), smallest.size()));
            if (failure(without) != null) {
                smallest = without;
            } else {
                start += piece;
            }
        }
        return smallest;
    }

    private @Nullable Throwable failure(List<C> commands) {
        try {
            experiment.accept(commands);
            return null;
        } catch (RuntimeException | AssertionError e) {
            return e;
        }
    }
}
