package io.jumpmq.management;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RatesTest {
    private static final String CHANNEL = "a channel";
    private final Rates rates = new Rates();

    private void sample(long atMillis, long... values) {
        Rates.Sample sample = rates.sample(atMillis);
        sample.add(CHANNEL, values);
        sample.done();
    }

    @Test
    void aRateIsTheGrowthBetweenTheLastTwoSamples() {
        sample(1_000, 10, 0);
        assertThat(rates.of(CHANNEL, 0)).isZero();
        sample(6_000, 60, 1);
        assertThat(rates.of(CHANNEL, 0)).isEqualTo(10);
        sample(11_000, 60, 1);
        assertThat(rates.of(CHANNEL, 0)).isZero();
    }

    @Test
    void idleIsWhoHasNotChangedSinceTheSampleBefore() {
        assertThat(rates.idleSince(CHANNEL)).isNull();
        sample(-9_000, 10, 0);
        assertThat(rates.idleSince(CHANNEL)).isNull();
        sample(-4_000, 10, 0);
        assertThat(rates.idleSince(CHANNEL)).as("as it was found").isEqualTo(-9_000);
        sample(1_000, 10, 0);
        assertThat(rates.idleSince(CHANNEL)).isEqualTo(-9_000);
        sample(6_000, 10, 1);
        assertThat(rates.idleSince(CHANNEL)).isNull();
        sample(11_000, 10, 1);
        assertThat(rates.idleSince(CHANNEL)).isEqualTo(6_000);
        sample(16_000, 10, 1);
        sample(21_000, 10, 1);
        assertThat(rates.idleSince(CHANNEL)).isEqualTo(6_000);
        sample(26_000, 11, 1);
        assertThat(rates.idleSince(CHANNEL)).isNull();
    }
}
