package io.jumpmq.cli.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.Console;
import io.jumpmq.cli.Suggestion;
import io.jumpmq.cli.http.Connect;
import io.jumpmq.cli.http.ManagementClient;
import io.jumpmq.cli.http.ManagementException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jumpmq ctl VERB …}: what scripts do with rabbitmqctl and rabbitmq-diagnostics. */
@Command(
        name = "ctl",
        description = {
            "The verbs of rabbitmqctl and rabbitmq-diagnostics, with their columns, formats and exit codes.",
            "'jumpmq ctl help' lists them."
        },
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = CtlException.USAGE,
        exitCodeListHeading = "%nExit codes, as rabbitmqctl's:%n",
        exitCodeList = {
            "0:done",
            "64:wrong usage",
            "65:no such thing",
            "67:no such user",
            "69:the broker cannot be reached, or has refused",
            "70:it is there already, or the verb has no meaning here",
            "75:not in time"
        })
@SuppressWarnings("UnusedVariable") // Options that scripts give and that mean nothing here have to be taken.
public final class CtlCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            index = "0",
            paramLabel = "VERB",
            arity = "0..1",
            completionCandidates = Names.class,
            description = "What to do.")
    private @Nullable String verb;

    @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "Names, columns, definitions: see 'ctl help'.")
    private List<String> arguments = List.of();

    @Mixin
    private final Connect connect = new Connect();

    private @Nullable ManagementClient client;

    @Option(
            names = {"-p", "--vhost"},
            paramLabel = "VHOST",
            description = "The virtual host. Default: /.")
    String vhost = "/";

    @Option(names = "--formatter", paramLabel = "FORMAT", description = "table (default), json, csv or pretty_table.")
    private String formatter = "table";

    @Option(
            names = {"-q", "--quiet"},
            description = "No banners.")
    private boolean quiet;

    @Option(
            names = {"-s", "--silent"},
            description = "No banners and no header rows.")
    private boolean silent;

    @Option(names = "--no-table-headers", description = "No header rows.")
    private boolean noTableHeaders;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "SECONDS",
            description = "How long await_startup waits.")
    long timeoutSeconds = 300;

    @Option(
            names = {"-n", "--node"},
            paramLabel = "NODE",
            description = "Has no meaning here: --uri says which broker.")
    private @Nullable String node;

    @Option(
            names = {"-l", "--longnames"},
            description = "Has no meaning here.")
    private boolean longNames;

    @Option(names = "--priority", paramLabel = "N", description = "Of a policy. Default: 0.")
    long priority;

    @Option(
            names = "--apply-to",
            paramLabel = "WHAT",
            description =
                    "What a policy is for: all (default), queues, classic_queues, quorum_queues, streams or exchanges.")
    String applyTo = "all";

    @Option(names = "--within", paramLabel = "N", description = "When a certificate expires at the latest. Default: 4.")
    int within = 4;

    @Option(names = "--unit", paramLabel = "UNIT", description = "Of --within: days, weeks (default), months or years.")
    String unit = "weeks";

    @Option(
            names = {"-e", "--if-empty"},
            description = "Delete a queue only if it is empty.")
    boolean ifEmpty;

    @Option(
            names = {"-u", "--if-unused"},
            description = "Delete a queue only if it has no consumers.")
    boolean ifUnused;

    @Option(names = "--global", description = "Of all virtual hosts, or all users.")
    boolean global;

    @Option(names = "--user", paramLabel = "NAME", description = "Whose limits. Default: guest.")
    String user = "guest";

    @Option(names = "--limit", paramLabel = "N", description = "Close at most so many connections. Default: all.")
    int limit;

    @Option(
            names = {"--online", "--offline", "--local"},
            description = "Of one node all queues are online and local, none is offline.")
    private boolean where;

    /** The verbs, for completion. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Verbs.ALL.keySet().iterator();
        }
    }

    /** The command on this console. */
    public CtlCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            if (verb == null || verb.equals("help")) {
                console.print(Verbs.help());
                return verb == null ? CtlException.USAGE : 0;
            }
            Verb known = Verbs.ALL.get(verb);
            if (known == null) {
                throw new CtlException(
                        CtlException.USAGE,
                        "Command '" + verb + "' not found" + Suggestion.of(verb, Verbs.ALL.keySet())
                                + " ('jumpmq ctl help' lists those there are)");
            }
            requireFormatter();
            known.requireArguments(arguments);
            known.action().run(this, arguments);
            return 0;
        } catch (CtlException e) {
            error(String.valueOf(e.getMessage()));
            return e.code();
        } catch (ManagementException e) {
            error("Error:\n"
                    + (e.isNotFound() && !hasVhost() ? "Virtual host '" + vhost + "' does not exist" : e.getMessage()));
            return e.status() == 404 ? CtlException.DATA : CtlException.UNAVAILABLE;
        } catch (IllegalArgumentException e) {
            error("Error (argument validation): " + e.getMessage());
            return CtlException.USAGE;
        }
    }

    private boolean hasVhost() {
        try {
            client().get(ManagementClient.path("vhosts", vhost));
            return true;
        } catch (ManagementException e) {
            return !e.isNotFound();
        }
    }

    private void error(String text) {
        console.flush();
        console.err().println(text);
    }

    private void requireFormatter() {
        if (!List.of("table", "json", "csv", "pretty_table", "erlang", "string").contains(formatter)) {
            throw CtlException.usage("--formatter must be table, json, csv or pretty_table, not '" + formatter + "'");
        }
    }

    Console console() {
        return console;
    }

    ManagementClient client() {
        if (client == null) {
            client = connect.client();
        }
        return client;
    }

    void deleteIfThere(String path) {
        ifThere(() -> client().delete(path));
    }

    /** Asks for something; nothing happens if what it is about is not there. */
    void ifThere(Runnable request) {
        try {
            request.run();
        } catch (ManagementException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    boolean asJson() {
        return formatter.equals("json");
    }

    /** What is said before a verb does its work: to people, not to programs. */
    void banner(String text) {
        if (!quiet && !silent && !formatter.equals("json") && !formatter.equals("csv")) {
            console.print(text + "\n");
        }
    }

    /** What a verb tells people when it is done. */
    void say(String text) {
        if (!silent) {
            console.print(text + "\n");
        }
    }

    void print(Rows rows) {
        boolean headers = !silent && !noTableHeaders;
        console.print(
                switch (formatter) {
                    case "json" -> rows.json();
                    case "csv" -> rows.csv(headers);
                    case "pretty_table" -> rows.framed();
                    default -> rows.tabbed(headers);
                });
    }

    /** A document as it is, or a text for people. */
    void print(JsonNode document, String text) {
        console.print(asJson() ? document + "\n" : text);
    }

    String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
