package io.jumpmq.cli;

import java.util.Collection;
import java.util.Comparator;

/** What somebody may have meant who wrote something unknown. */
public final class Suggestion {
    private Suggestion() {}

    /** A question such as "; did you mean 'show'?", or nothing if nothing known is near. */
    public static String of(String given, Collection<String> known) {
        int near = Math.max(1, given.length() / 3);
        return known.stream()
                .filter(word -> distance(given, word) <= near)
                .min(Comparator.comparingInt(word -> distance(given, word)))
                .map(word -> "; did you mean '" + word + "'?")
                .orElse("");
    }

    /** How many letters are missing, too many, others or swapped with their neighbour (optimal string alignment). */
    static int distance(String a, String b) {
        int[] beforeLast = new int[0];
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int other = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(last[j], row[j - 1]) + 1, last[j - 1] + other);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[b.length()];
    }
}
