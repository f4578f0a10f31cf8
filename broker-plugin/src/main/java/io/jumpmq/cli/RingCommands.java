package io.jumpmq.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jumpmq.ring.Ring;
import io.jumpmq.ring.RingPlan;
import io.jumpmq.ring.RingState;
import io.jumpmq.ring.hash.HashAlgorithm;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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
                .addSubcommand(new Check(console));
    }

    @Command(
            name = "locate",
            description = {
                "Prints each key's bucket: key<TAB>bucket, and <TAB>destination when a ring file is given.",
                "Keys are the arguments or, without any, the lines of standard input, taken as bytes. A carriage return before"
                        + " the end of a line is dropped."
            },
            mixinStandardHelpOptions = true)
    static final class Locate implements Callable<Integer> {
        private final Console console;

        @Option(names = "--algorithm", paramLabel = "NAME", description = "jump (default), jump-back or rabbitmq.")
        private @Nullable String algorithm;

        @Option(names = "--buckets", paramLabel = "N", description = "How many buckets there are.")
        private @Nullable Long buckets;

        @Option(
                names = "--file",
                paramLabel = "RING",
                description = "A ring file, in place of --algorithm and --buckets.")
        private @Nullable Path file;

        @Option(names = "--hex", description = "Keys are bytes in hexadecimal.")
        private boolean hex;

        @Parameters(paramLabel = "KEY", arity = "0..*")
        private List<String> keys = List.of();

        Locate(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() throws IOException {
            Keys.Taker printer;
            if (file != null) {
                if (algorithm != null || buckets != null) {
                    throw new UsageException("--file says it all: leave out --algorithm and --buckets");
                }
                RingState<String> ring = RingFile.read(file);
                if (ring.bucketCount() == 0) {
                    throw new UsageException(file + " is an empty ring: it routes no key");
                }
                printer = printer(ring.algorithm(), ring.bucketCount(), ring);
            } else if (buckets == null) {
                throw new UsageException(
                        "say how many buckets there are, with --buckets N, or give a ring with --file");
            } else {
                printer = printer(Arguments.algorithm(algorithm), Arguments.buckets(buckets), null);
            }
            if (keys.isEmpty()) {
                Keys.read(console.in(), printer);
            } else {
                Keys.of(keys, printer);
            }
            return JumpMqCommand.OK;
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
                        out.write(ring.destinationAt(bucket).getBytes(UTF_8));
                    }
                    out.write('\n');
                } catch (IOException e) {
                    throw new Console.ClosedOutputException(e);
                }
            };
        }
    }

    @Command(name = "show", description = "Draws who owns which share of a ring.", mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {
        private final Console console;

        @Option(names = "--file", paramLabel = "RING", required = true, description = "The ring file.")
        private @Nullable Path file;

        @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
        private Format format = Format.text;

        Show(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            Path path = Arguments.given(file);
            RingState<String> state = RingFile.read(path);
            console.print(
                    format == Format.json
                            ? Json.pretty(RingReport.json(state))
                            : RingReport.show(path.toString(), state));
            return JumpMqCommand.OK;
        }
    }

    @Command(
            name = "preview",
            description = "Tells which share of all keys other weights would move, from whom to whom. Changes nothing.",
            mixinStandardHelpOptions = true)
    static final class Preview implements Callable<Integer> {
        private final Console console;

        @Option(names = "--file", paramLabel = "RING", required = true, description = "The ring file.")
        private @Nullable Path file;

        @Option(
                names = "--set",
                paramLabel = "NAME=WEIGHT",
                required = true,
                description = "A destination's new weight, 0 to take it off the ring. May be given often.")
        private List<String> weights = List.of();

        @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
        private Format format = Format.text;

        Preview(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            Path path = Arguments.given(file);
            RingPlan<String> plan = Arguments.plan(RingFile.read(path), weights);
            console.print(print(plan, path.toString(), format));
            return JumpMqCommand.OK;
        }
    }

    @Command(
            name = "set",
            description = {
                "Changes weights in a ring file, moving as few keys as possible, and tells which share moved.",
                "The file is made when it is missing."
            },
            mixinStandardHelpOptions = true)
    static final class Set implements Callable<Integer> {
        private final Console console;

        @Option(names = "--file", paramLabel = "RING", required = true, description = "The ring file.")
        private @Nullable Path file;

        @Option(
                names = "--algorithm",
                paramLabel = "NAME",
                description = "For a new ring: jump (default), jump-back or rabbitmq.")
        private @Nullable String algorithm;

        @Option(names = "--dry-run", description = "Only tell; leave the file alone.")
        private boolean dryRun;

        @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
        private Format format = Format.text;

        @Parameters(
                paramLabel = "NAME=WEIGHT",
                arity = "1..*",
                description = "A destination's new weight, 0 to take it off the ring.")
        private List<String> weights = List.of();

        Set(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            Path path = Arguments.given(file);
            RingPlan<String> plan = Arguments.plan(current(path), weights);
            if (!dryRun) {
                RingFile.write(path, plan.change().after());
            }
            console.print(print(plan, path.toString(), format));
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
            description =
                    "Tells which share of all keys two ring files route differently. Exits with 0 if none, else with 1.",
            mixinStandardHelpOptions = true)
    static final class Diff implements Callable<Integer> {
        private final Console console;

        @Parameters(index = "0", paramLabel = "RING", description = "A ring file.")
        private @Nullable Path first;

        @Parameters(index = "1", paramLabel = "OTHER", description = "Another one.")
        private @Nullable Path second;

        @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
        private Format format = Format.text;

        Diff(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            RingState<String> before = RingFile.read(Arguments.given(first));
            RingState<String> after = RingFile.read(Arguments.given(second));
            console.print(
                    format == Format.json
                            ? Json.pretty(RingReport.json(before, after, null))
                            : RingReport.difference(before, after));
            return RingFile.digest(before).equals(RingFile.digest(after)) ? JumpMqCommand.OK : JumpMqCommand.NO;
        }
    }

    @Command(
            name = "check",
            description = "Checks that a ring file is sound: its form, its limits, its digest. Exits with 2 if not.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        private final Console console;

        @Option(names = "--file", paramLabel = "RING", required = true, description = "The ring file.")
        private @Nullable Path file;

        Check(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            Path path = Arguments.given(file);
            RingState<String> state = RingFile.read(path);
            console.print(path + " is sound: " + state.weights().size() + " destinations, " + state.bucketCount()
                    + " buckets, digest " + RingFile.digest(state) + "\n");
            return JumpMqCommand.OK;
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
            try {
                return RingPlan.of(current, wanted);
            } catch (IllegalArgumentException e) {
                throw new UsageException(String.valueOf(e.getMessage()));
            }
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
