package io.jumpmq.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.ring.RingState;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jumpmq ring show}: who owns which share. */
@Command(
        name = "show",
        description = "Draws who owns which share of a ring: of a running broker's exchange, or in a file.",
        mixinStandardHelpOptions = true)
final class RingShowCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", arity = "0..1", paramLabel = "EXCHANGE", description = "Of a running broker.")
    private @Nullable String exchange;

    @Option(names = "--file", paramLabel = "RING", description = "A ring file.")
    private @Nullable Path file;

    @Option(
            names = "--observed",
            description = "Also which shares of messages and keys the broker has seen, and whether they are even.")
    private boolean observed;

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
    private Format format = Format.text;

    RingShowCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (file != null) {
            if (exchange != null || observed) {
                throw new UsageException("a file is no running broker: leave out --file, or EXCHANGE and --observed");
            }
            print(file.toString(), RingFile.read(file));
            return JumpMqCommand.OK;
        }
        LiveRing ring = broker.ring(RingArguments.required(exchange));
        if (!observed) {
            print(ring.title(), ring.state());
            return JumpMqCommand.OK;
        }
        JsonNode uniformity = ring.uniformity();
        if (format == Format.json) {
            console.print(Json.pretty(uniformity));
        } else {
            print(ring.title(), ring.state());
            console.print(RingReport.observed(uniformity));
        }
        return JumpMqCommand.OK;
    }

    private void print(String title, RingState<String> state) {
        console.print(format == Format.json ? Json.pretty(RingReport.json(state)) : RingReport.show(title, state));
    }
}
