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
                console.print(summary(report));
                tell(report.findings());
                console.print(verdict(report));
            }
            return report.isGood() ? JumpMqCommand.OK : JumpMqCommand.NO;
        });
    }

    private static String summary(Report report) {
        return String.format(
                Locale.ROOT,
                "%,d files, %,d bytes, %,d records, %,d messages in %,d queues%n",
                report.files(),
                report.bytes(),
                report.records(),
                report.live().values().stream().mapToLong(Long::longValue).sum(),
                report.live().size());
    }

    private static String verdict(Report report) {
        if (report.isGood()) {
            return "Nothing is damaged.\n";
        }
        return report.starts()
                ? "A server starts on this directory, and serves all but what is set aside.\n"
                : "A server refuses to start on this directory: restore it from a backup, or have 'jumpmq store repair' give"
                        + " up what cannot be read.\n";
    }

    private static Map<String, Object> json(Report report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("good", report.isGood());
        json.put("starts", report.starts());
        json.put("files", report.files());
        json.put("bytes", report.bytes());
        json.put("records", report.records());
        json.put(
                "queues",
                report.live().entrySet().stream()
                        .map(queue -> queue(
                                queue.getKey(),
                                report.names().getOrDefault(queue.getKey(), "unknown"),
                                queue.getValue()))
                        .toList());
        json.put("findings", report.findings().stream().map(StoreCommands::json).toList());
        return json;
    }

    private static Map<String, Object> queue(long id, String name, long messages) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("name", name);
        json.put("messages", messages);
        return json;
    }

    private static Map<String, Object> json(Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", finding.file());
        json.put("offset", finding.offset());
        json.put("what", finding.what());
        json.put("effect", finding.effect().name().toLowerCase(Locale.ROOT));
        return json;
    }

    private void tell(List<Finding> findings) {
        findings.forEach(finding ->
                console.print(finding.file() + " at offset " + finding.offset() + ": " + finding.what() + " ["
                        + finding.effect().name().toLowerCase(Locale.ROOT).replace('_', ' ') + "]\n"));
    }

    @Command(
            name = "repair",
            description = {
                "Writes damaged files anew without what cannot be read, after telling what that is and asking.",
                "The damaged files are kept beside the new ones, with .damaged behind their names."
            },
            mixinStandardHelpOptions = true)
    int repair(
            @Parameters(paramLabel = "DIRECTORY", description = "The data directory.") Path directory,
            @Option(names = "--yes", description = "Does not ask.") boolean yes) {
        return with(directory, store -> {
            Report report = store.check();
            if (report.isGood()) {
                console.print("Nothing is damaged; nothing was changed.\n");
                return JumpMqCommand.OK;
            }
            tell(report.findings());
            if (!yes && !(console.interactive() && console.confirms("Give this up?"))) {
                console.print("Nothing was changed: --yes gives that up.\n");
                return JumpMqCommand.NO;
            }
            List<Finding> told = store.repair();
            told.subList(report.findings().size(), told.size()).forEach(more -> console.print(more.what() + "\n"));
            console.print("Given up, and written anew without it. The damaged files are kept beside the new ones, with"
                    + " .damaged behind their names.\n");
            return JumpMqCommand.OK;
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
