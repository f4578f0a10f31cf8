package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What single objects were is told as it was, and takes no more memory than it may. */
class HistoriesTest {
    private static final long START = 1_700_000_000_000L;
    private static final int STEP = 5_000;

    private static SampleRange range(String age, String increment) {
        return Objects.requireNonNull(SampleRange.of(age, increment));
    }

    private static List<Long> samples(Histories histories, Object key, SampleRange range) {
        return samples(histories, key, range, "sample");
    }

    private static List<Long> samples(Histories histories, Object key, SampleRange range, String field) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        histories.describe(document, key, List.of("n"), range);
        return document.get("n_details") instanceof Map<?, ?> details && details.get("samples") instanceof List<?> all
                ? all.stream()
                        .map(sample -> (Long) ((Map<?, ?>) sample).get(field))
                        .toList()
                : List.of();
    }

    @Test
    void samplesAreWhatWasCounted() {
        Histories histories = new Histories(1 << 20);
        long[] counted = {0, 0, 0, 0, 3, 3, 4, 4, 4, 4, 4, 9};
        for (int i = 0; i < counted.length; i++) {
            histories.add("q", START + (long) i * STEP, counted[i]);
        }
        assertThat(samples(histories, "q", range("55", "5")))
                .containsExactly(9L, 4L, 4L, 4L, 4L, 4L, 3L, 3L, 0L, 0L, 0L, 0L);
        assertThat(samples(histories, "q", range("20", "10"))).containsExactly(9L, 4L, 4L);
        assertThat(samples(histories, "q", range("20", "10"), "timestamp"))
                .containsExactly(START + 11 * STEP, START + 9 * STEP, START + 7 * STEP);
    }

    @Test
    void moreThanTenMinutesAreToldByTheMinuteForAnHour() {
        Histories histories = new Histories(1 << 20);
        for (int i = 0; i <= 2 * 720; i++) {
            histories.add("q", START + (long) i * STEP, i);
        }
        assertThat(samples(histories, "q", range("600", "5"))).hasSize(121).startsWith(1440L, 1439L);
        assertThat(samples(histories, "q", range("3600", "60"))).hasSize(61).startsWith(1440L, 1428L, 1416L);
        assertThat(samples(histories, "q", range("90000", "1"))).hasSize(61);
    }

    @Test
    void randomHistoriesAreToldAsTheyWere() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Histories histories = new Histories(1 << 20);
            int kept = 1 + random.nextInt(300);
            Deque<Long> expected = new ArrayDeque<>();
            long value = 0;
            for (int i = 0; i < kept; i++) {
                value += random.nextInt(5) == 0 ? random.nextInt(10) - 5 : 0;
                histories.add("q", START + (long) i * STEP, value);
                expected.addFirst(value);
                if (expected.size() > 121) {
                    expected.removeLast();
                }
            }
            assertThat(samples(histories, "q", range("600", "5")))
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(expected);
        }
    }

    @Test
    void memoryIsBounded() {
        int max = 100_000;
        Histories histories = new Histories(max);
        for (int i = 0; i < 1000; i++) {
            for (int key = 0; key < 1000; key++) {
                histories.add(key, START + (long) i * STEP, i, -i, 7);
            }
            assertThat(histories.bytes()).isLessThanOrEqualTo(max);
        }
        assertThat(samples3(histories, 0)).as("who came first goes on").isNotEmpty();
        assertThat(samples3(histories, 999)).as("who came last has no room").isEmpty();
        histories.retain(Set.of(0));
        histories.add(999, START + 1000L * STEP, 1, 2, 3);
        assertThat(samples3(histories, 999)).as("there is room again").containsExactly(1L);
    }

    private static List<Long> samples3(Histories histories, Object key) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        histories.describe(document, key, List.of("n", "b", "c"), range("600", "5"));
        return document.get("n_details") instanceof Map<?, ?> details && details.get("samples") instanceof List<?> all
                ? all.stream()
                        .map(sample -> (Long) ((Map<?, ?>) sample).get("sample"))
                        .toList()
                : List.of();
    }

    @Test
    void whatDoesNothingTakesNoRoom() {
        Histories histories = new Histories(1 << 20);
        histories.add("q", START, 5);
        long atFirst = histories.bytes();
        for (int i = 1; i < 720; i++) {
            histories.add("q", START + (long) i * STEP, 5);
        }
        assertThat(histories.bytes()).isEqualTo(atFirst);
        assertThat(samples(histories, "q", range("600", "60"))).containsOnly(5L).hasSize(11);
    }

    @Test
    void anAnswerHasABoundedNumberOfSamples() {
        Histories histories = new Histories(1 << 26);
        for (int i = 0; i < 130; i++) {
            for (int key = 0; key < 1000; key++) {
                histories.add(key, START + (long) i * STEP, i);
            }
        }
        SampleRange range = range("600", "5");
        int all = 0;
        for (int key = 0; key < 1000; key++) {
            all += samples(histories, key, range).size();
        }
        assertThat(all).isBetween(49_000, 50_000);
    }
}
