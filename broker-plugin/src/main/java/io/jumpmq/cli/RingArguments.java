package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingPlan;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What arguments of commands about rings mean, and what to say when they mean nothing. */
final class RingArguments {
    private static final int LONGEST_NAME = 255;

    private RingArguments() {}

    static <T> T given(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("picocli lets no required argument be missing");
        }
        return value;
    }

    static String required(@Nullable String exchange) {
        if (exchange == null) {
            throw new UsageException("say which ring: an exchange of a running broker, or a file with --file");
        }
        return exchange;
    }

    static HashAlgorithm algorithm(@Nullable String name) {
        try {
            return name == null ? HashAlgorithm.JUMP : HashAlgorithm.named(name);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    static int buckets(long count) {
        if (count < 1 || count > Integer.MAX_VALUE) {
            throw new UsageException("--buckets must be from 1 to " + Integer.MAX_VALUE + ", not " + count);
        }
        return (int) count;
    }

    static RingPlan<String> plan(RingState<String> current, List<String> weights) {
        try {
            return RingPlan.of(current, weights(weights));
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    static Map<String, Integer> weights(List<String> weights) {
        Map<String, Integer> wanted = new LinkedHashMap<>();
        for (String text : weights) {
            int equals = text.lastIndexOf('=');
            if (equals < 1) {
                throw new UsageException("'" + text + "' is not NAME=WEIGHT");
            }
            String name = text.substring(0, equals);
            if (name.getBytes(UTF_8).length > LONGEST_NAME) {
                throw new UsageException(
                        "a name has at most " + LONGEST_NAME + " bytes: " + name.substring(0, 40) + "…");
            }
            if (wanted.put(name, weight(name, text.substring(equals + 1))) != null) {
                throw new UsageException("two weights for " + name);
            }
        }
        return wanted;
    }

    private static int weight(String name, String text) {
        try {
            int weight = Integer.parseInt(text);
            if (weight >= 0 && weight <= Ring.MAX_WEIGHT) {
                return weight;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new UsageException("the weight of " + name + " must be a whole number from 0 to " + Ring.MAX_WEIGHT
                + ", not '" + text + "'");
    }
}
