package io.jumpmq.app;

import ch.qos.logback.classic.Level;
import io.jumpmq.cli.Console;
import io.jumpmq.cli.DemoCommand;
import io.jumpmq.cli.JumpMqCommand;
import io.jumpmq.cli.ctl.CtlCommand;
import io.jumpmq.cli.perf.PerfCommand;
import java.util.List;

/** The one entry point of the jar. */
public final class Main {
    private Main() {}

    /** Runs the command line and exits with its code. */
    public static void main(String[] arguments) {
        ConsoleLog.open();
        Console console = Console.ofProcess();
        List<Object> commands = List.of(
                new ServerCommand(),
                new ConfigCommand(console),
                new PerfCommand(console),
                new CtlCommand(console),
                new DemoCommand(console, Main::embedded));
        System.exit(run(console, commands, arguments));
    }

    /** Whatever goes wrong, the process ends: the broker's threads alone would keep it, its ports and its directory. */
    private static int run(Console console, List<Object> commands, String[] arguments) {
        try {
            return JumpMqCommand.runProcess(console, commands, arguments);
        } catch (Error e) {
            console.complain("internal error: " + e);
            e.printStackTrace(console.err());
            return JumpMqCommand.INTERNAL_ERROR;
        }
    }

    /** A broker for the demo, which does not want to read of each connection. */
    private static DemoCommand.Embedded embedded() {
        ConsoleLog.limit(Level.WARN);
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
