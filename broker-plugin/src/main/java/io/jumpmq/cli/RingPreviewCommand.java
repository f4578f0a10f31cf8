package io.jumpmq.cli;

import io.jumpmq.ring.RingPlan;
import io.jumpmq.ring.RingState;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jumpmq ring preview}: what other weights would move. */
@Command(
        name = "preview",
        description = "Tells which share of all keys other weights would move, from whom to whom. Changes nothing.",
        mixinStandardHelpOptions = true)
final class RingPreviewCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "EXCHANGE NAME=WEIGHT",
            arity = "0..*",
            description = "An exchange of a running broker, and its queues' new weights, 0 to take one off the ring.")
    private List<String> arguments = List.of();

    @Option(names = "--file", paramLabel = "RING", description = "A ring file, in place of EXCHANGE.")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "NAME=WEIGHT",
            description = "A destination's new weight. May be given often.")
    private List<String> weights = List.of();

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
    private Format format = Format.text;

    RingPreviewCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        WantedWeights wanted = WantedWeights.of(file, arguments, weights);
        RingState<String> state = file == null ? broker.ring(wanted.exchange()).state() : RingFile.read(file);
        RingPlan<String> plan = RingArguments.plan(state, wanted.weights());
        console.print(RingReport.plan(file == null ? wanted.exchange() : file.toString(), plan, format));
        return JumpMqCommand.OK;
    }
}
