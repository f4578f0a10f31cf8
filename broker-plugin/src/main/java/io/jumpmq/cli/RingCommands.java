package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.jumpmq.cli.http.Connect;
import io.jumpmq.ring.Movement;
import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingPlan;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
                .addSubcommand(new Locate(console))
                .addSubcommand(new Show(console))
                .addSubcommand(new Preview(console))
                .addSubcommand(new Set(console))
                .addSubcommand(new Diff(console))
                .addSubcommand(new Check(console))
                .addSubcommand(new LiveRingCommands.Drain(console))
                .addSubcommand(new LiveRingCommands.Export(console))
                .addSubcommand(new LiveRingCommands.Import(console))
                .addSubcommand(new LiveRingCommands.History(console));
    }

    @Command(
            name = "locate",
            description = {
                "Prints each key's bucket and where it leads: key<TAB>bucket<TAB>destination. Of an exchange of a running broker,"
                        + " or of a ring file; with --buckets only the bucket.",
                "Keys are the arguments, as UTF-8, or without any the lines of standard input, taken as bytes. A carriage return"
                        + " before the end of a line is dropped."
            },
            mixinStandardHelpOptions = true)
    static final class Locate implements Callable<Integer> {
        private final Console console;

        @Option(names = "--algorithm", paramLabel = "NAME", description = "jump (default), jump-back or rabbitmq.")
        private @Nullable String algorithm;

        @Option(
                names = "--buckets",
                paramLabel = "N",
                description = "How many buckets there are, in place of EXCHANGE.")
        private @Nullable Long buckets;

        @Option(names = "--file", paramLabel = "RING", description = "A ring file, in place of EXCHANGE.")
        private @Nullable Path file;

        @Option(
                names = "--exchange",
                paramLabel = "EXCHANGE",
                description = "The exchange; all arguments are keys then.")
        private @Nullable String exchange;

        @Mixin
        private final Broker broker = new Broker();

        @Option(names = "--hex", description = "Keys are bytes in hexadecimal.")
        private boolean hex;

        @Parameters(
                paramLabel = "EXCHANGE KEY",
                arity = "0..*",
                description = "An exchange of a running broker, unless an option says which ring, and keys.")
        private List<String> arguments = List.of();

        Locate(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() throws IOException {
            List<String> keys = new ArrayList<>(arguments);
            Keys.Taker printer = printer(keys);
            if (keys.isEmpty()) {
                Keys.read(console.in(), printer);
            } else {
                Keys.of(keys, printer);
            }
            return JumpMqCommand.OK;
        }

        /** What prints where keys go; takes the exchange off the arguments if it is among them. */
        private Keys.Taker printer(List<String> keys) {
            if (file == null && exchange == null && buckets != null) {
                return printer(Arguments.algorithm(algorithm), Arguments.buckets(buckets), null);
            }
            if (algorithm != null || buckets != null || (file != null && exchange != null)) {
                throw new UsageException(
                        file != null && exchange != null
                                ? "--file says it all: leave out --exchange"
                                : "a ring says it all: leave out --algorithm and --buckets");
            }
            if (file != null) {
                return printer(file.toString(), RingFile.read(file));
            }
            String name = exchange != null ? exchange : required(keys.isEmpty() ? null : keys.remove(0));
            return printer(name, broker.ring(name).state());
        }

        private Keys.Taker printer(String title, RingState<String> ring) {
            if (ring.bucketCount() == 0) {
                throw new UsageException(title + " is an empty ring: it routes no key");
            }
            return printer(ring.algorithm(), ring.bucketCount(), ring);
        }

        private Keys.Taker printer(HashAlgorithm by, int count, @Nullable RingState<String> ring) {
            OutputStream out = console.out();
            Keys.Taker[] decoder = new Keys.Taker[1];
            long[] hash = new long[1];
            decoder[0] = Keys.decodingHex((bytes, offset, length) -> hash[0] = by.hash(bytes, offset, length));
            return (bytes, offset, length) -> {
                if (hex) {
                    decoder[0].take(bytes, offset, length);
                } else {
                    hash[0] = by.hash(bytes, offset, length);
                }
                int bucket = by.bucket(hash[0], count);
                try {
                    out.write(bytes, offset, length);
                    out.write('\t');
                    out.write(Integer.toString(bucket).getBytes(US_ASCII));
                    if (ring != null) {
                        out.write('\t');
                        out.write(RingFile.shown(ring.destinationAt(bucket)).getBytes(UTF_8));
                    }
                    out.write('\n');
                } catch (IOException e) {
                    throw new Console.ClosedOutputException(e);
                }
            };
        }
    }

    @Command(
            name = "show",
            description = "Draws who owns which share of a ring: of a running broker's exchange, or in a file.",
            mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {
        private final Console console;

        @Parameters(index = "0", arity = "0..1", paramLabel = "EXCHANGE", description = "Of a running broker.")
        private @Nullable String exchange;

        @Option(names = "--file", paramLabel = "RING", description = "A ring file.")
        private @Nullable Path file;

        @Option(
                names = "--observed",
                description = "Also which shares of messages and keys the broker has seen, and whether they are even.")
        private boolean observed;

        @Mixin
        private final Broker broker = new Broker();

        @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
        private Format format = Format.text;

        Show(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            if (file != null) {
                if (exchange != null || observed) {
                    throw new UsageException(
                            "a file is no running broker: leave out --file, or EXCHANGE and --observed");
                }
                print(file.toString(), RingFile.read(file));
                return JumpMqCommand.OK;
            }
            LiveRing ring = broker.ring(required(exchange));
            if (!observed) {
                print(ring.title(), ring.state());
                return JumpMqCommand.OK;
            }
            JsonNode uniformity = ring.uniformity();
            if (format == Format.json) {
                console.print(Json.pretty(uniformity));
            } else {
                print(ring.title(), ring.state());
                console.print(RingReport.observed(uniformity));
            }
            return JumpMqCommand.OK;
        }

        private void print(String title, RingState<String> state) {
            console.print(format == Format.json ? Json.pretty(RingReport.json(state)) : RingReport.show(title, state));
        }
    }

    @Command(
            name = "preview",
            description = "Tells which share of all keys other weights would move, from whom to whom. Changes nothing.",
            mixinStandardHelpOptions = true)
    static final class Preview implements Callable<Integer> {
        private final Console console;

        @Parameters(
                paramLabel = "EXCHANGE NAME=WEIGHT",
                arity = "0..*",
                description =
                        "An exchange of a running broker, and its queues' new weights, 0 to take one off the ring.")
        private List<String> arguments = List.of();

        @Option(names = "--file", paramLabel = "RING", description = "A ring file, in place of EXCHANGE.")
        private @Nullable Path file;

        @Option(
                names = "--set",
                paramLabel = "NAME=WEIGHT",
                description = "A destination's new weight. May be given often.")
        private List<String> weights = List.of();

        @Mixin
        private final Broker broker = new Broker();

        @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
        private Format format = Format.text;

        Preview(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            Wanted wanted = Wanted.of(file, arguments, weights);
            RingState<String> state =
                    file == null ? broker.ring(wanted.exchange).state() : RingFile.read(file);
            RingPlan<String> plan = Arguments.plan(state, wanted.weights);
            console.print(print(plan, file == null ? wanted.exchange : file.toString(), format));
            return JumpMqCommand.OK;
        }
    }

    /** Which ring is to get which weights. */
    private record Wanted(String exchange, List<String> weights) {
        static Wanted of(@Nullable Path file, List<String> arguments, List<String> more) {
            List<String> weights = new ArrayList<>(arguments);
            String exchange = "";
            if (file == null) {
                exchange = required(weights.isEmpty() ? null : weights.remove(0));
            }
            weights.addAll(more);
            if (weights.isEmpty()) {
                throw new UsageException("say which weights: NAME=WEIGHT");
            }
            return new Wanted(exchange, weights);
        }
    }

    @Command(
            name = "set",
            description = {
                "Changes weights, moving as few keys as possible, and tells which share moves: of a running broker's"
                        + " exchange, in one step, or in a file, which is made when it is missing.",
                "Asks before it moves more than a threshold in a running broker."
            },
            mixinStandardHelpOptions = true)
    static final class Set implements Callable<Integer> {
        private final Console console;

        @Option(names = "--file", paramLabel = "RING", description = "A ring file, in place of EXCHANGE.")
        private @Nullable Path file;

        @Option(
                names = "--algorithm",
                paramLabel = "NAME",
                description = "For a new file: jump (default), jump-back or rabbitmq.")
        private @Nullable String algorithm;

        @Option(names = "--dry-run", description = "Only tell; change nothing.")
        private boolean dryRun;

        @Option(
                names = "--if-epoch",
                paramLabel = "N",
                description = "Only while the ring has this epoch. Without it: the epoch that the prediction is for.")
        private @Nullable Long ifEpoch;

        @Mixin
        private final Consent consent = new Consent();

        @Mixin
        private final Broker broker = new Broker();

        @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
        private Format format = Format.text;

        @Parameters(
                paramLabel = "EXCHANGE NAME=WEIGHT",
                arity = "1..*",
                description =
                        "An exchange of a running broker, unless --file is given, and its destinations' new weights;"
                                + " 0 takes one off the ring.")
        private List<String> arguments = List.of();

        Set(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            Wanted wanted = Wanted.of(file, arguments, List.of());
            if (file != null) {
                RingPlan<String> plan = Arguments.plan(current(file), wanted.weights);
                if (!dryRun) {
                    RingFile.write(file, plan.change().after());
                }
                console.print(print(plan, file.toString(), format));
                return JumpMqCommand.OK;
            }
            if (algorithm != null) {
                throw new UsageException("an exchange's algorithm is set when it is declared: leave out --algorithm");
            }
            LiveRing ring = broker.ring(wanted.exchange);
            RingState<String> before = ring.state();
            if (ifEpoch != null && ifEpoch != before.epoch()) {
                throw new RefusedException("the ring of '" + wanted.exchange + "' is at epoch " + before.epoch()
                        + ", not " + ifEpoch + ": look at it again");
            }
            RingPlan<String> plan = Arguments.plan(before, wanted.weights);
            console.print(print(plan, wanted.exchange, format));
            if (dryRun || plan.commands().isEmpty()) {
                return JumpMqCommand.OK;
            }
            if (!consent.given(
                    console, Movement.between(before, plan.change().after()).total())) {
                return JumpMqCommand.NO;
            }
            ring.set(Arguments.weights(wanted.weights), before.epoch());
            if (format == Format.text) {
                console.print("Done: epoch " + ring.state().epoch() + ".\n");
            }
            return JumpMqCommand.OK;
        }

        private RingState<String> current(Path path) {
            if (!Files.exists(path)) {
                return RingState.empty(Arguments.algorithm(algorithm));
            }
            RingState<String> state = RingFile.read(path);
            if (algorithm != null && state.algorithm() != Arguments.algorithm(algorithm)) {
                throw new UsageException(path + " is a ring of '" + state.algorithm()
                        + "': another algorithm would move nearly every key, so it takes a new file");
            }
            return state;
        }
    }

    @Command(
            name = "diff",
            description = {
                "Tells which share of all keys two rings route differently. Exits with 0 if none, else with 1.",
                "A ring is a file, or with --exchange one of a running broker's exchanges."
            },
            mixinStandardHelpOptions = true)
    static final class Diff implements Callable<Integer> {
        private final Console console;

        @Parameters(arity = "0..2", paramLabel = "RING", description = "A ring file.")
        private List<Path> files = List.of();

        @Option(
                names = "--exchange",
                paramLabel = "EXCHANGE",
                description = "A running broker's; it comes before the files. May be given twice.")
        private List<String> exchanges = List.of();

        @Mixin
        private final Broker broker = new Broker();

        @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
        private Format format = Format.text;

        Diff(Console console) {
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
            console.print(
                    format == Format.json
                            ? Json.pretty(RingReport.json(before, after, null))
                            : RingReport.difference(before, after));
            return RingFile.digest(before).equals(RingFile.digest(after)) ? JumpMqCommand.OK : JumpMqCommand.NO;
        }
    }

    @Command(
            name = "check",
            description = {
                "Checks that a ring is sound. A file: its form, its limits, its digest; exits with 2 if not.",
                "A running broker's: that its array has the digest that it tells, and that the bindings have the weights"
                        + " that the array has; exits with 1 if not."
            },
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        private final Console console;

        @Parameters(index = "0", arity = "0..1", paramLabel = "EXCHANGE", description = "Of a running broker.")
        private @Nullable String exchange;

        @Option(names = "--file", paramLabel = "RING", description = "A ring file.")
        private @Nullable Path file;

        @Mixin
        private final Broker broker = new Broker();

        Check(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            if (file != null) {
                RingState<String> state = RingFile.read(file);
                console.print(sound(file.toString(), state));
                return JumpMqCommand.OK;
            }
            LiveRing ring = broker.ring(required(exchange));
            // Its digest is compared while it is read.
            RingState<String> state = ring.state();
            Map<String, Integer> bindings = ring.bindings();
            if (!bindings.equals(state.weights())) {
                console.print(ring.title() + " is not sound: its bindings have the weights " + shown(bindings)
                        + ", its array has " + shown(state.weights()) + "\n");
                return JumpMqCommand.NO;
            }
            console.print(sound(ring.title(), state));
            return JumpMqCommand.OK;
        }

        private static Map<String, Integer> shown(Map<String, Integer> weights) {
            Map<String, Integer> shown = new TreeMap<>();
            weights.forEach((name, weight) -> shown.put(RingFile.shown(name), weight));
            return shown;
        }

        private static String sound(String title, RingState<String> state) {
            return title + " is sound: " + state.weights().size() + " destinations, " + state.bucketCount()
                    + " buckets, digest " + RingFile.digest(state) + "\n";
        }
    }

    static String required(@Nullable String exchange) {
        if (exchange == null) {
            throw new UsageException("say which ring: an exchange of a running broker, or a file with --file");
        }
        return exchange;
    }

    /** Which broker, and which of its virtual hosts. */
    static final class Broker {
        @Mixin
        private final Connect connect = new Connect();

        @Option(
                names = {"-p", "--vhost"},
                paramLabel = "VHOST",
                description = "The virtual host. Default: /.")
        private String vhost = "/";

        LiveRing ring(String exchange) {
            try {
                return new LiveRing(connect.client(), vhost, exchange);
            } catch (IllegalArgumentException e) {
                throw new UsageException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Whether keys may move. */
    static final class Consent {
        @Option(names = "--yes", description = "Do not ask.")
        private boolean yes;

        @Option(
                names = "--ask-above",
                paramLabel = "PERCENT",
                description = "Ask before more than this share of keys moves. Default: 10.")
        private double askAbove = 10;

        /** Asks if it has to; without anybody to ask, it refuses. */
        boolean given(Console console, double share) {
            if (yes || share * 100 <= askAbove) {
                return true;
            }
            String question = String.format(Locale.ROOT, "Move %.1f %% of all keys?", share * 100);
            if (!console.interactive()) {
                throw new UsageException(question + " That is more than " + askAbove
                        + " %, and there is nobody to ask: say --yes, or raise --ask-above");
            }
            return console.confirms(question);
        }
    }

    private static String print(RingPlan<String> plan, String title, Format format) {
        return format == Format.json
                ? Json.pretty(
                        RingReport.json(plan.change().before(), plan.change().after(), plan.commands()))
                : RingReport.plan(title, plan);
    }

    /** What the commands' arguments mean, and what to say when they mean nothing. */
    static final class Arguments {
        private static final int LONGEST_NAME = 255;

        private Arguments() {}

        static <T> T given(@Nullable T value) {
            if (value == null) {
                throw new IllegalStateException("picocli lets no required argument be missing");
            }
            return value;
        }

        static HashAlgorithm algorithm(@Nullable String name) {
            try {
                return name == null ? HashAlgorithm.JUMP : HashAlgorithm.named(name);
            } catch (IllegalArgumentException e) {
                throw new UsageException(String.valueOf(e.getMessage()));
            }
        }

        static int buckets(long count) {
            if (count < 1 || count > Integer.MAX_VALUE) {
                throw new UsageException("--buckets must be from 1 to " + Integer.MAX_VALUE + ", not " + count);
            }
            return (int) count;
        }

        static RingPlan<String> plan(RingState<String> current, List<String> weights) {
            try {
                return RingPlan.of(current, weights(weights));
            } catch (IllegalArgumentException e) {
                throw new UsageException(String.valueOf(e.getMessage()));
            }
        }

        static Map<String, Integer> weights(List<String> weights) {
            Map<String, Integer> wanted = new LinkedHashMap<>();
            for (String text : weights) {
                int equals = text.lastIndexOf('=');
                if (equals < 1) {
                    throw new UsageException("'" + text + "' is not NAME=WEIGHT");
                }
                String name = text.substring(0, equals);
                if (name.getBytes(UTF_8).length > LONGEST_NAME) {
                    throw new UsageException(
                            "a name has at most " + LONGEST_NAME + " bytes: " + name.substring(0, 40) + "…");
                }
                if (wanted.put(name, weight(name, text.substring(equals + 1))) != null) {
                    throw new UsageException("two weights for " + name);
                }
            }
            return wanted;
        }

        private static int weight(String name, String text) {
            try {
                int weight = Integer.parseInt(text);
                if (weight >= 0 && weight <= Ring.MAX_WEIGHT) {
                    return weight;
                }
            } catch (NumberFormatException e) {
                // Said below.
            }
            throw new UsageException("the weight of " + name + " must be a whole number from 0 to " + Ring.MAX_WEIGHT
                    + ", not '" + text + "'");
        }
    }
}
