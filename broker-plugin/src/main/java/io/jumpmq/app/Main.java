package io.jumpmq.app;

import io.jumpmq.cli.Console;
import io.jumpmq.cli.JumpMqCommand;
import java.util.List;

/** The one entry point of the jar. */
public final class Main {
    private Main() {}

    /** Runs the command line and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(
                JumpMqCommand.run(Console.ofProcess(), List.of(new ServerCommand(), new ConfigCommand()), arguments));
    }
}
