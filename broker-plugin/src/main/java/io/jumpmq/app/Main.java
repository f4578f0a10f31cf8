package io.jumpmq.app;

import io.jumpmq.cli.Console;
import io.jumpmq.cli.DemoCommand;
import io.jumpmq.cli.JumpMqCommand;
import io.jumpmq.cli.perf.PerfCommand;
import java.util.List;

/** The one entry point of the jar. */
public final class Main {
    private Main() {}

    /** Runs the command line and exits with its code. */
    public static void main(String[] arguments) {
        Console console = Console.ofProcess();
        List<Object> commands = List.of(
                new ServerCommand(), new ConfigCommand(), new PerfCommand(), new DemoCommand(console, Main::embedded));
        System.exit(JumpMqCommand.run(console, commands, arguments));
    }

    private static DemoCommand.Embedded embedded() {
        JumpMq broker = JumpMq.builder().host("127.0.0.1").port(0).start();
        return new DemoCommand.Embedded() {
            @Override
            public String uri() {
                return broker.uri();
            }

            @Override
            public void close() {
                broker.close();
            }
        };
    }
}
