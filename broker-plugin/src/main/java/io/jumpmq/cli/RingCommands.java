package io.jumpmq.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code jumpmq ring …}: everything about rings. */
@Command(
        name = "ring",
        description = "Shows, plans and changes rings: who owns which share of all keys.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class RingCommands {
    private RingCommands() {}

    static CommandLine commandLine(Console console) {
        return new CommandLine(new RingCommands())
                .addSubcommand(new RingLocateCommand(console))
                .addSubcommand(new RingShowCommand(console))
                .addSubcommand(new RingPreviewCommand(console))
                .addSubcommand(new RingSetCommand(console))
                .addSubcommand(new RingDiffCommand(console))
                .addSubcommand(new RingCheckCommand(console))
                .addSubcommand(new RingDrainCommand(console))
                .addSubcommand(new RingExportCommand(console))
                .addSubcommand(new RingImportCommand(console))
                .addSubcommand(new RingHistoryCommand(console));
    }
}
