package io.jumpmq.cli;

import io.jumpmq.cli.http.ManagementException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root of all commands. */
@Command(
        name = "jumpmq",
        description = "A RabbitMQ-compatible message broker around a consistent-hash exchange.",
        mixinStandardHelpOptions = true,
        versionProvider = JumpMqCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:done, and the answer is no (see the command)",
            "2:wrong usage or input",
            "3:the broker cannot be reached, or has refused",
            "70:a defect of JumpMQ",
            "'server' and 'ctl' have codes of their own: see there"
        })
public final class JumpMqCommand {
    static final int OK = 0;
    static final int NO = 1;

    /** The exit code after wrong usage. */
    public static final int USAGE = 2;

    /** The exit code when the broker cannot be reached, or has refused. */
    public static final int REFUSED = 3;

    /** The exit code after a defect of ours. */
    public static final int INTERNAL_ERROR = 70;

    private JumpMqCommand() {}

    /**
     * Runs the command line of this process and returns the exit code.
     *
     * @param more commands that are not of this package
     * @param decoded the arguments, as Java has decoded them
     */
    public static int runProcess(Console console, List<?> more, String... decoded) {
        try {
            return run(console, more, ProcessArguments.utf8(decoded));
        } catch (UsageException e) {
            console.complain(String.valueOf(e.getMessage()));
            CommandLine all = commandLine(console, more);
            return all.getSubcommands()
                    .getOrDefault(decoded[0], all)
                    .getCommandSpec()
                    .exitCodeOnInvalidInput();
        }
    }

    /** Runs one command line and returns the exit code. */
    public static int run(Console console, List<?> more, String... arguments) {
        CommandLine commandLine = commandLine(console, more);
        if (arguments.length == 0) {
            commandLine.usage(console.err());
            return USAGE;
        }
        try {
            int code = commandLine.execute(arguments);
            commandLine.getOut().flush();
            console.flush();
            return code;
        } catch (Console.ClosedOutputException e) {
            return OK;
        }
    }

    private static CommandLine commandLine(Console console, List<?> more) {
        CommandLine commandLine = new CommandLine(new JumpMqCommand())
                .addSubcommand(new CommandLine.HelpCommand())
                .addSubcommand(RingCommands.commandLine(console))
                .addSubcommand(new UniformityCommand(console))
                .addSubcommand(StoreCommands.commandLine(console))
                .addSubcommand(PluginsCommand.commandLine(console))
                .addSubcommand("completion", completion())
                .setOut(new PrintWriter(new OutputStreamWriter(console.out(), StandardCharsets.UTF_8)))
                .setErr(console.err())
                .setUsageHelpAutoWidth(true)
                .registerConverter(Long.class, JumpMqCommand::wholeNumber)
                .registerConverter(double.class, JumpMqCommand::number)
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((exception, args) -> explain(console, exception))
                .setExecutionExceptionHandler((exception, command, parsed) -> fail(console, exception));
        more.forEach(commandLine::addSubcommand);
        return commandLine;
    }

    private static CommandLine completion() {
        CommandLine completion = new CommandLine(new AutoComplete.GenerateCompletion());
        completion
                .getCommandSpec()
                .usageMessage()
                .description("Prints a completion script: source <(jumpmq completion)");
        return completion;
    }

    private static Long wholeNumber(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not a whole number");
        }
    }

    private static Double number(String text) {
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not a number");
        }
    }

    private static int explain(Console console, ParameterException exception) {
        CommandSpec command = exception.getCommandLine().getCommandSpec();
        console.complain(problem(exception, command) + " (see '" + command.qualifiedName() + " --help')");
        return command.exitCodeOnInvalidInput();
    }

    private static String problem(ParameterException exception, CommandSpec command) {
        if (exception instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().get(0);
            if (unmatched.isUnknownOption()) {
                String option = word.split("=", 2)[0];
                return "unknown option '" + option + "'"
                        + Suggestion.of(option, command.optionsMap().keySet());
            } else if (!command.subcommands().isEmpty()) {
                return unknownCommand(word, command);
            }
        } else if (exception.getArgSpec() == null && exception.getValue() != null) {
            return unknownCommand(exception.getValue(), command); // That 'help' was asked for.
        }
        return String.valueOf(exception.getMessage()).lines().findFirst().orElse("wrong usage");
    }

    private static String unknownCommand(String word, CommandSpec command) {
        return "unknown command '" + word + "'"
                + Suggestion.of(word, command.subcommands().keySet());
    }

    private static int fail(Console console, Exception exception) {
        if (exception instanceof Console.ClosedOutputException) {
            return OK;
        } else if (exception instanceof UsageException) {
            console.complain(String.valueOf(exception.getMessage()));
            return USAGE;
        } else if (exception instanceof ManagementException || exception instanceof RefusedException) {
            console.complain(String.valueOf(exception.getMessage()));
            return REFUSED;
        }
        console.complain("internal error, please report it: " + exception);
        exception.printStackTrace(console.err());
        return INTERNAL_ERROR;
    }

    /** The version that the jar was built as. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = JumpMqCommand.class.getPackage().getImplementationVersion();
            return new String[] {
                "JumpMQ " + (version == null ? "(not packaged)" : version) + ", Java "
                        + System.getProperty("java.version")
            };
        }
    }
}
