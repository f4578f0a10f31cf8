package io.jumpmq.cli;

import io.jumpmq.ring.RingState;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jumpmq ring check}: whether a ring is sound. */
@Command(
        name = "check",
        description = {
            "Checks that a ring is sound. A file: its form, its limits, its digest; exits with 2 if not.",
            "A running broker's: that its array has the digest that it tells, and that the bindings have the weights"
                    + " that the array has; exits with 1 if not."
        },
        mixinStandardHelpOptions = true)
final class RingCheckCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", arity = "0..1", paramLabel = "EXCHANGE", description = "Of a running broker.")
    private @Nullable String exchange;

    @Option(names = "--file", paramLabel = "RING", description = "A ring file.")
    private @Nullable Path file;

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    RingCheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (file != null) {
            RingState<String> state = RingFile.read(file);
            console.print(sound(file.toString(), state));
            return JumpMqCommand.OK;
        }
        LiveRing ring = broker.ring(RingArguments.required(exchange));
        // Its digest is compared while it is read.
        RingState<String> state = ring.state();
        Map<String, Integer> bindings = ring.bindings();
        if (!bindings.equals(state.weights())) {
            console.print(ring.title() + " is not sound: its bindings have the weights " + shown(bindings)
                    + ", its array has " + shown(state.weights()) + "\n");
            return JumpMqCommand.NO;
        }
        console.print(sound(ring.title(), state));
        return JumpMqCommand.OK;
    }

    private static Map<String, Integer> shown(Map<String, Integer> weights) {
        Map<String, Integer> shown = new TreeMap<>();
        weights.forEach((name, weight) -> shown.put(RingFile.shown(name), weight));
        return shown;
    }

    private static String sound(String title, RingState<String> state) {
        return title + " is sound: " + state.weights().size() + " destinations, " + state.bucketCount()
                + " buckets, digest " + RingFile.digest(state) + "\n";
    }
}
