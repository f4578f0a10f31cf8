package io.jumpmq.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which ring is to get which weights. */
record WantedWeights(String exchange, List<String> weights) {
    static WantedWeights of(@Nullable Path file, List<String> arguments, List<String> more) {
        List<String> weights = new ArrayList<>(arguments);
        String exchange = "";
        if (file == null) {
            exchange = RingArguments.required(weights.isEmpty() ? null : weights.remove(0));
        }
        weights.addAll(more);
        if (weights.isEmpty()) {
            throw new UsageException("say which weights: NAME=WEIGHT");
        }
        return new WantedWeights(exchange, weights);
    }
}
