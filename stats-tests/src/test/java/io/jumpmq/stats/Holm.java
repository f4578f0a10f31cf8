package io.jumpmq.stats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A family of tests under one error rate: the probability of rejecting any true hypothesis at all is at most alpha,
 * whatever the dependence among the tests (S. Holm, "A simple sequentially rejective multiple test procedure", 1979).
 */
final class Holm {
    record Case(String name, double pValue) {}

    private final List<Case> cases = new ArrayList<>();

    void add(String name, double pValue) {
        cases.add(new Case(name, pValue));
    }

    int size() {
        return cases.size();
    }

    /** All cases, the smallest p-value first. */
    List<Case> ranked() {
        List<Case> ranked = new ArrayList<>(cases);
        ranked.sort(Comparator.comparingDouble(Case::pValue));
        return ranked;
    }

    /** The cases whose hypothesis is rejected. */
    List<Case> rejected(double alpha) {
        List<Case> ranked = ranked();
        int rejected = 0;
        while (rejected < ranked.size() && ranked.get(rejected).pValue <= alpha / (ranked.size() - rejected)) {
            rejected++;
        }
        return ranked.subList(0, rejected);
    }
}
