package io.jumpmq.cli;

import io.jumpmq.ring.RingPlan;
import io.jumpmq.ring.RingState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jumpmq ring set}: changes weights. */
@Command(
        name = "set",
        description = {
            "Changes weights, moving as few keys as possible, and tells which share moves: of a running broker's"
                    + " exchange, in one step, or in a file, which is made when it is missing.",
            "Asks before it moves more than a threshold in a running broker."
        },
        mixinStandardHelpOptions = true)
final class RingSetCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "--file", paramLabel = "RING", description = "A ring file, in place of EXCHANGE.")
    private @Nullable Path file;

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
            description = "For a new file: jump (default), jump-back or rabbitmq.")
    private @Nullable String algorithm;

    @Option(names = "--dry-run", description = "Only tell; change nothing.")
    private boolean dryRun;

    @Option(
            names = "--if-epoch",
            paramLabel = "N",
            description = "Only while the ring has this epoch. Without it: the epoch that the prediction is for.")
    private @Nullable Long ifEpoch;

    @Mixin
    private final MoveConsent consent = new MoveConsent();

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
    private Format format = Format.text;

    @Parameters(
            paramLabel = "EXCHANGE NAME=WEIGHT",
            arity = "1..*",
            description = "An exchange of a running broker, unless --file is given, and its destinations' new weights;"
                    + " 0 takes one off the ring.")
    private List<String> arguments = List.of();

    RingSetCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        WantedWeights wanted = WantedWeights.of(file, arguments, List.of());
        if (file != null) {
            RingPlan<String> plan = RingArguments.plan(current(file), wanted.weights());
            if (!dryRun) {
                RingFile.write(file, plan.change().after());
            }
            console.print(RingReport.plan(file.toString(), plan, format));
            return JumpMqCommand.OK;
        }
        if (algorithm != null) {
            throw new UsageException("an exchange's algorithm is set when it is declared: leave out --algorithm");
        }
        LiveRing ring = broker.ring(wanted.exchange());
        RingState<String> before = ring.state();
        if (ifEpoch != null && ifEpoch != before.epoch()) {
            throw new RefusedException("the ring of '" + wanted.exchange() + "' is at epoch " + before.epoch()
                    + ", not " + ifEpoch + ": look at it again");
        }
        RingPlan<String> plan = RingArguments.plan(before, wanted.weights());
        console.print(RingReport.plan(wanted.exchange(), plan, format));
        if (dryRun || plan.commands().isEmpty()) {
            return JumpMqCommand.OK;
        }
        if (!consent.given(console, plan.change().movement().total())) {
            return JumpMqCommand.NO;
        }
        ring.set(RingArguments.weights(wanted.weights()), before.epoch());
        if (format == Format.text) {
            console.print("Done: epoch " + ring.state().epoch() + ".\n");
        }
        return JumpMqCommand.OK;
    }

    private RingState<String> current(Path path) {
        if (!Files.exists(path)) {
            return RingState.empty(RingArguments.algorithm(algorithm));
        }
        RingState<String> state = RingFile.read(path);
        if (algorithm != null && state.algorithm() != RingArguments.algorithm(algorithm)) {
            throw new UsageException(path + " is a ring of '" + state.algorithm()
                    + "': another algorithm would move nearly every key, so it takes a new file");
        }
        return state;
    }
}
