package io.jumpmq.cli;

import io.jumpmq.store.StoreInspection;
import io.jumpmq.store.StoreInspection.Finding;
import io.jumpmq.store.StoreInspection.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jumpmq store}: looks at a data directory that no server uses. */
@Command(
        name = "store",
        description = "Checks, repairs or lists a data directory that no server uses.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class StoreCommands {
    private final Console console;

    private StoreCommands(Console console) {
        this.console = console;
    }

    static CommandLine commandLine(Console console) {
        return new CommandLine(new StoreCommands(console));
    }

    /** Something to be done with an open directory. */
    private interface Task {
        int run(StoreInspection store) throws IOException;
    }

    private int with(Path directory, Task task) {
        try (StoreInspection store = StoreInspection.open(directory)) {
            return task.run(store);
        } catch (IOException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    @Command(
            name = "check",
            description = "Reads every record and checks it. Exit code 1: something is damaged.",
            mixinStandardHelpOptions = true)
    int check(
            @Parameters(paramLabel = "DIRECTORY", description = "The data directory.") Path directory,
            @Option(names = "--format", paramLabel = "text|json", defaultValue = "text", description = "Default: text")
                    Format format) {
        return with(directory, store -> {
            Report report = store.check();
            if (format == Format.json) {
                console.print(Json.pretty(json(report)));
            } else {
                long live = report.live().values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
                console.print(String.format(
                        Locale.ROOT,
                        "%,d files, %,d bytes, %,d records, %,d messages in %,d queues%n",
                        report.files(),
                        report.bytes(),
                        report.records(),
                        live,
                        report.live().size()));
                tell(report.findings());
                console.print(
                        report.isGood()
                                ? "Nothing is damaged.\n"
                                : "'jumpmq store repair' gives up what cannot be read.\n");
            }
            return report.isGood() ? JumpMqCommand.OK : JumpMqCommand.NO;
        });
    }

    private static Map<String, Object> json(Report report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("good", report.isGood());
        json.put("files", report.files());
        json.put("bytes", report.bytes());
        json.put("records", report.records());
        json.put("messages_by_queue_id", report.live());
        json.put("findings", report.findings());
        return json;
    }

    private void tell(List<Finding> findings) {
        findings.forEach(finding ->
                console.print(finding.file() + " at offset " + finding.offset() + ": " + finding.what() + "\n"));
    }

    @Command(
            name = "repair",
            description = {
                "Writes damaged files anew without what cannot be read, and tells what that was.",
                "Make a copy of the directory first."
            },
            mixinStandardHelpOptions = true)
    int repair(
            @Parameters(paramLabel = "DIRECTORY", description = "The data directory.") Path directory,
            @Option(names = "--yes", description = "Really; without it, it only says what it would do.") boolean yes) {
        return with(directory, store -> {
            List<Finding> findings = yes ? store.repair() : store.check().findings();
            tell(findings);
            if (findings.isEmpty()) {
                console.print("Nothing is damaged; nothing was changed.\n");
                return JumpMqCommand.OK;
            }
            console.print(
                    yes ? "Given up, and written anew without it.\n" : "Nothing was changed: --yes gives that up.\n");
            return yes ? JumpMqCommand.OK : JumpMqCommand.NO;
        });
    }

    @Command(
            name = "dump",
            description = "Lists every record: file, offset, size, type, and what it says. Bodies are not shown.",
            mixinStandardHelpOptions = true)
    int dump(@Parameters(paramLabel = "DIRECTORY", description = "The data directory.") Path directory) {
        return with(directory, store -> {
            Report report = store.dump((file, offset, size, type, what) ->
                    console.print(file + "\t" + offset + "\t" + size + "\t" + type + "\t" + what + "\n"));
            tell(report.findings());
            return report.isGood() ? JumpMqCommand.OK : JumpMqCommand.NO;
        });
    }
}
