package io.jumpmq.management;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Metric families in the making; values of one name, with different labels, belong together. */
final class MetricFamilies {
    private final String prefix;
    private final Map<String, GaugeSnapshot.Builder> gauges = new LinkedHashMap<>();
    private final Map<String, CounterSnapshot.Builder> counters = new LinkedHashMap<>();
    private final List<MetricSnapshot> others = new ArrayList<>();

    /** Families whose names begin like this. */
    MetricFamilies(String prefix) {
        this.prefix = prefix;
    }

    /** A value that goes up and down. */
    void gauge(String name, String help, Number value, String... labels) {
        gauges.computeIfAbsent(
                        name,
                        unused -> GaugeSnapshot.builder().name(prefix + name).help(help))
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(value.doubleValue())
                        .labels(Labels.of(labels))
                        .build());
    }

    /** A value that only grows; {@code _total} is added to its name. */
    void counter(String name, String help, Number value, String... labels) {
        counters.computeIfAbsent(
                        name,
                        unused -> CounterSnapshot.builder().name(prefix + name).help(help))
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .value(value.doubleValue())
                        .labels(Labels.of(labels))
                        .build());
    }

    /** Labels for others to join on; {@code _info} is added to the name. */
    void info(String name, String help, String... labels) {
        others.add(InfoSnapshot.builder()
                .name(prefix + name)
                .help(help)
                .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                        .labels(Labels.of(labels))
                        .build())
                .build());
    }

    /**
     * How often something was of which size.
     *
     * @param bounds the greatest of each size
     * @param counts how many were no greater, and greater than the bound before
     */
    void histogram(String name, String help, List<Double> bounds, List<Long> counts, double sum, String... labels) {
        others.add(HistogramSnapshot.builder()
                .name(prefix + name)
                .help(help)
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                        .sum(sum)
                        .labels(Labels.of(labels))
                        .build())
                .build());
    }

    MetricSnapshots done() {
        List<MetricSnapshot> all = new ArrayList<>(others);
        gauges.values().forEach(family -> all.add(family.build()));
        counters.values().forEach(family -> all.add(family.build()));
        return new MetricSnapshots(all);
    }
}
