package io.jumpmq.damage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Directories that {@code kill -9} left are damaged in one place each and served: whatever happens to them is refused with its
 * place, served whole, or set aside and reported, as {@code docs/store-format.md} promises, and {@code jumpmq store check} tells
 * before which.
 *
 * <p>{@code -Ddamage.rounds=…}, {@code -Ddamage.bases=…} and {@code -Ddamage.seed=…} for more, and for others; {@code
 * -Ddamage.folder=…} for a faster disk. What a violation was found in is kept in {@code target/damage}.
 */
class DamageIT {
    private static final int ROUNDS = Integer.getInteger("damage.rounds", 100);
    private static final int BASES = Integer.getInteger("damage.bases", 6);
    private static final long SEED = Long.getLong("damage.seed", 20_261_127);
    private static final int LAUNCHED = 50;
    private static final int KEPT = 20;
    private static final Path KEEP = Path.of("target", "damage");

    @TempDir
    private Path temporary = Path.of("");

    @Test
    void damageIsRefusedOrSteppedOverAndNeverSilent() throws Exception {
        String given = System.getProperty("damage.folder");
        if (given == null) {
            damage(temporary);
            return;
        }
        Path folder = Files.createTempDirectory(Path.of(given), "damage");
        try {
            damage(folder);
        } finally {
            Base.delete(folder);
        }
    }

    private static void damage(Path folder) throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Base> bases = Base.make(folder, BASES, random.split());
        Map<String, Integer> outcomes = new TreeMap<>();
        List<String> violations = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            Base base = bases.get(random.nextInt(bases.size()));
            Path directory = folder.resolve("round-" + i);
            Round round = new Round(base, directory, new SplittableRandom(SEED + i));
            try {
                round.run(i % LAUNCHED == LAUNCHED - 1);
            } catch (Exception e) {
                round.violations().add("the test was thrown off: " + e);
            }
            outcomes.merge(round.damage().kind() + " " + round.outcome(), 1, Integer::sum);
            if (!round.violations().isEmpty()) {
                String where = "round " + i + " of seed " + SEED + ", "
                        + base.directory().getFileName() + ", " + round.damage();
                System.out.println(where + ": " + round.violations());
                violations.add(where + ":\n    " + String.join("\n    ", round.violations()));
                keep(base, round, i, violations.size());
            }
            Base.delete(directory);
        }
        System.out.printf("Damages: %d with seed %d on %d directories: %s%n", ROUNDS, SEED, BASES, outcomes);
        assertThat(violations).as("%d of %d rounds", violations.size(), ROUNDS).isEmpty();
    }

    private static void keep(Base base, Round round, int number, int violations) throws Exception {
        if (violations <= KEPT) {
            Path kept = KEEP.resolve(SEED + "-" + number);
            if (Files.exists(kept)) {
                Base.delete(kept);
            }
            Base.copy(base.directory(), kept);
            round.damage().apply(kept);
        }
    }
}
