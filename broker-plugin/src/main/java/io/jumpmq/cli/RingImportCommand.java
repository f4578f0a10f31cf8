package io.jumpmq.cli;

import io.jumpmq.ring.RingChange;
import io.jumpmq.ring.RingState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jumpmq ring import}: makes a running broker's ring what a file says. */
@Command(
        name = "import",
        description = {
            "Makes an exchange's ring, and its bindings, what a file says, bucket for bucket.",
            "Its queues have to be there. Asks before it moves more than a threshold."
        },
        mixinStandardHelpOptions = true)
final class RingImportCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", paramLabel = "EXCHANGE")
    private @Nullable String exchange;

    @Parameters(index = "1", paramLabel = "RING", description = "The file.")
    private @Nullable Path file;

    @Option(names = "--dry-run", description = "Only tell; change nothing.")
    private boolean dryRun;

    @Mixin
    private final MoveConsent consent = new MoveConsent();

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    RingImportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        LiveRing ring = broker.ring(RingArguments.given(exchange));
        RingState<String> wanted = RingFile.read(RingArguments.given(file));
        RingState<String> before = ring.state();
        RingChange<String> change = new RingChange<>(before, wanted);
        console.print(RingReport.difference(change));
        if (dryRun || RingFile.digest(before).equals(RingFile.digest(wanted))) {
            return JumpMqCommand.OK;
        }
        if (!consent.given(console, change.movement().total())) {
            return JumpMqCommand.NO;
        }
        ring.restore(Json.MAPPER.readTree(RingFile.text(wanted)), before.epoch());
        console.print("Done: epoch " + ring.state().epoch() + ".\n");
        return JumpMqCommand.OK;
    }
}
