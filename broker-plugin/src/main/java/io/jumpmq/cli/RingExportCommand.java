package io.jumpmq.cli;

import io.jumpmq.ring.RingState;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code jumpmq ring export}: writes a running broker's ring to a file. */
@Command(
        name = "export",
        description = "Writes an exchange's ring to a file, bucket for bucket.",
        mixinStandardHelpOptions = true)
final class RingExportCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", paramLabel = "EXCHANGE")
    private @Nullable String exchange;

    @Parameters(index = "1", arity = "0..1", paramLabel = "RING", description = "The file. Default: standard output.")
    private @Nullable Path file;

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    RingExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        RingState<String> state = broker.ring(RingArguments.given(exchange)).state();
        if (file == null) {
            console.print(RingFile.text(state));
        } else {
            RingFile.write(file, state);
        }
        return JumpMqCommand.OK;
    }
}
