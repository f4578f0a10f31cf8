package io.jumpmq.app;

import io.jumpmq.cli.Console;
import io.jumpmq.config.SampleFile;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code jumpmq config}: all settings, as a file to begin with. */
@Command(
        name = "config",
        description = "Prints a configuration file with every setting explained, commented out.",
        mixinStandardHelpOptions = true)
final class ConfigCommand implements Callable<Integer> {
    private final Console console;

    ConfigCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.print(SampleFile.text());
        return 0;
    }
}
