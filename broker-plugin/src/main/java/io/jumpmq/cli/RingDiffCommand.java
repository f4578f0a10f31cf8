package io.jumpmq.cli;

import io.jumpmq.ring.RingChange;
import io.jumpmq.ring.RingState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jumpmq ring diff}: what differs between two rings. */
@Command(
        name = "diff",
        description = {
            "Tells which share of all keys two rings route differently. Exits with 0 if none, else with 1.",
            "A ring is a file, or with --exchange one of a running broker's exchanges."
        },
        mixinStandardHelpOptions = true)
final class RingDiffCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(arity = "0..2", paramLabel = "RING", description = "A ring file.")
    private List<Path> files = List.of();

    @Option(
            names = "--exchange",
            paramLabel = "EXCHANGE",
            description = "A running broker's; it comes before the files. May be given twice.")
    private List<String> exchanges = List.of();

    @Mixin
    private final BrokerOptions broker = new BrokerOptions();

    @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
    private Format format = Format.text;

    RingDiffCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<RingState<String>> rings = new ArrayList<>();
        exchanges.forEach(exchange -> rings.add(broker.ring(exchange).state()));
        files.forEach(file -> rings.add(RingFile.read(file)));
        if (rings.size() != 2) {
            throw new UsageException("give two rings: files, or exchanges with --exchange");
        }
        RingState<String> before = rings.get(0);
        RingState<String> after = rings.get(1);
        RingChange<String> change = new RingChange<>(before, after);
        console.print(
                format == Format.json ? Json.pretty(RingReport.json(change, null)) : RingReport.difference(change));
        return RingFile.digest(before).equals(RingFile.digest(after)) ? JumpMqCommand.OK : JumpMqCommand.NO;
    }
}
